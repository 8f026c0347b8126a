extension Term: Equatable {
    public static func == (a: Term, b: Term) -> Bool { a.kind == b.kind }
}

extension Term.Kind: Equatable {
    public static func == (a: Term.Kind, b: Term.Kind) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): sameBytes(a, b)
        case (.variable(let a), .variable(let b)): a == b
        case (.ref(let a), .ref(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        case (.set(let a), .set(let b)): a == b
        case (.call(let a), .call(let b)): a == b
        case (.arrayComprehension(let a, let c), .arrayComprehension(let b, let d)): a == b && c == d
        case (.setComprehension(let a, let c), .setComprehension(let b, let d)): a == b && c == d
        case (.objectComprehension(let a, let c), .objectComprehension(let b, let d)): a == b && c == d
        case (.templateString(let a), .templateString(let b)): a == b
        default: false
        }
    }
}

extension TemplateString: Equatable {
    public static func == (a: TemplateString, b: TemplateString) -> Bool {
        a.isRaw == b.isRaw && a.parts == b.parts
    }
}

extension TemplateString.Part: Equatable {
    public static func == (a: TemplateString.Part, b: TemplateString.Part) -> Bool {
        switch (a, b) {
        case (.text(let a), .text(let b)): sameBytes(a, b)
        case (.expression(let a), .expression(let b)): a == b
        default: false
        }
    }
}

/// Swift's own string equality takes canonically equivalent texts for the same; Rego does not.
private func sameBytes(_ a: String, _ b: String) -> Bool {
    a.utf8.elementsEqual(b.utf8)
}

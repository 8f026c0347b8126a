import RegoSyntax

/// Checks a node against its shape, field by field, and reports all that differs.
struct ShapeChecker {
    let findings: Findings

    func check(_ node: LocatedNode, against shape: Shape) {
        guard case .mapping(let entries) = node.kind else {
            return wrongType(node, expected: "a mapping with the fields of \(shape.title)")
        }
        for entry in entries {
            guard let field = shape.field(entry.key) else {
                unknownField(entry, in: shape)
                continue
            }
            check(entry.value, against: field.type, name: field.name)
        }
        for field in shape.fields where field.isRequired && node[name: field.name] == nil {
            findings.error(
                .missingField, "\(shape.title) needs the field `\(field.name)`", at: node.location,
                fix: "add `\(field.name)`: \(field.summary)")
        }
    }

    private func unknownField(_ entry: LocatedNode.Entry, in shape: Shape) {
        let names = shape.fields.map(\.name)
        let near = NearMiss.of(entry.key, among: names)
        findings.error(
            .unknownField, "\(shape.title) has no field `\(entry.key)`", at: entry.keyLocation,
            fix: near.map { "did you mean `\($0)`?" } ?? "remove it; the fields are: \(names.joined(separator: ", "))")
    }

    private func check(_ node: LocatedNode, against type: FieldType, name: String) {
        switch type {
        case .text:
            guard let text = node.string else { return wrongType(node, expected: "text", field: name) }
            if text.isEmpty {
                findings.error(
                    .emptyList, "`\(name)` is empty", at: node.location, fix: "write the text, or remove the field")
            }
        case .format(let format): check(node, against: format, name: name)
        case .boolean:
            if node.boolean == nil { wrongType(node, expected: "`true` or `false`", field: name) }
        case .number(let minimum, let exclusive): checkNumber(node, minimum, exclusive, name)
        case .integer(let range):
            guard case .number(let text) = node.kind else {
                return wrongType(node, expected: "a whole number", field: name)
            }
            guard let value = Int(text), range.contains(value) else {
                return findings.error(
                    .outOfRange, "`\(name)` is \(text)", at: node.location,
                    fix: "write a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
        case .choice(let choices): checkChoice(node, choices, name)
        case .list(let element, let least): checkList(node, element, least, name)
        case .object(let shape): check(node, against: shape)
        case .oneOf(let shape): checkOneOf(node, shape)
        case .labels: checkLabels(node, name, allowLists: false)
        case .requirements: checkLabels(node, name, allowLists: true)
        case .parameterSchema: break  // ParameterSchema reports its own
        case .values:
            guard case .mapping = node.kind else {
                return wrongType(node, expected: "a mapping of names to values", field: name)
            }
        case .condition: checkCondition(node, name)
        case .conditions:
            guard case .list(let elements) = node.kind else { return checkCondition(node, name) }
            if elements.isEmpty {
                findings.error(
                    .emptyList, "`\(name)` is empty", at: node.location, fix: "write a condition, or remove the field")
            }
            for element in elements { checkCondition(element, name) }
        case .cost:
            if case .number = node.kind { checkNumber(node, "0", false, name) } else { checkCondition(node, name) }
        }
    }

    private func check(_ node: LocatedNode, against format: TextFormat, name: String) {
        guard let text = node.string else { return wrongType(node, expected: format.title, field: name) }
        if !format.accepts(text) {
            findings.error(
                format.code, "`\(text)` is not \(format.title)", at: node.location,
                fix: "write it like `\(format.example)`")
        }
    }

    private func checkNumber(_ node: LocatedNode, _ minimum: String, _ exclusive: Bool, _ name: String) {
        guard let value = node.number, case .number(let text) = node.kind else {
            return wrongType(node, expected: "a number", field: name)
        }
        guard let bound = ExactDecimal(minimum), value < bound || (exclusive && value == bound) else { return }
        findings.error(
            .outOfRange, "`\(name)` is \(text)", at: node.location,
            fix: "write a number \(exclusive ? "above" : "of at least") \(minimum)")
    }

    private func checkChoice(_ node: LocatedNode, _ choices: [String], _ name: String) {
        let listed = choices.map { "`\($0)`" }.joined(separator: ", ")
        guard let text = node.string else { return wrongType(node, expected: "one of \(listed)", field: name) }
        guard !choices.contains(text) else { return }
        let near = NearMiss.of(text, among: choices)
        findings.error(
            .unknownValue, "`\(name)` cannot be `\(text)`", at: node.location,
            fix: near.map { "did you mean `\($0)`?" } ?? "use one of \(listed)")
    }

    private func checkList(_ node: LocatedNode, _ element: FieldType, _ least: Int, _ name: String) {
        guard case .list(let elements) = node.kind else {
            return wrongType(node, expected: "a list", field: name)
        }
        if elements.count < least {
            findings.error(
                .emptyList, "`\(name)` is empty", at: node.location, fix: "name at least one, or remove the field")
        }
        var seen: Set<String> = []
        for item in elements {
            check(item, against: element, name: name)
            if let text = item.string, !seen.insert(text).inserted {
                findings.error(
                    .duplicateValue, "`\(text)` stands twice in `\(name)`", at: item.location,
                    fix: "remove one of the two")
            }
        }
    }

    private func checkOneOf(_ node: LocatedNode, _ shape: Shape) {
        check(node, against: shape)
        guard case .mapping(let entries) = node.kind else { return }
        let known = entries.filter { shape.field($0.key) != nil }
        let names = shape.fields.map { "`\($0.name)`" }.joined(separator: ", ")
        if known.count > 1 {
            findings.error(
                .contradiction, "\(shape.title) has one of \(names), and this has \(known.count)",
                at: known[1].keyLocation, fix: "make it an element of its own")
        } else if entries.isEmpty {
            findings.error(
                .missingField, "\(shape.title) needs one of \(names)", at: node.location, fix: "add one of them")
        }
    }

    private func checkLabels(_ node: LocatedNode, _ name: String, allowLists: Bool) {
        guard case .mapping(let entries) = node.kind else {
            return wrongType(node, expected: "a mapping of names to values", field: name)
        }
        for entry in entries {
            if !TextFormat.name.accepts(entry.key) {
                findings.error(
                    .invalidName, "`\(entry.key)` is not a name", at: entry.keyLocation,
                    fix: "write it like `\(TextFormat.name.example)`")
            }
            switch entry.value.kind {
            case .string, .number, .boolean: continue
            case .list(let elements) where allowLists && !elements.isEmpty:
                for element in elements {
                    switch element.kind {
                    case .string, .number, .boolean: continue
                    default: wrongType(element, expected: "text, a number or a boolean", field: entry.key)
                    }
                }
            default:
                wrongType(
                    entry.value, expected: allowLists ? "a value or a list of values" : "text, a number or a boolean",
                    field: entry.key)
            }
        }
    }

    private func checkCondition(_ node: LocatedNode, _ name: String) {
        switch node.kind {
        case .string(let text) where !text.allSatisfy(\.isWhitespace): return
        case .boolean where name != "cost": return
        default: wrongType(node, expected: "a Rego expression", field: name)
        }
    }

    private func wrongType(_ node: LocatedNode, expected: String, field: String? = nil) {
        let subject = field.map { "`\($0)` is \(node.description)" } ?? "this is \(node.description)"
        var fix = "write \(expected)"
        if case .string(let text) = node.kind, expected.contains("number"), ExactDecimal.isNumber(text) {
            fix = "write it without quotes: \(text)"
        } else if node.string == nil, case .number(let text) = node.kind, expected == "text" || expected == "a name" {
            fix = "put it in quotes: \"\(text)\""
        } else if expected == "a list", node.string != nil {
            fix = "write a list: [\(node.string ?? "")]"
        }
        findings.error(.wrongType, "\(subject), and should be \(expected)", at: node.location, fix: fix)
    }
}

extension Term {
    /// The place of the first variable, ref or call outside of comprehensions; nil when there is none.
    var firstNonConstant: SourceLocation? {
        switch kind {
        case .null, .boolean, .number, .string: nil
        case .variable, .ref, .call: location
        case .array(let terms), .set(let terms): terms.lazy.compactMap(\.firstNonConstant).first
        case .object(let entries):
            entries.lazy.compactMap { $0.key.firstNonConstant ?? $0.value.firstNonConstant }.first
        case .arrayComprehension, .setComprehension, .objectComprehension: nil
        case .templateString(let template):
            template.parts.lazy.compactMap { part -> SourceLocation? in
                guard case .expression(let expr) = part else { return nil }
                if case .term(let term) = expr.kind { return term.firstNonConstant }
                return expr.location
            }.first
        }
    }

    /// Whether it is built from scalars, arrays, objects and sets alone.
    public var isConstant: Bool {
        switch kind {
        case .null, .boolean, .number, .string: true
        case .array(let terms), .set(let terms): terms.allSatisfy(\.isConstant)
        case .object(let entries): entries.allSatisfy { $0.key.isConstant && $0.value.isConstant }
        default: false
        }
    }
}

internal import RegoValues

/// The builtins behind syntax: `in`, template strings and `print`.
enum LanguageBuiltins {
    static let all: [Builtin] = family.compactMap(Builtin.init)

    private static let family: Builtins.Family = [
        .init("internal.member_2", { arguments, _ in .boolean(isMember(arguments[0], of: arguments[1])) }),
        .init(
            "internal.member_3",
            { arguments, _ in
                let collection = arguments[2]
                switch collection.kind {
                case .array, .object: return .boolean(collection.lookup(arguments[0]) == arguments[1])
                case .set: return .boolean(arguments[0] == arguments[1] && collection.contains(arguments[0]))
                default: return .false
                }
            }
        ),
        .init("internal.template_string", TemplateText.build),
        .init("internal.print", TemplateText.print),
    ]

    /// Whether an array, a set, or the values of an object hold `element`.
    static func isMember(_ element: Value, of collection: Value) -> Bool {
        switch collection.kind {
        case .set: collection.contains(element)
        case .array: collection.elements.contains(element)
        case .object: collection.entries.contains { $0.value == element }
        default: false
        }
    }
}

/// Refuses empty arguments: most often a variable of the shell that is not set, which would otherwise be taken for the current
/// directory, or for a name that matches nothing.
enum EmptyValues {
    /// What people write in their own words, which may be nothing.
    private static let texts: Set<String> = ["--comment", "--reason", "--title", "--description", "--note"]

    static func refuse(in arguments: some Sequence<String>) throws {
        var before: String?
        for argument in arguments {
            if argument.isEmpty, before.map({ !texts.contains($0) }) ?? true {
                let option = before.flatMap { $0.hasPrefix("-") ? $0 : nil }
                throw CommandFailure(
                    option.map { "`\($0)` is given an empty value" } ?? "an argument is empty",
                    fix: "give a value; is a variable of the shell not set?", exitCode: 2)
            }
            if argument.hasPrefix("--"), argument.firstIndex(of: "=") == argument.indices.last,
                !texts.contains(String(argument.dropLast()))
            {
                throw CommandFailure(
                    "`\(argument.dropLast())` is given an empty value",
                    fix: "give a value; is a variable of the shell not set?", exitCode: 2)
            }
            before = argument
        }
    }
}

internal import RegoCompiler
internal import RegoValues

/// The builtins that programs can call, in the order that plans number them.
final class BuiltinTable: Sendable {
    let builtins: [Builtin]
    let callable: [String: CallableBuiltin]

    init(_ builtins: [Builtin]) {
        self.builtins = builtins
        var callable: [String: CallableBuiltin] = [:]
        for (index, builtin) in builtins.enumerated() where callable[builtin.name] == nil {
            callable[builtin.name] = CallableBuiltin(signature: builtin.signature, index: index)
        }
        self.callable = callable
    }

    static let standard = BuiltinTable(Builtins.all + LanguageBuiltins.all)
}

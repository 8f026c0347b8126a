internal import RegoSyntax

/// The names that a module's rules can use besides their own variables.
struct ModuleScope {
    /// A document that a name stands for.
    struct Global {
        enum Root { case data, input }

        var root: Root
        var path: [GroundKey]
    }

    var package: [GroundKey]
    var globals: [String: Global]
    /// The position of the module; queries have none.
    var module: Int

    init(package: [GroundKey], module: Int) {
        self.package = package
        self.globals = [:]
        self.module = module
    }

    /// Rules of the same package, in this file or another one.
    mutating func addRuleName(_ name: String) {
        globals[name] = Global(root: .data, path: package + [.string(name)])
    }

    mutating func addImport(_ item: Import) {
        guard case .variable(let root)? = item.path.terms.first?.kind else { return }
        let path = item.path.terms.dropFirst().compactMap(GroundKey.init)
        switch root {
        case "data": globals[item.name] = Global(root: .data, path: path)
        case "input": globals[item.name] = Global(root: .input, path: path)
        default: break
        }
    }
}

/// The functions that calls can name, gathered before any body is lowered.
struct FunctionTable {
    var builtins: [String: CallableBuiltin]
    /// How many arguments each user function takes, by its path below `data`.
    var rules: [[GroundKey]: Int] = [:]
    /// The ground start of every path that a rule defines.
    var rulePaths: Set<[GroundKey]> = []
}

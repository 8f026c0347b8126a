import RegoSyntax
import RegoValues

/// The Rego of a bundle that a person wrote: all that does not stand below `aegis/`, where the policy compiler puts what
/// it generates. Generated rules tell a failing builtin from a false condition by themselves; these do not.
struct HandWrittenRego {
    let modules: [Module]
    private let shadows: Set<String>

    init(modules: [Module], data: Document) {
        self.modules = modules
        shadows = Self.shadowPolicies(data)
    }

    /// Whether there are policies in shadow mode, written in whatever way.
    var hasShadowPolicies: Bool { !shadows.isEmpty }

    /// The files in which a failing builtin ends the decision, for the rule that it stands in could be the one that
    /// denies. Those of policies in shadow mode, which must not decide, are left out.
    var enforced: Set<String> {
        Set(
            modules.filter { !$0.source.name.hasPrefix("aegis/") && !isShadows($0) }
                .map(\.source.name))
    }

    /// Whether the module is `package aegis.custom["NAME"]` of a policy in shadow mode.
    private func isShadows(_ module: Module) -> Bool {
        let path = module.package.path.terms.dropFirst().compactMap { term -> String? in
            if case .string(let name) = term.kind { name } else { nil }
        }
        return path.count == 3 && path.starts(with: ["aegis", "custom"]) && shadows.contains(path[2])
    }

    /// The names of policies in shadow mode, written in whatever way.
    private static func shadowPolicies(_ data: Document) -> Set<String> {
        let tables = data.root.lookup("aegis").lookup("tables")
        var lists = [tables.lookup("everywhere")]
        lists += tables.lookup("by_agent").entries.map(\.value) + tables.lookup("by_tool").entries.map(\.value)
        for tools in tables.lookup("by_pair").entries { lists += tools.value.entries.map(\.value) }
        var names: Set<String> = []
        for entry in lists.flatMap(\.elements) where entry.lookup("shadow").boolValue == true {
            if let name = entry.lookup("policy").string { names.insert(name) }
        }
        return names
    }
}

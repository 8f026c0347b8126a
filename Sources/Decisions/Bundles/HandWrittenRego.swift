import RegoSyntax
import RegoValues

/// The Rego of a bundle that a person wrote: all that does not stand below `aegis/`, where the policy compiler puts what
/// it generates. Generated rules tell a failing builtin from a false condition by themselves; these do not.
struct HandWrittenRego {
    let modules: [Module]
    let data: Document

    /// The files in which a failing builtin ends the decision, for the rule that it stands in could be the one that
    /// denies. Those of policies in shadow mode, which must not decide, are left out.
    var enforced: Set<String> {
        let shadows = shadowPolicies
        return Set(
            modules.filter { !$0.source.name.hasPrefix("aegis/") && !isCustom($0, ofAny: shadows) }
                .map(\.source.name))
    }

    /// Whether the module is `package aegis.custom["NAME"]` for one of these names.
    private func isCustom(_ module: Module, ofAny names: Set<String>) -> Bool {
        let path = module.package.path.terms.dropFirst().compactMap { term -> String? in
            if case .string(let name) = term.kind { name } else { nil }
        }
        return path.count == 3 && path.starts(with: ["aegis", "custom"]) && names.contains(path[2])
    }

    /// Whether there are policies in shadow mode, written in whatever way.
    var hasShadowPolicies: Bool { !shadowPolicies.isEmpty }

    private var shadowPolicies: Set<String> {
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

import PolicyDocuments
import RegoSyntax

/// What changed in what may be called.
struct ToolComparison {
    let before: DiffSide
    let after: DiffSide

    var changes: [PolicyChange] {
        var changes: [PolicyChange] = []
        for tool in after.catalog.tools {
            if let old = before.tool(tool.name) {
                changes += compare(old, tool)
            } else {
                // A request that was another tool may be this one now.
                let isOnWire = !tool.matches.isEmpty
                let labels = tool.header.node[name: "emits"]?.strings.map(\.value) ?? []
                var words = "the tool is new; who can call it is told apart"
                if isOnWire { words = "the tool is new: requests that it matches may have been another tool, or none" }
                if !labels.isEmpty { words += "; its results label the session \(PolicyComparison.listed(labels))" }
                changes.append(
                    PolicyChange(
                        isOnWire || !labels.isEmpty ? .mayWiden : .neutral, .tool, in: "tool \(tool.name)", words,
                        at: tool.header.nameLocation, isWhole: true))
            }
        }
        for tool in before.catalog.tools where after.tool(tool.name) == nil {
            let isOnWire = !tool.matches.isEmpty
            changes.append(
                PolicyChange(
                    isOnWire ? .mayWiden : .narrows, .tool, in: "tool \(tool.name)",
                    isOnWire
                        ? "the tool is gone: requests that it matched may be another tool now, or none"
                        : "the tool is gone: calls of it are not known any more", at: tool.header.nameLocation,
                    isWhole: true))
        }
        return changes
    }

    private func compare(_ old: ToolDocument, _ new: ToolDocument) -> [PolicyChange] {
        let place = "tool \(new.name)"
        var changes = SchemaComparison(place: place, location: new.header.nameLocation).changes(
            from: old.header.node[name: "parameters"], to: new.header.node[name: "parameters"])
        func names(_ tool: ToolDocument, _ field: String) -> Set<String> {
            Set(tool.header.node[name: field]?.strings.map(\.value) ?? [])
        }
        let shown = names(old, "sensitive").subtracting(names(new, "sensitive")).sorted()
        let hidden = names(new, "sensitive").subtracting(names(old, "sensitive")).sorted()
        if !shown.isEmpty {
            changes.append(
                PolicyChange(
                    .widens, .tool, in: place, rule: "sensitive",
                    "\(PolicyComparison.listed(shown)) stands in clear in logs and records",
                    before: shown.joined(separator: ", "), at: new.header.nameLocation))
        }
        if !hidden.isEmpty {
            changes.append(
                PolicyChange(
                    .narrows, .tool, in: place, rule: "sensitive",
                    "\(PolicyComparison.listed(hidden)) is hidden in logs and records",
                    after: hidden.joined(separator: ", "), at: new.header.nameLocation))
        }
        return changes
            + FieldComparison(before: before, after: after, place: place, subject: .tool).rest(
                old.header, new.header, known: ["parameters", "sensitive"],
                meanings: [
                    "match": "other requests are calls of this tool",
                    "risk": "others may decide approvals that name nobody",
                    "emits": "policies that look at the session's labels see others",
                    "agent": "another agent gets the signed call chain",
                ])
    }
}

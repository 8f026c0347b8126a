public import RegoSyntax

extension PolicyTree {
    /// The tree with `mode: shadow` of these policies turned into `mode: enforce`, and no other byte changed.
    /// - Throws: what is wrong in the tree; a name that is no policy, or a policy that is not in shadow.
    public func enforcing(_ names: [String]) throws(Diagnostics) -> PolicyTree {
        let findings = Findings(files: files)
        let catalog = PolicyCatalog(self, findings: findings)
        var texts = Dictionary(files.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
        // From the back, so that places in front stay where they are.
        var places: [SourceLocation] = []
        for name in Set(names).sorted() {
            guard let policy = catalog.policies.first(where: { $0.name == name }) else {
                let known = catalog.policies.filter(\.isShadow).map(\.name).sorted().joined(separator: ", ")
                findings.error(
                    .unknownValue, "there is no policy `\(name)`",
                    at: SourceLocation(file: files.first?.name ?? ".", line: 1, column: 1),
                    fix: known.isEmpty ? "no policy is in shadow" : "in shadow are: \(known)")
                continue
            }
            guard policy.isShadow, let mode = policy.header.node[name: "mode"] else {
                findings.error(
                    .unknownValue, "the policy `\(name)` is not in shadow", at: policy.header.nameLocation,
                    fix: "name a policy with `mode: shadow`")
                continue
            }
            places.append(mode.location)
        }
        for place in places.sorted(by: { $0.offset > $1.offset }) {
            guard var text = texts[place.file],
                let start = (place.offset..<min(place.offset + 2, text.count)).first(where: {
                    text[$0...].starts(with: "shadow".utf8)
                })
            else {
                findings.error(
                    .unknownValue, "`mode` is not written as `shadow` here", at: place, fix: "write `mode: shadow`")
                continue
            }
            text.replaceSubrange(start..<start + 6, with: Array("enforce".utf8))
            texts[place.file] = text
        }
        guard !findings.hasErrors else { throw Diagnostics(findings.sorted) }
        return PolicyTree(files: files.map { SourceFile(name: $0.name, text: texts[$0.name] ?? $0.text) })
    }
}

/// Domain names as name constraints compare them (RFC 5280, section 4.2.1.10).
enum DomainName {
    /// The labels, last first; nil for an empty label, a dot at the end, or a byte that is no visible ASCII.
    static func labels(_ name: some StringProtocol) -> [Substring]? {
        if name.isEmpty { return [] }
        let labels = Substring(name).split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 33...126 ~= $0 } }) else { return nil }
        return labels.reversed()
    }

    /// Whether this can be a constraint: a name, perhaps after a dot.
    static func isConstraint(_ text: String) -> Bool {
        if text.isEmpty { return true }
        let name = text.hasPrefix(".") ? text.dropFirst() : text[...]
        return !name.isEmpty && labels(name) != nil
    }

    /// Whether a constraint covers a name: the name itself, and those below; after a dot only those below.
    /// - Parameter wildcards: a name that starts with `*` is also covered when one of its names is.
    static func matches(_ name: some StringProtocol, _ constraint: String, wildcards: Bool) -> Bool? {
        if constraint.isEmpty { return true }
        guard let names = labels(name) else { return nil }
        let needsMore = constraint.hasPrefix(".")
        guard let wanted = labels(needsMore ? constraint.dropFirst() : constraint[...]) else { return nil }
        func agree(_ count: Int) -> Bool {
            zip(names, wanted).prefix(count).allSatisfy { $0.lowercased() == $1.lowercased() }
        }
        if wildcards, names.last == "*", names.count == wanted.count, !needsMore, agree(wanted.count - 1) {
            return true
        }
        guard names.count >= wanted.count + (needsMore ? 1 : 0) else { return false }
        return agree(wanted.count)
    }
}

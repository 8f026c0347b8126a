/// Roles as they are written: `ROLE` in one's own tenant, `ROLE@TENANT` in another.
public struct RoleGrants: Sendable, Hashable {
    public private(set) var own: [String] = []
    public private(set) var elsewhere: [String: [String]] = [:]

    /// Words that are empty on either side of their `@` say nothing and are left out; ``isWord(_:)`` tells before.
    public init(words: [String]) {
        for word in words {
            let parts = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 1, !parts[0].isEmpty {
                own.append(parts[0])
            } else if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty {
                elsewhere[parts[1], default: []].append(parts[0])
            }
        }
    }

    /// Whether `text` can be such a word: letters, digits, `.`, `_`, `-`, and at most one `@` between two of them.
    public static func isWord(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                (1...128).contains(part.utf8.count)
                    && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-:".contains($0)) }
            }
    }
}

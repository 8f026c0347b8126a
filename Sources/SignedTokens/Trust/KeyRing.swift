/// A named trust root: the keys that somebody believes, by key id. What is not in it is not trusted.
public struct KeyRing: Sendable, Equatable {
    private let keys: [String: TrustedKey]
    /// Who has to approve a tenant's policies, where a trust root says so.
    public let reviewRules: ReviewRulebook

    /// - Throws: `.keyDuplicate` when two keys bear one name.
    public init(_ trusted: [TrustedKey], reviewRules: ReviewRulebook = ReviewRulebook()) throws(TokenError) {
        var keys: [String: TrustedKey] = [:]
        for entry in trusted {
            guard keys.updateValue(entry, forKey: entry.key.name) == nil else {
                throw TokenError(
                    .keyDuplicate, "two trusted keys are named `\(entry.key.name)`", fix: "give every key its own name")
            }
        }
        self.keys = keys
        self.reviewRules = reviewRules
    }

    /// The public keys in these files, each under the name of its file, all trusted for the same.
    /// - Throws: also what ``KeyFile/verificationKey(at:)`` throws.
    public init(files: [String], scope: String? = nil, tenants: Set<String>? = nil) throws(TokenError) {
        var trusted: [TrustedKey] = []
        for path in files {
            trusted.append(TrustedKey(try KeyFile.verificationKey(at: path), scope: scope, tenants: tenants))
        }
        try self.init(trusted)
    }

    public subscript(keyID: String) -> TrustedKey? { keys[keyID] }

    /// The same keys as if none had ever been revoked: for what was signed while they counted.
    public var withoutRevocations: KeyRing {
        KeyRing(keys: keys.mapValues { $0.changed(validUntil: $0.validUntil) }, reviewRules: reviewRules)
    }

    private init(keys: [String: TrustedKey], reviewRules: ReviewRulebook) {
        self.keys = keys
        self.reviewRules = reviewRules
    }

    /// Sorted.
    public var keyIDs: [String] { keys.keys.sorted() }
    public var isEmpty: Bool { keys.isEmpty }
}

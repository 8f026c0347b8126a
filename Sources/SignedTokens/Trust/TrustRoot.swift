/// Whose keys count, for what, and since and until when: the document on which everything else rests.
///
/// Root keys sign it (``SignedTrustRoot``) and nothing else. Keys are revoked, not taken out, so that what they signed before
/// can still be verified.
public struct TrustRoot: Sendable {
    public static let schemaVersion = 1
    public static let largestNumberOfKeys = 10_000

    /// Counts up with every change, from 1.
    public var version: Int
    public var issuedAt: UTCTime
    public var rootKeys: [VerificationKey]
    /// How many of the root keys have to sign.
    public var threshold: Int
    /// Sorted by name.
    public var keys: [TrustedKey]
    public var reviewRules: ReviewRulebook

    /// - Throws: as ``check()``.
    public init(
        version: Int = 1, issuedAt: UTCTime, rootKeys: [VerificationKey], threshold: Int = 1, keys: [TrustedKey] = [],
        reviewRules: ReviewRulebook = ReviewRulebook()
    ) throws(TokenError) {
        self.version = version
        self.issuedAt = issuedAt
        self.rootKeys = rootKeys
        self.threshold = threshold
        self.keys = keys.sorted { $0.key.name < $1.key.name }
        self.reviewRules = reviewRules
        try check()
    }

    /// The keys of the named people, with their rules.
    public func ring() throws(TokenError) -> KeyRing { try KeyRing(keys, reviewRules: reviewRules) }

    public subscript(keyID: String) -> TrustedKey? { keys.first { $0.key.name == keyID } }

    /// One key has one name, one holder and one purpose, and no two people can be taken for each other.
    /// - Throws: `.trustInvalid`, `.keyDuplicate`.
    public func check() throws(TokenError) {
        guard version >= 1, threshold >= 1, threshold <= rootKeys.count else {
            throw Self.invalid(
                "\(threshold) of \(rootKeys.count) root keys cannot sign", fix: "name at least one root key")
        }
        guard keys.count <= Self.largestNumberOfKeys else {
            throw Self.invalid("there are more than \(Self.largestNumberOfKeys) keys")
        }
        try checkKeys()
        try checkPeople()
        for (tenant, rules) in reviewRules.byTenant {
            guard !rules.quorum.isEmpty, rules.quorum.values.allSatisfy({ (1...16).contains($0) }) else {
                throw Self.invalid(
                    "the quorum of tenant `\(tenant)` asks for nobody",
                    fix: "name at least one role, with 1 to 16 people")
            }
            guard rules.quorum.keys.allSatisfy(Self.isRole) else {
                throw Self.invalid("the quorum of tenant `\(tenant)` names a role that is no word")
            }
        }
    }

    private func checkKeys() throws(TokenError) {
        var names: Set<String> = []
        var holders: [String: String] = [:]
        for key in rootKeys + keys.map(\.key) {
            guard names.insert(key.name).inserted else {
                throw TokenError(
                    .keyDuplicate, "two keys are named `\(key.name)`", fix: "give every key its own name")
            }
            if let other = holders.updateValue(key.name, forKey: key.fingerprint) {
                throw TokenError(
                    .keyDuplicate, "`\(other)` and `\(key.name)` are the same key under two names",
                    fix: "make a key of its own for every purpose and person")
            }
        }
    }

    private func checkPeople() throws(TokenError) {
        var skeletons: [String: String] = [:]
        for entry in keys {
            let name = entry.key.name
            guard let person = entry.person, PersonName.isValid(person) else {
                throw Self.invalid(
                    "the holder of the key `\(name)` is not named plainly",
                    fix: "use small letters, digits, `.`, `_`, `-` and `@`, beginning with a letter")
            }
            let other = skeletons.updateValue(person, forKey: PersonName.skeleton(person)) ?? person
            guard other == person else {
                throw Self.invalid(
                    "`\(other)` and `\(person)` are easily taken for each other", fix: "name one of them otherwise")
            }
            guard let roles = entry.roles, roles.allSatisfy(Self.isRole) else {
                throw Self.invalid("the roles of the key `\(name)` are not words of a-z, 0-9, `-` and `_`")
            }
            if let from = entry.validFrom, let until = entry.validUntil, until <= from {
                throw Self.invalid("the key `\(name)` is never valid: until \(until), from \(from)")
            }
        }
    }

    static func isRole(_ role: String) -> Bool {
        (1...64).contains(role.utf8.count)
            && role.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f
            }
    }

    static func invalid(_ message: String, fix: String? = nil) -> TokenError {
        TokenError(.trustInvalid, message, fix: fix)
    }
}

/// One entry of `keys/keys.json`: a public key that something in the pack is checked with.
struct PackKey: Codable, Sendable, Hashable {
    enum Use: String, Codable, Sendable {
        /// Signs the log's checkpoints.
        case checkpoints
        /// Signs policy bundles.
        case policies
        /// Signs approvals of policies.
        case reviews
        /// Signed this pack.
        case pack
        /// Co-signs checkpoints for somebody else.
        case witness
    }

    /// Limits that whoever trusts the key has set; nil where none are known.
    struct Validity: Codable, Sendable, Hashable {
        var from: String?
        var until: String?
        var revoked: String?
    }

    var name: String
    var use: Use
    /// `Ed25519`, `ES256` or `RS256`.
    var algorithm: String
    /// `sha256:` and the SHA-256 of the SPKI bytes.
    var fingerprint: String
    /// The key as PEM, in the pack.
    var file: String
    /// The C2SP form under the name of the log, for keys of checkpoints and witnesses.
    var vkey: String?
    var validity: Validity?
    /// Whose key of reviews it is, by the trust root: nobody else's name counts under it. nil in packs of before this was told.
    var person: String?
    /// What a key of policies is for; its signatures say the same.
    var scope: String?
}

/// `keys/keys.json`.
struct PackKeys: Codable, Sendable, Hashable {
    var keys: [PackKey]
}

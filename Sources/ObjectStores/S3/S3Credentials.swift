/// An access key of AWS or of a store that speaks its protocol.
public struct S3Credentials: Sendable, Hashable {
    public let keyID: String
    let secret: String
    /// With keys that live for some hours only.
    let sessionToken: String?
    /// Seconds since 1970; nil for keys that stay.
    let expiresAt: Int64?

    public init(keyID: String, secret: String, sessionToken: String? = nil, expiresAt: Int64? = nil) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.expiresAt = expiresAt
    }
}

extension S3Credentials: CustomStringConvertible, CustomReflectable {
    /// The id alone: credentials that are printed do not show their secret.
    public var description: String { "S3Credentials(\(keyID))" }
    public var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }
}

/// Why a token, a key or a claim was refused. The message never holds key material or a token's text.
public struct TokenError: Error, Sendable, Hashable {
    /// One code per cause; the raw value is what operators and logs see.
    public enum Code: String, Sendable, CaseIterable {
        case tooLarge = "token.too-large"
        case malformed = "token.malformed"
        case headerInvalid = "token.header-invalid"
        case headerCritical = "token.header-critical"
        case algorithmNone = "token.algorithm-none"
        case algorithmMismatch = "token.algorithm-mismatch"
        case typeMismatch = "token.type-mismatch"
        case keyUnknown = "token.key-unknown"
        case keyMismatch = "token.key-mismatch"
        case signatureInvalid = "token.signature-invalid"
        case claimsInvalid = "token.claims-invalid"
        case claimMissing = "token.claim-missing"
        case issuerMismatch = "token.issuer-mismatch"
        case audienceMismatch = "token.audience-mismatch"
        case expired = "token.expired"
        case notYetValid = "token.not-yet-valid"
        case lifetimeTooLong = "token.lifetime-too-long"
        case keyNameInvalid = "key.name-invalid"
        case keyInvalid = "key.invalid"
        case keyUnsupported = "key.unsupported"
        case keyDuplicate = "key.duplicate"
        case keyPermissions = "key.permissions"
        case keyExists = "key.exists"
        case keyFile = "key.file"
        case signingFailed = "key.signing-failed"
        case keyNotPermitted = "key.not-permitted"
        case keyOutsidePeriod = "key.outside-period"
        case keyRevoked = "key.revoked"
        case documentInvalid = "document.invalid"
        case trustInvalid = "trust.invalid"
        case trustUnsigned = "trust.unsigned"
        case trustOlder = "trust.older"
    }

    public let code: Code
    public let message: String
    /// Where: a file path, or nil when the caller knows better.
    public let location: String?
    public let fix: String?

    public init(_ code: Code, _ message: String, location: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.fix = fix
    }
}

extension TokenError: CustomStringConvertible {
    /// `LOCATION: error: MESSAGE [CODE]`, with the fix on a line of its own.
    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place)error: \(message) [\(code.rawValue)]\(remedy)"
    }
}

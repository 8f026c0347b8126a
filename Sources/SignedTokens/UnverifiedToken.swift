public import RegoValues

/// A compact JWS (RFC 7515, section 7.1) that has been taken apart and not yet believed.
public struct UnverifiedToken: Sendable {
    /// Enough for identity and override tokens; callers with bigger payloads say so.
    public static let usualLimit = 16 << 10

    public let header: TokenHeader
    /// What the token claims. Good for choosing a key by issuer, and for nothing else before ``verified(by:type:)``.
    public let unverifiedPayload: [UInt8]
    let signingInput: [UInt8]
    let signature: [UInt8]

    /// - Parameter limit: the most bytes that the text may have.
    /// - Throws: `.tooLarge`, `.malformed`, `.headerInvalid`, `.headerCritical`.
    public init(compact text: String, limit: Int = usualLimit) throws(TokenError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= limit else {
            throw TokenError(.tooLarge, "the token has \(bytes.count) bytes; the limit is \(limit)")
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw TokenError(.malformed, "the token is not three parts with dots between")
        }
        guard let header = Base64.decodeURL(parts[0]), let payload = Base64.decodeURL(parts[1]),
            let signature = Base64.decodeURL(parts[2])
        else {
            throw TokenError(.malformed, "a part of the token is not strict base64url")
        }
        self.header = try TokenHeader(json: header)
        unverifiedPayload = payload
        signingInput = Array(bytes[..<parts[1].endIndex])
        self.signature = signature
    }

    /// Who the token says issued it: good for choosing whose keys to verify it with. Nil where it names nobody.
    public var claimedIssuer: String? {
        guard let claims = try? StrictJSON.object(unverifiedPayload) else { return nil }
        return withExtendedLifetime(claims) { claims.root.lookup("iss").string }
    }

    /// Checks the token against one key, which pins the algorithm, and against the one type that the caller takes.
    /// - Parameters:
    ///   - type: the `typ` that the token must have, such as `JWT` or `at+jwt`: a token for another use is refused.
    ///   - allowsMissingType: whether a token without `typ` passes too.
    /// - Throws: `.algorithmNone`, `.algorithmMismatch`, `.keyMismatch`, `.typeMismatch`, `.signatureInvalid`.
    public func verified(
        by key: VerificationKey, type: String, allowsMissingType: Bool = false
    ) throws(TokenError) -> VerifiedToken {
        guard header.algorithm.lowercased() != "none" else {
            throw TokenError(.algorithmNone, "the token is not signed (`alg` is `none`)")
        }
        guard header.algorithm == key.algorithm.rawValue else {
            throw TokenError(
                .algorithmMismatch,
                "the token names another algorithm than \(key.algorithm.rawValue), which the key `\(key.name)` verifies"
            )
        }
        if let keyID = header.keyID, keyID != key.name {
            throw TokenError(.keyMismatch, "the token names another key than `\(key.name)`")
        }
        let found = header.type.map(TokenHeader.canonicalType)
        guard found == TokenHeader.canonicalType(type) || (found == nil && allowsMissingType) else {
            throw TokenError(.typeMismatch, "the token's type is not `\(type)`")
        }
        guard key.isValid(signature, for: signingInput) else {
            throw TokenError(.signatureInvalid, "the signature is not by the key `\(key.name)` over this content")
        }
        return VerifiedToken(payload: unverifiedPayload, keyID: key.name, signature: signature)
    }

    /// As ``verified(by:type:allowsMissingType:)``, with the key that the header's `kid` names in `ring`.
    /// - Throws: also `.keyUnknown`.
    public func verified(
        by ring: KeyRing, type: String, allowsMissingType: Bool = false
    ) throws(TokenError) -> VerifiedToken {
        guard header.algorithm.lowercased() != "none" else {
            throw TokenError(.algorithmNone, "the token is not signed (`alg` is `none`)")
        }
        guard let keyID = header.keyID else {
            throw TokenError(.keyUnknown, "the token names no key (`kid`)")
        }
        guard let trusted = ring[keyID] else {
            throw TokenError(.keyUnknown, "the token is signed by a key that is not trusted here")
        }
        return try verified(by: trusted.key, type: type, allowsMissingType: allowsMissingType)
    }
}

/// A token whose signature, algorithm and type have been checked; ``UnverifiedToken`` alone makes one.
public struct VerifiedToken: Sendable {
    /// The payload's bytes, usually a JSON object of claims.
    public let payload: [UInt8]
    /// The name of the key that signed it.
    public let keyID: String
    /// The raw signature, as JWS has it.
    public let signature: [UInt8]

    /// The claims: a JSON object without duplicate names.
    /// - Throws: `.claimsInvalid`.
    public func claims() throws(TokenError) -> Document {
        do {
            return try StrictJSON.object(payload)
        } catch {
            throw TokenError(.claimsInvalid, "the token's claims are not a JSON object with unique names")
        }
    }
}

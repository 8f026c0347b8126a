/// What signs with one private key: a key in memory (``SigningKey``), or a command that stands before a KMS or an HSM.
///
/// Implementers MUST give signatures as JWS has them (RFC 7518, section 3; RFC 8037): ES256 as r followed by s, 64 bytes in
/// low-s form; EdDSA 64 bytes; RS256 as long as the modulus.
public protocol Signer: Sendable {
    /// The public half; its name is the `kid` of all signatures.
    var verificationKey: VerificationKey { get }

    /// - Throws: `.signingFailed`.
    func sign(_ message: [UInt8]) throws(TokenError) -> [UInt8]
}

extension Signer {
    public var name: String { verificationKey.name }
    public var algorithm: SignatureAlgorithm { verificationKey.algorithm }

    /// A compact JWS over `payload` with the header `alg`, `kid`, `typ` in this order.
    /// - Parameter type: plain characters as in `JWT` or `at+jwt`.
    public func token(over payload: [UInt8], type: String = "JWT") throws(TokenError) -> String {
        guard !type.isEmpty, type.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else {
            throw TokenError(.headerInvalid, "`\(type)` cannot be the type of a token")
        }
        let header = #"{"alg":"\#(algorithm.rawValue)","kid":"\#(name)","typ":"\#(type)"}"#
        let input = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(payload)
        return input + "." + Base64.encodeURL(try sign(Array(input.utf8)))
    }
}

extension SigningKey: Signer {}

extension VerificationKey {
    /// A signature that came from outside, in the one form that JWS has for it. ECDSA may come as DER, or with the high s.
    /// - Throws: `.signingFailed` when this key did not make it over `message`.
    public func checked(_ signature: [UInt8], for message: [UInt8]) throws(TokenError) -> [UInt8] {
        var signature = signature
        if algorithm == .es256 {
            if signature.count != 64 { signature = ECDSASignature.raw(der: signature) ?? signature }
            signature = ECDSASignature.lowS(signature)
        }
        guard isValid(signature, for: message) else {
            throw TokenError(
                .signingFailed, "the signature is not by the key `\(name)` over what was to be signed",
                fix: "does the signer use the private key that belongs to its public one?")
        }
        return signature
    }
}

import Crypto
import Foundation
import MerkleLog
import SignedTokens

/// A signed document in the Dead Simple Signing Envelope. Source: secure-systems-lab/dsse, protocol v1.0.
struct DSSEEnvelope: Codable, Sendable, Hashable {
    static let statementType = "application/vnd.in-toto+json"

    struct Signature: Codable, Sendable, Hashable {
        /// A hint that nothing vouches for.
        var keyid: String
        var sig: String
    }

    var payload: String
    var payloadType: String
    var signatures: [Signature]

    /// - Throws: ``PackError`` `.signing`.
    init(signing payload: [UInt8], type: String = statementType, by key: SigningKey) throws(PackError) {
        let signature: [UInt8]
        do {
            let raw = try key.sign(Self.preAuthenticated(payload, type: type))
            // ECDSA signatures in envelopes are DER; those of tokens are r and s.
            signature =
                key.algorithm == .es256
                ? Array(try P256.Signing.ECDSASignature(rawRepresentation: raw).derRepresentation) : raw
        } catch {
            throw PackError(.signing, "the key `\(key.name)` could not sign")
        }
        self.payload = MerkleLog.Base64.encode(payload)
        payloadType = type
        signatures = [Signature(keyid: key.name, sig: MerkleLog.Base64.encode(signature))]
    }

    /// The payload, once this key is seen to have signed it.
    /// - Returns: nil when no signature is this key's.
    func verified(by key: VerificationKey) -> [UInt8]? {
        guard let payload = Self.decode(payload) else { return nil }
        let message = Self.preAuthenticated(payload, type: payloadType)
        let isSigned = signatures.contains { signature in
            guard var bytes = Self.decode(signature.sig) else { return false }
            if key.algorithm == .es256 {
                guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: bytes) else { return false }
                bytes = Array(parsed.rawRepresentation)
            }
            return key.isValid(bytes, for: message)
        }
        return isSigned ? payload : nil
    }

    /// PAE: what is signed.
    static func preAuthenticated(_ payload: [UInt8], type: String) -> [UInt8] {
        Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }

    // Verifiers take both alphabets of base64.
    private static func decode(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        return MerkleLog.Base64.decode(Array(standard.utf8))
    }
}

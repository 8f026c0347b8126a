import Crypto
import Synchronization

/// A key whose signatures are made elsewhere and handed in: it gives those that came, and says which one it wants next.
///
/// Whatever signs with it can be done again with one signature more, until none is wanted, as long as the same is signed each time.
public final class HandedInSigner: Signer {
    public let verificationKey: VerificationKey
    private let signatures: [String: [UInt8]]
    private let missing = Mutex<[UInt8]?>(nil)

    /// - Parameter signatures: as JWS has them, or ECDSA as DER, by ``id(of:)`` of what was signed.
    public init(_ key: VerificationKey, signatures: [String: [UInt8]]) {
        verificationKey = key
        self.signatures = signatures
    }

    /// `sha256:…` of what is to be signed.
    public static func id(of message: [UInt8]) -> String {
        "sha256:" + Hexadecimal.encode(SHA256.hash(data: message))
    }

    /// What was to be signed first and could not be.
    public var wanted: [UInt8]? { missing.withLock { $0 } }

    /// - Throws: `.signingFailed` where the signature has not come, or is not this key's over `message`.
    public func sign(_ message: [UInt8]) throws(TokenError) -> [UInt8] {
        guard let signature = signatures[Self.id(of: message)] else {
            missing.withLock { missing in
                if missing == nil { missing = message }
            }
            throw TokenError(
                .signingFailed, "a signature of the key `\(name)` is wanted",
                fix: "sign what is asked for, and hand it in")
        }
        return try verificationKey.checked(signature, for: message)
    }
}

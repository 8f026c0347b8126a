/// A trust root with the signatures of root keys: `{"root": {…}, "signatures": ["HEADER..SIGNATURE"]}`.
///
/// It says itself which root keys may sign it, so by itself it proves only that nobody changed a part. What makes it trusted
/// is that somebody put it there, or that the root keys of the version before signed it too (``check(after:)``).
public struct SignedTrustRoot: Sendable {
    static let signatureType = "aegis-trust-root"

    public let root: TrustRoot
    public private(set) var signatures: [String]
    private let payload: [UInt8]

    /// A root to be signed.
    public init(_ root: TrustRoot) throws(TokenError) {
        try root.check()
        self.root = root
        signatures = []
        payload = root.document.canonical
    }

    /// Reads a trust root and checks that enough of its own root keys signed it.
    /// - Throws: `.documentInvalid`, `.trustInvalid`, `.trustUnsigned`, `.keyDuplicate` and what keys throw.
    public init(json: [UInt8]) throws(TokenError) {
        try self.init(unfinished: json)
        try check(signedBy: root)
    }

    /// Reads a trust root that still waits for signatures: nothing in it is to be believed.
    public init(unfinished json: [UInt8]) throws(TokenError) {
        let document = try SignedDocument(json: json)
        let reader = try MemberReader(document, known: ["root", "signatures"])
        guard case .object(let members) = document, let root = members["root"] else {
            throw reader.wrong("root", "an object")
        }
        self.root = try TrustRoot(root)
        signatures = try reader.texts("signatures")
        payload = root.canonical
    }

    /// The root keys that say they signed it.
    public var signerNames: [String] { signatures.compactMap(Self.keyID).sorted() }

    /// The file: canonical JSON and a line feed.
    public var bytes: [UInt8] {
        SignedDocument.object(["root": root.document, "signatures": .texts(signatures)]).canonical + [0x0a]
    }

    /// Adds a signature; the root key's own before, if there is one, gives way.
    /// - Throws: `.keyUnknown` for a key that is no root key here, `.signingFailed`.
    public mutating func sign(with signer: any Signer, allowing earlier: TrustRoot? = nil) throws(TokenError) {
        guard (root.rootKeys + (earlier?.rootKeys ?? [])).contains(signer.verificationKey) else {
            throw TokenError(
                .keyUnknown, "`\(signer.name)` is not one of the root keys",
                fix: "sign with \(root.rootKeys.map { "`\($0.name)`" }.joined(separator: " or "))")
        }
        let signature = try DetachedSignature.make(over: payload, type: Self.signatureType, by: signer)
        signatures.removeAll { Self.keyID(of: $0) == signer.name }
        signatures.append(signature)
    }

    /// Whether it says the same; signatures may differ.
    public func isSameRoot(as other: SignedTrustRoot) -> Bool { payload == other.payload }

    /// Enough root keys of this very root signed it.
    public func check() throws(TokenError) { try check(signedBy: root) }

    /// This root may take the place of `former`: it is newer, enough root keys of both signed it, and it forgets nothing: keys
    /// keep their holders, and what was revoked stays revoked.
    /// - Throws: `.trustOlder`, `.trustUnsigned`, `.trustInvalid`.
    public func check(after former: TrustRoot) throws(TokenError) {
        guard root.version > former.version else {
            throw TokenError(
                .trustOlder,
                "the trust root has version \(root.version), and version \(former.version) is in force already",
                fix: "give the newest trust root")
        }
        try check(signedBy: root)
        try check(signedBy: former)
        for before in former.keys {
            let name = before.key.name
            guard let now = root[name], now.key == before.key, now.person == before.person else {
                throw TrustRoot.invalid(
                    "the key `\(name)` of `\(before.person ?? "")` is gone, or somebody else's now",
                    fix: "keep it, and revoke it if it is not to count any more")
            }
            guard before.revocation == nil || now.revocation == before.revocation else {
                throw TrustRoot.invalid(
                    "the key `\(name)` was revoked and is to count again", fix: "name a new key for its holder")
            }
        }
    }

    private func check(signedBy authority: TrustRoot) throws(TokenError) {
        var signers: Set<String> = []
        for signature in signatures {
            guard let id = Self.keyID(of: signature), let key = authority.rootKeys.first(where: { $0.name == id }),
                let token = try? UnverifiedToken(
                    compact: DetachedSignature.attach(signature, to: payload), limit: payload.count * 2 + 4096),
                (try? token.verified(by: key, type: Self.signatureType)) != nil
            else { continue }
            signers.insert(key.fingerprint)
        }
        guard signers.count >= authority.threshold else {
            let names = authority.rootKeys.map { "`\($0.name)`" }.joined(separator: ", ")
            throw TokenError(
                .trustUnsigned,
                "version \(root.version) of the trust root is signed by \(signers.count) of the root keys of version \(authority.version) (\(names)), and needs \(authority.threshold)",
                fix: "have it signed: aegis keys trust sign FILE --root KEY")
        }
    }

    private static func keyID(of signature: String) -> String? {
        guard let token = try? UnverifiedToken(compact: signature) else { return nil }
        return token.header.keyID
    }
}

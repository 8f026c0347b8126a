import RegoValues
import SignedTokens

extension BundleVerifier {
    /// A bundle's token grows with its files, about 150 bytes for each.
    private static let tokenLimit = 32 << 20

    /// The signature is one JWS by a key of the ring, with that key's algorithm and scope, made at a credible time.
    func checkSignature(
        of bundle: UnverifiedBundle, now: Int64
    ) throws(BundleError) -> (list: SignedFileList, keyID: String, trusted: TrustedKey) {
        guard let file = bundle.file(SignatureFile.path) else {
            throw BundleError(
                .unsigned, "the bundle is not signed", fix: "build it with a key: aegis policy build DIR --key KEY")
        }
        let (token, trusted) = try readToken(SignatureFile.token(in: file))
        if trusted.key.algorithm == .es256, !ECDSASignature.isLowS(token.signature) {
            throw BundleError(
                .signatureNotCanonical,
                "the signature is not in low-s form: somebody may have changed it without the key",
                in: SignatureFile.path, fix: "sign the bundle again")
        }
        let list = try readList(token)
        if let keyID = list.keyID, keyID != token.keyID {
            throw BundleError(
                .signaturesInvalid, "the signature names two keys, `\(token.keyID)` and `\(keyID)`",
                in: SignatureFile.path)
        }
        guard list.scope == trusted.scope else {
            throw BundleError(
                .scopeMismatch,
                "the signature is for \(Self.scopeName(list.scope)), the key `\(token.keyID)` is trusted for \(Self.scopeName(trusted.scope))",
                in: SignatureFile.path, fix: "sign the bundle again with a key for this use")
        }
        if !wasAccepted { try checkTime(list, keyID: token.keyID, now: now) }
        try check(trusted, at: UTCTime(seconds: list.signedAt))
        return (list, token.keyID, trusted)
    }

    private func readToken(_ text: String) throws(BundleError) -> (VerifiedToken, TrustedKey) {
        do throws(TokenError) {
            let token = try UnverifiedToken(compact: text, limit: Self.tokenLimit)
            guard let keyID = token.header.keyID, let trusted = trust[keyID] else {
                let signer = token.header.keyID.map { "`\($0.prefix(64))`" } ?? "a key without a name"
                throw TokenError(.keyUnknown, "the bundle is signed by \(signer), which is not trusted here")
            }
            return (try token.verified(by: trusted.key, type: "JWT", allowsMissingType: true), trusted)
        } catch {
            throw Self.refusal(error)
        }
    }

    private func readList(_ token: VerifiedToken) throws(BundleError) -> SignedFileList {
        do {
            let claims = try token.claims()
            defer { withExtendedLifetime(claims) {} }
            return try SignedFileList(claims: claims.root)
        } catch let error as BundleError {
            throw error
        } catch {
            throw BundleError(
                .signaturesInvalid, "the signature's claims are not a JSON object", in: SignatureFile.path)
        }
    }

    private func checkTime(_ list: SignedFileList, keyID: String, now: Int64) throws(BundleError) {
        let age = now.subtractingReportingOverflow(list.signedAt).partialValue
        guard age >= -leeway else {
            throw BundleError(
                .signatureFromFuture, "the signature by `\(keyID)` was made \(-age) s from now", in: SignatureFile.path,
                fix: "compare the clocks of the signer and this machine")
        }
    }

    /// The key's holder may publish, and the key was valid when it signed.
    func check(_ trusted: TrustedKey, at time: UTCTime) throws(BundleError) {
        guard wasAccepted || trusted.mayAct(as: PolicyRole.publisher) else {
            throw BundleError(
                .keyRole, "the holder of the key `\(trusted.key.name)` is no publisher", in: SignatureFile.path,
                fix: "have a publisher sign it")
        }
        do throws(TokenError) {
            try trusted.check(at: time)
        } catch {
            throw BundleError(
                error.code == .keyRevoked ? .keyRevoked : .keyOutsidePeriod, error.message, in: SignatureFile.path,
                fix: "publish the policies again with a key that is valid")
        }
    }

    private static func scopeName(_ scope: String?) -> String { scope.map { "the scope `\($0)`" } ?? "no scope" }

    private static func refusal(_ error: TokenError) -> BundleError {
        let (code, fix): (BundleError.Code, String) =
            switch error.code {
            case .keyUnknown: (.keyUntrusted, "sign it with a trusted key, or trust the signer's public key")
            case .signatureInvalid:
                (.signatureInvalid, "fetch the bundle again from its publisher; if that does not help, sign it again")
            case .algorithmNone, .algorithmMismatch: (.signatureAlgorithm, "sign it again with: aegis policy build")
            default: (.signaturesInvalid, "sign the bundle again")
            }
        return BundleError(code, error.message, in: SignatureFile.path, fix: fix)
    }
}

import SignedTokens

/// Tokens that lie beside bundles in a store: the pointer, and the list of switched agents.
extension BundleVerifier {
    /// The trusted key that signed the token, in the one form that its signature has.
    func signer(of token: String, type: String, limit: Int) throws(TokenError) -> TrustedKey {
        let verified = try UnverifiedToken(compact: token, limit: limit).verified(by: trust, type: type)
        guard let trusted = trust[verified.keyID] else {
            throw TokenError(.keyUnknown, "the token is signed by a key that is not trusted here")
        }
        guard trusted.key.algorithm != .es256 || ECDSASignature.isLowS(verified.signature) else {
            throw TokenError(.malformed, "the signature is not in low-s form")
        }
        return trusted
    }

    /// - Returns: nil for what is no matter of the signature.
    static func code(_ error: TokenError) -> BundleError.Code? {
        switch error.code {
        case .keyUnknown: .keyUntrusted
        case .signatureInvalid: .signatureInvalid
        case .algorithmNone, .algorithmMismatch: .signatureAlgorithm
        default: nil
        }
    }
}

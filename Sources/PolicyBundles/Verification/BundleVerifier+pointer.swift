import SignedTokens

extension BundleVerifier {
    /// Whether the pointer may be believed, and followed from what is active.
    /// - Parameters:
    ///   - last: the pointer that was followed last.
    ///   - now: seconds since 1970.
    /// - Throws: the first thing that speaks against it: `.pointerInvalid`, `.keyUntrusted`, `.signatureInvalid`, `.signatureAlgorithm`,
    ///   `.signatureNotCanonical`, `.scopeMismatch`, `.keyTenant`, `.keyRole`, `.keyRevoked`, `.keyOutsidePeriod`,
    ///   `.tenantMismatch`, `.signatureFromFuture`, `.pointerOlder`, `.versionOlder`,
    ///   `.versionReused`.
    public func verify(
        _ signed: SignedPointer, after last: BundlePointer?, now: Int64
    ) throws(BundleError) -> BundlePointer {
        let pointer = signed.claimed
        let trusted = try checkToken(signed)
        guard pointer.scope == trusted.scope else {
            throw refusal(
                .scopeMismatch, "is not signed for what the key `\(trusted.key.name)` is trusted for", fix: Self.again)
        }
        guard trusted.maySign(forTenant: pointer.tenant) else {
            throw refusal(
                .keyTenant, "is signed by `\(trusted.key.name)`, which may not sign for tenant `\(pointer.tenant)`",
                fix: "sign it with a key that is trusted for this tenant")
        }
        if let tenant, tenant != pointer.tenant {
            throw refusal(
                .tenantMismatch, "is for tenant `\(pointer.tenant)`, not `\(tenant)`", fix: "check the store's address")
        }
        try check(trusted, at: UTCTime(seconds: pointer.signedAt))
        guard pointer.signedAt.subtractingReportingOverflow(now).partialValue <= leeway else {
            throw refusal(
                .signatureFromFuture, "was signed \(pointer.signedAt - now) s from now",
                fix: "compare the clocks of the publisher and this machine")
        }
        try checkOrder(pointer, after: last)
        return pointer
    }

    private func checkToken(_ signed: SignedPointer) throws(BundleError) -> TrustedKey {
        do throws(TokenError) {
            return try signer(of: signed.token, type: BundlePointer.tokenType, limit: SignedPointer.limit)
        } catch {
            throw refusal(
                Self.code(error) ?? .pointerInvalid, "cannot be believed: \(error.message)",
                fix: "publish with a key that is trusted here")
        }
    }

    /// Time never goes back, and versions only where a signature says so.
    private func checkOrder(_ pointer: BundlePointer, after last: BundlePointer?) throws(BundleError) {
        if let last, pointer.signedAt < last.signedAt {
            throw refusal(
                .pointerOlder, "was signed \(last.signedAt - pointer.signedAt) s before the one that is followed",
                fix: "somebody may have brought back an old one: compare the store with its backup")
        }
        guard let active else { return }
        if pointer.version < active.version {
            guard let rollback = pointer.rollback, rollback.from >= active.version else {
                throw refusal(
                    .versionOlder,
                    "names version \(pointer.version), which is older than the active version \(active.version)",
                    fix: "to go back, publish the old policies under version \(active.version + 1), or sign a rollback")
            }
        } else if pointer.version == active.version, pointer.digest != active.digest {
            throw refusal(
                .versionReused, "names version \(pointer.version), which is active already with another content",
                fix: "publish it under version \(active.version + 1)")
        }
    }

    private func refusal(_ code: BundleError.Code, _ what: String, fix: String) -> BundleError {
        BundleError(code, "the pointer to the latest bundle \(what)", in: "latest", fix: fix)
    }

    private static let again = "sign it again with a key for this use"
}

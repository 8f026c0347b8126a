import SignedTokens

extension BundleVerifier {
    /// Whether the list of switched agents may be believed, and is no older than what is known.
    /// - Parameters:
    ///   - serial: of the last change that is known; 0 where none is.
    ///   - now: seconds since 1970.
    /// - Throws: the first thing that speaks against it: `.stopsInvalid`, `.keyUntrusted`, `.signatureInvalid`, `.signatureAlgorithm`,
    ///   `.signatureNotCanonical`, `.scopeMismatch`, `.keyTenant`, `.tenantMismatch`, `.keyRole`, `.keyRevoked`,
    ///   `.keyOutsidePeriod`, `.signatureFromFuture`, `.stopsOlder`.
    public func verify(
        _ signed: SignedStopList, after serial: Int64, now: Int64
    ) throws(BundleError) -> VerifiedStopList {
        let list = signed.claimed
        let trusted = try checkStopsToken(signed)
        guard list.scope == trusted.scope else {
            throw Self.refusal(
                .scopeMismatch, "is not signed for what the key `\(trusted.key.name)` is trusted for", fix: Self.again)
        }
        guard trusted.maySign(forTenant: list.tenant) else {
            throw Self.refusal(
                .keyTenant, "is signed by `\(trusted.key.name)`, which may not sign for tenant `\(list.tenant)`",
                fix: Self.again)
        }
        if let tenant, tenant != list.tenant {
            throw Self.refusal(
                .tenantMismatch, "is of tenant `\(list.tenant)`, not `\(tenant)`", fix: "check the store's address")
        }
        guard trusted.mayAct(as: PolicyRole.operator) || trusted.mayAct(as: PolicyRole.publisher) else {
            throw Self.refusal(
                .keyRole, "is signed by `\(trusted.key.name)`, whose holder is neither operator nor publisher",
                fix: Self.again)
        }
        do throws(TokenError) { try trusted.check(at: UTCTime(seconds: list.serial / 1000)) } catch {
            throw Self.refusal(
                error.code == .keyRevoked ? .keyRevoked : .keyOutsidePeriod, "cannot be believed: \(error.message)",
                fix: Self.again)
        }
        guard (list.serial / 1000).subtractingReportingOverflow(now).partialValue <= leeway else {
            throw Self.refusal(
                .signatureFromFuture, "was written \(list.serial / 1000 - now) s from now",
                fix: "compare the clocks of whoever switched the agent and this machine")
        }
        guard list.serial >= serial else {
            throw Self.refusal(
                .stopsOlder,
                "is of \(UTCTime(seconds: list.serial / 1000)), and one of \(UTCTime(seconds: serial / 1000)) is known",
                fix:
                    "somebody brought back an old one: find out who can write to the store. Whatever is switched next writes a newer one"
            )
        }
        return VerifiedStopList(list, keyID: trusted.key.name)
    }

    private func checkStopsToken(_ signed: SignedStopList) throws(BundleError) -> TrustedKey {
        do throws(TokenError) {
            return try signer(of: signed.token, type: AgentStopList.tokenType, limit: SignedStopList.limit)
        } catch {
            throw Self.refusal(
                Self.code(error) ?? .stopsInvalid, "cannot be believed: \(error.message)",
                fix: "switch agents with a key that is trusted here")
        }
    }

    private static func refusal(_ code: BundleError.Code, _ what: String, fix: String) -> BundleError {
        BundleError(code, "the list of switched agents \(what)", in: "stops", fix: fix)
    }

    private static let again = "switch the agent with an operator's key that is trusted for this tenant and use"
}

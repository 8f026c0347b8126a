import SignedTokens

/// Enough people other than the author approved exactly this content, each with a signature of their own: a publisher's key
/// alone, or a stolen one, publishes nothing. Asked only where the trust root has review rules for the tenant.
struct ReviewCheck {
    let trust: KeyRing
    /// Who signed the bundle.
    let signer: TrustedKey

    func errors(in manifest: BundleManifest, files: [BundleFile]) -> [BundleError] {
        let metadata = manifest.metadata
        guard let rules = trust.reviewRules[metadata.tenant] else { return [] }
        if let emergency = metadata.emergency {
            guard signer.mayAct(as: PolicyRole.emergency), signer.person == nil || signer.person == emergency.by else {
                return [
                    BundleError(
                        .emergencyRefused,
                        "the key `\(signer.key.name)` may not publish without reviews, not even in an emergency",
                        in: BundleManifest.path,
                        fix: "have it reviewed, or signed by somebody with the role `emergency`")
                ]
            }
        }
        do {
            return try check(manifest, files, rules)
        } catch {
            return [error]
        }
    }

    /// An emergency waives how many have approved, and that authors do not publish. What stands there as somebody's approval must be one.
    private func check(
        _ manifest: BundleManifest, _ files: [BundleFile], _ rules: ReviewRules
    ) throws(BundleError) -> [BundleError] {
        let metadata = manifest.metadata
        let content = try ReviewedContent(manifest, files)
        let isEmergency = metadata.emergency != nil
        var errors: [BundleError] = []
        if !isEmergency, rules.separatesPublisher, let person = signer.person, content.authors.contains(person) {
            errors.append(
                BundleError(
                    .keyRole, "`\(person)` wrote the policies and cannot publish them", in: BundleManifest.path,
                    fix: "have it signed by a publisher who is no author"))
        }
        var roles: [String: String] = [:]
        for review in metadata.reviews {
            guard review.verdict == "approved", let text = review.statement else { continue }
            do throws(TokenError) {
                let statement = try ApprovalStatement(text, trust: trust)
                try content.check(review, statement)
                roles[statement.person] = statement.role
            } catch {
                errors.append(
                    BundleError(
                        .reviewInvalid, "the review `\(review.approvalID)` does not count: \(error.message)",
                        in: BundleManifest.path, fix: "have the content reviewed again and publish it from its history")
                )
            }
        }
        if !isEmergency, let missing = rules.missing(after: Array(roles.values)) {
            errors.append(
                BundleError(
                    .reviewsMissing, "approvals are missing: \(missing)", in: BundleManifest.path,
                    fix: "have it approved: aegis policy approve"))
        }
        return errors
    }
}

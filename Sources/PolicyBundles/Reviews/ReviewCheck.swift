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
            return []
        }
        do {
            return try check(manifest, files, rules)
        } catch {
            return [error]
        }
    }

    private func check(
        _ manifest: BundleManifest, _ files: [BundleFile], _ rules: ReviewRules
    ) throws(BundleError) -> [BundleError] {
        let metadata = manifest.metadata
        let digest = try reviewedDigest(manifest, files)
        let author = metadata.restores?.author ?? metadata.author
        var errors: [BundleError] = []
        var roles: [String: String] = [:]
        for review in metadata.reviews {
            guard review.verdict == "approved", let text = review.statement else { continue }
            do throws(TokenError) {
                let statement = try ApprovalStatement(text, trust: trust)
                guard review.repeats(statement) else {
                    throw TokenError(.documentInvalid, "it does not say what the signed statement says")
                }
                guard statement.tenant == metadata.tenant, statement.contentDigest == digest else {
                    throw TokenError(.documentInvalid, "it is of another content, \(statement.contentDigest.short)")
                }
                guard statement.person != author else {
                    throw TokenError(.keyNotPermitted, "`\(author)` wrote the policies and cannot approve them")
                }
                roles[statement.person] = statement.role
            } catch {
                errors.append(
                    BundleError(
                        .reviewInvalid, "the review `\(review.approvalID)` does not count: \(error.message)",
                        in: BundleManifest.path, fix: "have the content reviewed again and publish it from its history")
                )
            }
        }
        if let missing = rules.missing(after: Array(roles.values)) {
            errors.append(
                BundleError(
                    .reviewsMissing, "approvals are missing: \(missing)", in: BundleManifest.path,
                    fix: "have it approved: aegis policy approve"))
        }
        return errors
    }

    /// What the reviewers signed: the content, or, for a rollback, the content as it was when they reviewed it.
    private func reviewedDigest(
        _ manifest: BundleManifest, _ files: [BundleFile]
    ) throws(BundleError) -> BundleDigest? {
        guard let restored = manifest.metadata.restores else { return manifest.metadata.contentDigest }
        let original = BundleManifest(
            roots: manifest.roots, metadata: manifest.metadata.original(of: restored))
        let others = files.filter { $0.path != BundleManifest.path }
        return try ContentDigest.of(others + [original.file(contentDigest: nil)])
    }
}

extension BundleReview {
    /// Whether the readable members are those of the signed statement.
    func repeats(_ statement: ApprovalStatement) -> Bool {
        approvalID == statement.id && reviewer == statement.person && verdict == "approved"
            && comment == statement.comment && at == statement.time.description
    }
}

extension BundleMetadata {
    /// The metadata under which the restored version was reviewed.
    func original(of restored: RestoredVersion) -> BundleMetadata {
        BundleMetadata(
            tenant: tenant, region: region, version: restored.version, parent: restored.parent,
            createdAt: restored.createdAt, author: restored.author, controls: controls)
    }
}

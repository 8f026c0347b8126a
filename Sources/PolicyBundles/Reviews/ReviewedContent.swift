public import SignedTokens

/// What the approvals in a bundle have to be about: the content, or, for a rollback, the content as it was when they were given.
public struct ReviewedContent: Sendable {
    public let tenant: String
    public let digest: BundleDigest?
    /// Who wrote it, or what it revises, and so cannot approve it.
    public let authors: Set<String>

    /// - Parameter files: all files of the bundle.
    /// - Throws: ``BundleError`` for files that cannot be hashed.
    public init(_ manifest: BundleManifest, _ files: [BundleFile]) throws(BundleError) {
        tenant = manifest.metadata.tenant
        guard let restored = manifest.metadata.restores else {
            authors = Set([manifest.metadata.author] + manifest.metadata.coauthors)
            digest = manifest.metadata.contentDigest
            return
        }
        authors = Set([restored.author] + restored.coauthors)
        let original = BundleManifest(roots: manifest.roots, metadata: manifest.metadata.original(of: restored))
        let others = files.filter { $0.path != BundleManifest.path }
        digest = try ContentDigest.of(others + [original.file(contentDigest: nil)])
    }

    /// Whether an approval in the bundle is this statement, and the statement of this content by somebody who did not write it.
    /// - Throws: what speaks against it.
    public func check(_ review: BundleReview, _ statement: ApprovalStatement) throws(TokenError) {
        guard review.repeats(statement), statement.tenant == tenant else {
            throw TokenError(.documentInvalid, "it does not say what the signed statement says")
        }
        guard statement.contentDigest == digest else {
            throw TokenError(.documentInvalid, "it is of another content, \(statement.contentDigest.short)")
        }
        guard !authors.contains(statement.person) else {
            throw TokenError(.keyNotPermitted, "`\(statement.person)` wrote the policies and cannot approve them")
        }
    }
}

extension BundleReview {
    /// Whether the readable members are those of the signed statement.
    fileprivate func repeats(_ statement: ApprovalStatement) -> Bool {
        approvalID == statement.id && reviewer == statement.person && verdict == "approved"
            && comment == statement.comment && at == statement.time.description
    }

    /// Whether it is an approval with its approver's signature; whether that holds is another question.
    public var isSignedApproval: Bool { verdict == "approved" && statement != nil }
}

extension BundleMetadata {
    /// The metadata under which the restored version was reviewed.
    fileprivate func original(of restored: RestoredVersion) -> BundleMetadata {
        BundleMetadata(
            tenant: tenant, region: region, version: restored.version, parent: restored.parent,
            createdAt: restored.createdAt, author: restored.author, coauthors: restored.coauthors,
            controls: controls)
    }
}

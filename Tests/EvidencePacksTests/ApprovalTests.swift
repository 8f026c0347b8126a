@testable import EvidencePacks
import PolicyBundles
import SignedTokens
import Testing

/// Approvals in the policy versions of a pack, made by whoever holds the publisher's key.
struct ApprovalTests {
    private static let time = "2026-11-23T05:32:03Z"
    private let publisher: SigningKey
    private let approver: SigningKey

    init() throws {
        publisher = try SigningKey(generating: .edDSA, name: "pia")
        approver = try SigningKey(generating: .es256, name: "lea")
    }

    /// An approval as somebody signs it, and as the bundle repeats it.
    struct Approval: Sendable {
        var kind = "approved"
        var person = "lea"
        var tenant = "acme"
        var comment = "fine"
        var type = ApprovalStatement.tokenType
        /// Nil: of the content that was reviewed.
        var digest: String?
        var isByStranger = false
        var reviewer = "lea"
        var repeated = "fine"
    }

    /// What the check of a bundle says that holds this approval; nil where it passes.
    private func fault(_ approval: Approval, isRollback: Bool, scope: String? = nil, listed: String? = nil) throws
        -> String?
    {
        let files = [BundleFile(path: "aegis/decision.rego", text: "package aegis\n")]
        let first = BundleMetadata(tenant: "acme", version: 1, createdAt: Self.time, author: "maria")
        let reviewed = try BundleBuilder(metadata: first, files: files).contentDigest().description
        var metadata = first
        if isRollback {
            metadata.version = 3
            metadata.author = "pia"
            metadata.restores = RestoredVersion(
                version: 1, parent: nil, createdAt: Self.time, author: "maria", reason: "too much")
        }
        let signer = approval.isByStranger ? try SigningKey(generating: .es256, name: "lea") : approver
        let payload =
            #"{"comment":"\#(approval.comment)","content_digest":"\#(approval.digest ?? reviewed)","id":"apr_1","kind":"\#(approval.kind)","person":"\#(approval.person)","role":"approver","tenant":"\#(approval.tenant)","time":"\#(Self.time)"}"#
        metadata.reviews = [
            BundleReview(
                approvalID: "c_1", reviewer: "lea", verdict: "commented", comment: "why?", at: Self.time, statement: "x"
            ),
            BundleReview(
                approvalID: "apr_1", reviewer: approval.reviewer, verdict: "approved", comment: approval.repeated,
                at: Self.time, statement: try signer.token(over: Array(payload.utf8), type: approval.type)),
        ]
        let built = try BundleBuilder(metadata: metadata, files: files).build(
            signedBy: publisher, scope: scope, at: 1_795_409_600)
        var check = PackCheck(PackExpectation(), replays: false)
        let name = PackLayout.bundle(version: 1)
        let digest = "sha256:" + PackDigest.hex(built.archive)
        check.digests[name] = PackDigest.hex(built.archive)
        let keys: [(SigningKey, PackKey.Use, String?)] = [(publisher, .policies, listed), (approver, .reviews, nil)]
        check.entries = keys.map { key, use, scope in
            PackKey(
                name: key.name, use: use, algorithm: "", fingerprint: key.verificationKey.fingerprint,
                file: PackLayout.key(key.name), scope: scope)
        }
        for key in [publisher, approver] { check.pem[PackLayout.key(key.name)] = key.verificationKey }
        check.manifest = PackManifest(
            schema: 1, tenant: "acme", gateway: "gw-1", log: "gw-1/acme", period: .init(from: "", to: ""), builtAt: "",
            builtBy: "", start: .init(size: 0, hash: "", frontier: []),
            records: .init(first: 0, end: 0, inPeriod: 0, decisions: 0), head: .init(size: 0, root: ""),
            policies: [
                .init(policyVersion: built.policyVersion, digest: digest, file: name, signedBy: publisher.name)
            ], controls: [], hasInputs: false)
        do throws(PackError) {
            #expect(try check.checkedPolicy(name, built.archive).isApproved)
            return nil
        } catch { return error.description }
    }

    @Test(arguments: [false, true])
    func `an approver's word on the content passes, beside a comment`(isRollback: Bool) throws {
        #expect(try fault(Approval(), isRollback: isRollback) == nil)
    }

    @Test(
        arguments: [
            (Approval(digest: "sha256:" + String(repeating: "0", count: 64)), "is not of this content"),
            (Approval(person: "maria", reviewer: "maria"), "is by the author"),
            (Approval(isByStranger: true), "is not signed as one by a known key"),
            (Approval(kind: "rejected"), "is not signed as one by a known key"),
            (Approval(kind: "proposed"), "is not signed as one by a known key"),
            (Approval(type: "JWT"), "is not signed as one by a known key"),
            (Approval(repeated: "gladly"), "does not say what was signed"),
            (Approval(reviewer: "pia"), "does not say what was signed"),
            (Approval(tenant: "globex"), "does not say what was signed"),
        ], [false, true])
    func `an approval that is none is refused`(_ tampering: (Approval, String), isRollback: Bool)
        throws
    {
        #expect(
            try fault(tampering.0, isRollback: isRollback)
                == "policies/bundle-1.tar.gz/.manifest: error: the approval `apr_1` \(tampering.1) [pack.policy]")
    }

    @Test func `a key that is for bundles alone signs bundles`() throws {
        #expect(try fault(Approval(), isRollback: false, scope: "bundles", listed: "bundles") == nil)
        let other = try #require(try fault(Approval(), isRollback: false, scope: "bundles", listed: "pointers"))
        #expect(
            other.contains("the signature is for the scope `bundles`") && other.hasSuffix("[pack.policy]"), "\(other)")
    }
}

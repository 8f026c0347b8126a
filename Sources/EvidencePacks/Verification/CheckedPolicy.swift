import PolicyBundles
import SignedTokens

/// A policy version of a pack that is what it claims to be.
struct CheckedPolicy {
    let version: String
    let digest: String
    /// Control ids and the policies that name them.
    let controls: [String: [String]]
    /// Whether somebody has signed an approval of it.
    let isApproved: Bool
}

extension PackCheck {
    /// - Throws: ``PackError`` `.policy`.
    mutating func checkedPolicy(_ name: String, _ bytes: [UInt8]) throws(PackError) -> CheckedPolicy {
        let keys = try checkedKeys()
        let digest = "sha256:" + (digests[name] ?? "")
        guard let manifest, let entry = manifest.policies.first(where: { $0.file == name && $0.digest == digest })
        else {
            throw PackError(.policy, "the archive is not one that the manifest lists", at: name)
        }
        let verified: VerifiedBundle
        do {
            let ring = try KeyRing(keys.policies)
            verified = try BundleVerifier(trust: ring).verify(UnverifiedBundle(archive: bytes, name: name), now: .max)
        } catch let refusal as BundleRefusal {
            throw Self.policyFault(refusal.errors.first, name)
        } catch let error as BundleError {
            throw Self.policyFault(error, name)
        } catch {
            throw PackError(.policy, "\(error)", at: name)
        }
        let version = verified.policyVersion
        guard verified.manifest.metadata.tenant == manifest.tenant, version == entry.policyVersion else {
            throw PackError(.policy, "the bundle is `\(version)`", at: "\(name)/.manifest")
        }
        try Self.checkReviews(verified, keys, at: "\(name)/.manifest")
        try replay?.learn(verified)
        return CheckedPolicy(
            version: version, digest: digest, controls: verified.manifest.metadata.controls,
            isApproved: verified.manifest.metadata.reviews.contains(where: \.isSignedApproval))
    }

    /// Each signed approval is its approver's word on this content, who is not its author: what a gateway asks, too. A version that
    /// brings an older one back carries the approvals of that one.
    private static func checkReviews(
        _ bundle: VerifiedBundle, _ keys: CheckedKeys, at place: String
    ) throws(PackError) {
        let content: ReviewedContent
        do throws(BundleError) { content = try ReviewedContent(bundle.manifest, bundle.files) } catch {
            throw PackError(.policy, error.message, at: place)
        }
        for review in bundle.manifest.metadata.reviews where review.isSignedApproval {
            func fault(_ what: String) -> PackError {
                PackError(.policy, "the approval `\(review.approvalID)` \(what)", at: place)
            }
            let statement: ApprovalStatement
            do throws(TokenError) {
                statement = try ApprovalStatement(review.statement ?? "", trust: KeyRing(keys.reviews))
            } catch { throw fault("is not signed as one by a known key") }
            guard statement.contentDigest == content.digest else { throw fault("is not of this content") }
            guard !content.authors.contains(statement.person) else { throw fault("is by the author") }
            do throws(TokenError) { try content.check(review, statement) } catch {
                throw fault("does not say what was signed")
            }
        }
    }

    private static func policyFault(_ error: BundleError?, _ name: String) -> PackError {
        guard let error else { return PackError(.policy, "the bundle was refused", at: name) }
        return switch error.code {
        case .keyUntrusted, .signatureInvalid, .signatureAlgorithm, .unsigned:
            PackError(.policy, "no known policy key signed it", at: name)
        case .fileChanged, .fileMissing, .fileUnlisted:
            PackError(.policy, "the file is not the one signed", at: "\(name)/\(error.member ?? "")")
        case .contentDigest: PackError(.policy, "what was reviewed is another content", at: "\(name)/.manifest")
        default: PackError(.policy, error.message, at: error.member.map { "\(name)/\($0)" } ?? name)
        }
    }
}

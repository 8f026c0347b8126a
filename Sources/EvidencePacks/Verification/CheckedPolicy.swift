import PolicyBundles
import SignedTokens

/// A policy version of a pack that is what it claims to be.
struct CheckedPolicy {
    let version: String
    let digest: String
    /// Control ids and the policies that name them.
    let controls: [String: [String]]
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
            let ring = try KeyRing(keys.policies.map { TrustedKey($0) })
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
        try Self.checkReviews(verified.manifest.metadata, keys, at: "\(name)/.manifest")
        try replay?.learn(verified)
        return CheckedPolicy(version: version, digest: digest, controls: verified.manifest.metadata.controls)
    }

    /// Each signed approval is of this content, and says what the manifest repeats of it. A version that brings an older one
    /// back carries the approvals of that one.
    private static func checkReviews(
        _ metadata: BundleMetadata, _ keys: CheckedKeys, at place: String
    ) throws(PackError) {
        for review in metadata.reviews {
            guard let text = review.statement else { continue }
            let isRight: Bool
            do throws(TokenError) {
                let statement = try ApprovalStatement(text, trust: KeyRing(keys.reviews.map { TrustedKey($0) }))
                isRight =
                    (metadata.restores != nil || statement.contentDigest == metadata.contentDigest)
                    && statement.person == review.reviewer && statement.id == review.approvalID
            } catch { isRight = false }
            guard isRight else {
                throw PackError(.policy, "the approval `\(review.approvalID)` is not of this content", at: place)
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

import Foundation
import PolicyBundles

/// What a verified bundle is, for people and for programs.
struct BundleSummary {
    private let bundle: VerifiedBundle
    private let name: String
    private let fingerprint: String
    /// Whether the trust root's rules asked for the reviews, so that their signatures were verified and counted.
    private let areReviewsVerified: Bool

    init(_ bundle: VerifiedBundle, name: String, fingerprint: String, areReviewsVerified: Bool) {
        self.bundle = bundle
        self.areReviewsVerified = areReviewsVerified
        self.name = name
        self.fingerprint = fingerprint
    }

    var lines: [String] {
        let metadata = bundle.manifest.metadata
        let bytes = bundle.files.reduce(0) { $0 + $1.bytes.count }
        var lines = [
            "\(name): verified \(bundle.policyVersion)",
            "tenant          \(metadata.tenant)",
            "region          \(metadata.region ?? "any")",
            "version         \(metadata.version)",
            "signed by       \(bundle.keyID) (\(fingerprint)) at \(signedAt)",
            "author          \(metadata.author), \(metadata.createdAt)",
            "files           \(bundle.files.count), \(bytes) bytes, every hash as signed",
            "digest          \(bundle.digest)",
            "content digest  \(metadata.contentDigest?.description ?? "")",
        ]
        if let parent = metadata.parent { lines.append("parent          \(parent)") }
        for review in metadata.reviews {
            // Of a comment, and where nobody asks for reviews, there is the publisher's word only.
            let claim =
                areReviewsVerified && review.verdict == "approved" ? "" : " (as the manifest says; not verified)"
            lines.append(
                "review          \(review.verdict) by \(review.reviewer), \(review.at): \(review.comment)\(claim)")
        }
        return lines
    }

    var json: [String: Any] {
        let metadata = bundle.manifest.metadata
        return [
            "verified": true, "bundle": name, "policy_version": bundle.policyVersion, "tenant": metadata.tenant,
            "region": metadata.region ?? NSNull(), "version": metadata.version, "key": bundle.keyID,
            "key_fingerprint": fingerprint, "signed_at": signedAt, "author": metadata.author,
            "created_at": metadata.createdAt, "digest": bundle.digest.description,
            "content_digest": metadata.contentDigest?.description ?? "",
            "parent": metadata.parent?.description ?? NSNull(), "roots": bundle.manifest.roots,
            "files": bundle.files.map(\.path), "controls": metadata.controls,
            "reviews_verified": areReviewsVerified,
            "reviews": metadata.reviews.map {
                [
                    "approval_id": $0.approvalID, "reviewer": $0.reviewer, "verdict": $0.verdict, "comment": $0.comment,
                    "at": $0.at,
                ]
            },
        ]
    }

    private var signedAt: String {
        Date(timeIntervalSince1970: TimeInterval(bundle.signedAt)).formatted(.iso8601)
    }
}

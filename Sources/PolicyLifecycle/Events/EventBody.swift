public import PolicyBundles

/// What a step of a policy's life says.
public enum EventBody: Sendable, Hashable {
    /// From here on this trust root says whose keys count.
    case trusted(AdoptedRoot)
    /// New content, compiled, to be the next version.
    case proposed(Proposal)
    case commented(Remark)
    case approved(Verdict)
    case rejected(Verdict)
    /// By one of its authors.
    case withdrawn(Remark)
    /// The bundle is signed: the version's number and bytes are fixed.
    case signed(SignedVersion)
    /// A bundle store has it.
    case published(Publication)
    /// The signed bundle is given up: the trust root allows no gateway to take it any more, and no store has confirmed it.
    case abandoned(Abandonment)
    /// A store's signed pointer goes back to an older version.
    case recalled(Recall)

    public enum Kind: String, Sendable, CaseIterable {
        case trusted, proposed, commented, approved, rejected, withdrawn, signed, published, abandoned, recalled

        /// How ids of this kind begin.
        var idPrefix: String {
            switch self {
            case .trusted: "tru_"
            case .proposed: "prp_"
            case .commented: "cmt_"
            case .approved: "apr_"
            case .rejected: "rej_"
            case .withdrawn: "wdr_"
            case .signed: "sgn_"
            case .published: "pub_"
            case .abandoned: "abd_"
            case .recalled: "rcl_"
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .trusted: .trusted
        case .proposed: .proposed
        case .commented: .commented
        case .approved: .approved
        case .rejected: .rejected
        case .withdrawn: .withdrawn
        case .signed: .signed
        case .published: .published
        case .abandoned: .abandoned
        case .recalled: .recalled
        }
    }

    /// The proposal that it is about, where it is about one.
    public var proposalID: String? {
        switch self {
        case .commented(let remark), .withdrawn(let remark): remark.proposal
        case .approved(let verdict), .rejected(let verdict): verdict.proposal
        case .signed(let version): version.proposal
        case .trusted, .proposed, .published, .abandoned, .recalled: nil
        }
    }
}

public struct AdoptedRoot: Sendable, Hashable {
    public let version: Int
    /// Of the trust root's file, which is an object of the history.
    public let digest: BundleDigest
}

/// One file of a proposal or a bundle; its bytes are an object of the history.
public struct ContentFile: Sendable, Hashable {
    public let path: String
    public let digest: BundleDigest
}

/// What a change means, as far as somebody worked it out (the semantic diff).
public struct ChangeNote: Sendable, Hashable {
    /// What agents may do from then on that they could not do before. Publishing such a change needs its own acknowledgement.
    public let widens: [String]
    public let narrows: [String]

    public init(widens: [String], narrows: [String]) {
        self.widens = widens
        self.narrows = narrows
    }
}

public struct Proposal: Sendable, Hashable {
    /// The number that it gets when it is published.
    public let version: Int
    /// The digest of the bundle that it follows.
    public let parent: BundleDigest?
    /// What reviewers sign.
    public let contentDigest: BundleDigest
    public let region: String?
    public let title: String
    /// All files of the bundle but the signature; the manifest is without reviews.
    public let files: [ContentFile]
    /// The proposal whose place this one takes; its authors are authors of this one too.
    public let revises: String?
    /// For a rollback.
    public let restores: RestoredVersion?
    /// Policies that go from shadow to enforce.
    public let promotes: [String]
    /// The shadow report that speaks for it, an object of the history.
    public let report: BundleDigest?
    public let change: ChangeNote?
}

public struct Remark: Sendable, Hashable {
    public let proposal: String
    public let contentDigest: BundleDigest
    public let comment: String
}

public struct Verdict: Sendable, Hashable {
    public let proposal: String
    public let version: Int
    public let contentDigest: BundleDigest
    /// The role of the quorum in which the person decides.
    public let role: String
    public let comment: String
}

public struct SignedVersion: Sendable, Hashable {
    public let proposal: String
    public let version: Int
    public let contentDigest: BundleDigest
    /// Of the archive.
    public let digest: BundleDigest
    /// The manifest with the reviews, and the signature.
    public let files: [ContentFile]
    /// The approvals that its manifest carries, in the order of the history.
    public let approvals: [String]
    /// Why it does not wait for reviews; nil where it did.
    public let emergency: String?
    public let acknowledgesWidening: Bool
}

public struct Publication: Sendable, Hashable {
    public let version: Int
    public let digest: BundleDigest
    /// Where, as the publisher calls it.
    public let store: String
}

public struct Abandonment: Sendable, Hashable {
    public let version: Int
    public let digest: BundleDigest
    public let reason: String
}

public struct Recall: Sendable, Hashable {
    /// The version that is left.
    public let version: Int
    /// The one that gateways go back to.
    public let to: Int
    /// Of the bundle that they go back to.
    public let digest: BundleDigest
    public let store: String
    public let reason: String
}

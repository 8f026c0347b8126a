public import PolicyBundles
public import SignedTokens

/// A proposal, and what became of it.
public struct ProposalRecord: Sendable {
    public enum Status: Sendable, Hashable {
        case open
        case rejected
        case withdrawn
        /// Its bundle is signed under this number.
        case signed(version: Int)
        /// Another proposal took its place.
        case revised(by: String)
    }

    public let id: String
    public let proposal: Proposal
    public let author: String
    public let time: UTCTime
    /// The author, and the authors of all proposals that this one revises: none of them may decide it.
    public let authors: Set<String>
    /// The authors but ``author``, as a manifest has them.
    public var coauthors: [String] { authors.subtracting([author]).sorted() }
    /// Who wrote the content, which for a rollback are the authors of what it restores: its own proposal is a publisher's.
    public var writers: Set<String> {
        proposal.restores.map { Set([$0.author] + $0.coauthors) } ?? authors
    }
    public internal(set) var status: Status = .open
    /// Oldest first.
    public internal(set) var approvals: [SignedEvent] = []
    public internal(set) var rejection: SignedEvent?
    public internal(set) var remarks: [SignedEvent] = []

    /// The roles in which people have approved.
    public var approvalRoles: [String] {
        approvals.compactMap { if case .approved(let verdict) = $0.event.body { verdict.role } else { nil } }
    }

    public var approvers: [String] { approvals.map(\.event.person) }
}

/// A version whose bundle is signed.
public struct VersionRecord: Sendable {
    public let number: Int
    public let proposal: String
    public let digest: BundleDigest
    public let contentDigest: BundleDigest
    public let signed: SignedVersion
    public let publisher: String
    public let key: String
    public let time: UTCTime
    /// The place of its `signed` event in the chain.
    public let index: Int
    /// How many trust roots the history had then: what counted is judged by the last of them.
    let roots: Int
    /// Why it did not wait for reviews; nil where it did.
    public let emergency: String?
    /// Where it was published; nil until a store has confirmed it.
    public internal(set) var store: String?
    /// Why it was given up before any store had confirmed it; nil where it was not.
    public internal(set) var abandoned: String?
    /// Why gateways went back behind it by its store's pointer; nil where they did not.
    public internal(set) var recalled: String?
}

import Approvals

/// A link to the page of an approval, as a message carries it: one for each of those who may decide.
struct ReviewInvitation: Hashable {
    /// `role:NAME` or `person:NAME`.
    let approver: String
    let url: String

    /// So many actions a Teams card shows.
    static let most = 6

    /// The button's words.
    var title: String { "Review as \(approver.drop { $0 != ":" }.dropFirst())" }

    /// - Returns: none where nothing is left to decide.
    static func invitations(
        to approval: Approval, in directory: ChannelDirectory, by links: ReviewLinks, via: String, delivery: Delivery,
        now: Timestamp
    ) throws(ChannelError) -> [ReviewInvitation] {
        guard approval.state(at: now) == .pending else { return [] }
        var invitations: [ReviewInvitation] = []
        for approver in approval.entitled.prefix(most) {
            let link = try links.link(
                to: approval, for: approver, via: via, delivery: delivery.key, made: delivery.createdAt,
                lifeSeconds: directory.linkLifeSeconds)
            invitations.append(
                ReviewInvitation(approver: approver, url: "\(directory.publicURL)/approve?t=\(link)"))
        }
        return invitations
    }
}

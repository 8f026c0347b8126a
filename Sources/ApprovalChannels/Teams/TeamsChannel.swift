import Approvals

/// Posts cards to Microsoft Teams through a Workflows webhook. What was posted cannot be changed; what happens later is told
/// in another card.
struct TeamsChannel: Sendable {
    private let directory: ChannelDirectory
    private let links: ReviewLinks
    private let client: any WebClient

    init(_ directory: ChannelDirectory, links: ReviewLinks, client: any WebClient) {
        self.directory = directory
        self.links = links
        self.client = client
    }

    func tell(_ approval: Approval, channel: String, delivery: Delivery, now: Timestamp) async throws {
        guard let webhook = directory.teams[channel] else {
            throw ChannelError("there is no Teams channel `\(channel)` any more", .none)
        }
        let reviews = try ReviewInvitation.invitations(
            to: approval, in: directory, by: links, via: "teams", delivery: delivery, now: now)
        let card = TeamsCard(approval: approval, now: now, key: delivery.key, reviews: reviews)
        let answer = try await client.post(
            WebRequest(
                url: webhook,
                headers: ["content-type": "application/json", "idempotency-key": delivery.key.asciiOnly],
                body: card.json))
        switch answer.status {
        case 200..<300: return
        case 429: throw ChannelError("Teams asks to wait", .wait(seconds: answer.retryAfterSeconds ?? 2))
        default: throw ChannelError("the Teams webhook answered \(answer.status)")
        }
    }
}

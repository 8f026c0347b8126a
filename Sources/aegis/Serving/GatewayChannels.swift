import ApprovalChannels
import Approvals
import DecisionAPI
import Decisions
import Logging
import SignedTokens
import StateStoreSQLite

/// The channels of a gateway: what delivers to them, and what answers for them.
struct GatewayChannels {
    let deliveries: DeliveryService
    let endpoints: ChannelEndpoints

    init(
        _ directories: [ChannelDirectory], store: SQLiteStateStore, desk: ApprovalDesk, clerk: ApprovalClerk,
        prover: any IdentityProver, tokens: SigningKey, gateway: String, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        let links = try ReviewLinks(signingKey: tokens, audience: gateway)
        deliveries = DeliveryService(
            directories: directories, outbox: store, ledger: store, links: links, logger: logger, now: now)
        let slack = directories.compactMap {
            SlackInteractivity($0, desk: desk, outbox: store, recordChange: clerk.record, logger: logger, now: now)
        }
        let review = ReviewDesk(
            links: links, desk: desk,
            prove: { key in
                let credentials = key.hasPrefix("aegis_") ? Credentials(apiKey: key) : Credentials(bearerToken: key)
                guard let caller = prover.prove(credentials), caller.kind == .person, let name = caller.name else {
                    return nil
                }
                return Approver(tenant: caller.tenant, name: name, roles: caller.roles)
            },
            recordChange: clerk.record, logger: logger, now: now)
        var endpoints = ChannelEndpoints()
        if let first = slack.first {
            // Each tenant's Slack signs with its own secret: whose click it is, the signature says.
            let clicks: ChannelEndpoints.SlackClicks = { timestamp, signature, body in
                let own = slack.first { $0.hasSigned(body, timestamp: timestamp, signature: signature) } ?? first
                return await own.take(timestamp: timestamp, signature: signature, body: body)
            }
            endpoints.slack = clicks
        }
        endpoints.showReview = { (token: String) async -> ChannelEndpoints.Page in
            let page = await review.show(token)
            return (status: page.status, html: page.html)
        }
        endpoints.decideReview = { (form: [UInt8]) async -> ChannelEndpoints.Page in
            let page = await review.decide(form: form)
            return (status: page.status, html: page.html)
        }
        self.endpoints = endpoints
    }
}

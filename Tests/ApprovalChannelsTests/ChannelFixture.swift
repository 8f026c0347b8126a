import AegisTesting
import Approvals
import Foundation
import Logging
import SignedTokens
import StateStoreSQLite
import Synchronization
import Testing

@testable import ApprovalChannels

/// Channels over a real store in a folder of its own, a clock that stands still, and receivers that answer as told.
final class ChannelFixture: Sendable {
    let clock = TestClock()
    let store: SQLiteStateStore
    let client = ScriptedClient()
    let directory: ChannelDirectory
    let links: ReviewLinks
    let desk: ApprovalDesk
    let logger: Logger
    private let folder: URL

    static let secret = "8f742231b10e8888abcd99yyyzzz85a5"

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "aegis-channels-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStateStore(path: folder.appending(path: "state.sqlite").path)
        directory = ChannelDirectory(
            tenant: "acme", publicURL: "https://aegis.acme.example",
            slack: .init(token: "xoxb-1", signingSecret: Self.secret, apiURL: "https://slack.com/api"),
            teams: ["treasury": "https://teams.example/hook?sig=secret"],
            routes: ["role:cfo": ["slack:#leads"]],
            people: [
                .init(name: "maria", roles: ["treasurer"], slackUser: "U1MARIA"),
                .init(name: "carl", roles: ["treasurer"], slackUser: "U2CARL"),
                .init(name: "owner@acme.example", roles: ["treasurer"], slackUser: "U3OWNER"),
                .init(name: "paul", roles: ["clerk"], slackUser: "U4PAUL"),
            ])
        let key = try SigningKey(generating: .edDSA, name: "tokens")
        links = try ReviewLinks(signingKey: key, audience: "gw-1")
        let clock = clock
        desk = ApprovalDesk(
            ledger: store, mint: try OverrideTokenMint(signingKey: key, audience: "gw-1"),
            hiding: { comment, _ in comment }, now: { clock.now })
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        logger.handler = SwiftLogNoOpLogHandler()
        self.logger = logger
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func service(outbox: (any ApprovalOutbox)? = nil) -> DeliveryService {
        DeliveryService(
            directories: [directory], outbox: outbox ?? store, ledger: store, links: links, client: client,
            backoff: Backoff(random: { 0.5 }), logger: logger, now: { [clock] in clock.now })
    }

    var interactivity: SlackInteractivity? {
        SlackInteractivity(
            directory, desk: desk, outbox: store, recordChange: { _ in }, logger: logger,
            now: { [clock] in clock.now })
    }

    /// Whoever's key is `key-NAME` is NAME, a treasurer of acme.
    var review: ReviewDesk {
        ReviewDesk(
            links: links, desk: desk,
            prove: { key in
                guard key.hasPrefix("key-") else { return nil }
                let name = String(key.dropFirst(4))
                return Approver(
                    tenant: name == "eve" ? "globex" : "acme", name: name,
                    roles: name == "paul" ? ["clerk"] : ["treasurer"])
            }, recordChange: { _ in }, logger: logger, now: { [clock] in clock.now })
    }

    /// Asks for an approval of a transfer.
    func ask(
        notify: [String] = ["slack:#payments"], quorum: Int = 1, memo: String = "rent",
        path: String = "/v1/transfers/{to}",
        escalate: Bool = false
    ) async throws -> Approval {
        let draft = ApprovalDraft(
            id: .random(),
            call: HeldCall(
                tenant: "acme", agent: "finance-agent", tool: "payments.transfer", parametersDigest: UUID().uuidString,
                circumstancesDigest: "c1",
                policyVersion: "acme/1@sha256:000000000000"),
            terms: ApprovalTerms(
                policy: "pay", rule: "large", message: "Large transfers need a treasurer",
                approvers: ["role:treasurer"], quorum: quorum, notify: notify,
                escalateAfterSeconds: escalate ? 600 : nil, escalateTo: escalate ? ["role:cfo"] : []),
            decisionID: "decision-1", excluded: ["finance-agent", "owner@acme.example"],
            shownParameters: #"{"amount":7000,"memo":"\#(memo)","to":"[REDACTED]"}"#,
            shownRequest: #"{"method":"POST","host":"payments.acme.example","path":"\#(path)"}"#,
            shownContext: #"{"purpose":"rent"}"#, chain: ["planner"], actingFor: "orchestrator",
            owner: "owner@acme.example")
        guard
            case .created(let approval) = try await store.request(
                draft, caps: ApprovalCaps(pending: 100), now: clock.now)
        else { throw ApprovalError(.notFound, "not created") }
        try await carryEvents()
        return approval
    }

    /// What the clerk does, without a trail.
    func carryEvents() async throws {
        let plan = DeliveryPlan([directory])
        for event in try await store.due([.event], now: clock.now, limit: 100) {
            let approval = try #require(try await store.approval(event.approval, tenant: event.tenant))
            let number = try #require(Int(event.payload))
            let next = plan.deliveries(for: approval.events[number], of: approval, now: clock.now).deliveries
            try await store.finish(event.key, result: nil, adding: next, now: clock.now)
        }
    }

    func state(_ approval: Approval) async throws -> Approval.State? {
        try await store.approval(approval.id, tenant: "acme")?.state(at: clock.now)
    }
}

/// Answers requests as told, and keeps them.
final class ScriptedClient: WebClient {
    private struct State {
        var requests: [WebRequest] = []
        var answer: @Sendable (WebRequest) throws -> WebAnswer = ScriptedClient.usual
    }

    private let state = Mutex(State())

    static let usual: @Sendable (WebRequest) throws -> WebAnswer = { request in
        WebAnswer(
            status: request.url.contains("teams.") ? 202 : 200,
            body: Array(#"{"ok":true,"channel":"C1","ts":"1795409523.000100"}"#.utf8))
    }

    var requests: [WebRequest] { state.withLock { $0.requests } }

    func answer(_ answer: @escaping @Sendable (WebRequest) throws -> WebAnswer = usual) {
        state.withLock { $0.answer = answer }
    }

    func post(_ request: WebRequest) async throws -> WebAnswer {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answer
        }
        return try answer(request)
    }
}

extension WebRequest {
    var key: String { headers["idempotency-key"] ?? "" }
    var text: String { String(decoding: body, as: UTF8.self) }
    var method: String { url.split(separator: "/").last.map(String.init) ?? "" }
}

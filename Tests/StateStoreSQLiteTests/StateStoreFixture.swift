import Approvals
import Crypto
import Decisions
import Foundation
import StateStoreSQLite
import Testing

/// A state store in a folder of its own, removed with the fixture.
final class StateStoreFixture: Sendable {
    let folder: URL
    let path: String
    let start = Timestamp(seconds: 1_795_409_523)
    static let key = SymmetricKey(data: [UInt8](repeating: 9, count: 32))

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "aegis-state-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "state.sqlite").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(hooks: StateStoreHooks = StateStoreHooks()) throws -> SQLiteStateStore {
        try SQLiteStateStore(path: path, answerKey: Self.key, hooks: hooks)
    }

    func budget(
        tenant: String = "acme", books: StateBooks = .enforced, agent: String = "llm-agent",
        window: BudgetWindow = .day, windowStart: Int64 = 1_795_392_000, currency: String = "USD",
        policy: String = "llm-budget"
    ) -> BudgetKey {
        BudgetKey(
            counter: CounterKey(
                tenant: tenant, books: books, policy: policy, rule: "daily_budget", scope: .agent,
                subject: agent), window: window, windowStart: windowStart, currency: currency)
    }

    func charge(
        _ micros: Int64, of limit: Int64, key: BudgetKey? = nil, isRefundable: Bool = true
    ) throws -> SpendOrder.BudgetCharge {
        SpendOrder.BudgetCharge(
            key: key ?? budget(), limit: try #require(MicroUnits(limit)), amount: try #require(MicroUnits(micros)),
            isRefundable: isRefundable)
    }

    func order(
        tenant: String = "acme", agent: String = "llm-agent", now: Timestamp? = nil,
        token: SpendOrder.TokenRedemption? = nil, rates: [SpendOrder.RateDraw] = [],
        charges: [SpendOrder.BudgetCharge] = [], shadowCharges: [SpendOrder.BudgetCharge] = [],
        idempotency: SpendOrder.IdempotencyClaim? = nil, answer: String = ""
    ) -> SpendOrder {
        let now = now ?? start
        return SpendOrder(
            decisionID: DecisionID(now: now), tenant: tenant, agent: agent, now: now, token: token, rates: rates,
            charges: charges, shadowCharges: shadowCharges, idempotency: idempotency,
            answer: { _, _ in Array(answer.utf8) })
    }

    func draft(
        tenant: String = "acme", agent: String = "finance-agent", digest: String = "d1", circumstances: String = "c1",
        version: String = "v1", rule: String = "r"
    ) -> ApprovalDraft {
        ApprovalDraft(
            id: .random(),
            call: HeldCall(
                tenant: tenant, agent: agent, tool: "payments.transfer", parametersDigest: digest,
                circumstancesDigest: circumstances,
                policyVersion: version),
            terms: ApprovalTerms(policy: "p", rule: rule, message: "m", approvers: ["jane"]),
            decisionID: "decision", excluded: [], shownParameters: "{}")
    }

    /// An approved call and what redeems it.
    func approved(in store: SQLiteStateStore) async throws -> SpendOrder.TokenRedemption {
        guard
            case .created(let approval) = try await store.request(draft(), caps: ApprovalCaps(pending: 10), now: start)
        else {
            throw ApprovalError(.notFound, "the approval was not created")
        }
        let decided = try await store.update(approval.id, tenant: "acme") { [start] approval in
            try approval.approve(by: Approver(tenant: "acme", name: "jane", roles: []), comment: nil, now: start)
        }
        return SpendOrder.TokenRedemption(approvalID: decided.id, tokenID: try #require(decided.tokenID))
    }
}

extension SpendResult {
    var isCommitted: Bool { if case .committed = outcome { true } else { false } }
    var refusal: SpendRefusal? { if case .refused(let refusal) = outcome { refusal } else { nil } }
}

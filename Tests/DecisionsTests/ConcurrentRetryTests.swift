import AegisTesting
import Approvals
import Decisions
import RegoValues
import Synchronization
import Testing

/// Keeps the first record waiting until it is told to go on.
private final class SlowRecorder: DecisionRecorder {
    let base = MemoryRecorder()
    private let state = Mutex((isHeld: false, waiting: CheckedContinuation<Void, Never>?.none))

    var isHolding: Bool { state.withLock { $0.waiting != nil } }

    func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        let receipt = try await base.record(record)
        let isFirst = state.withLock { state in
            defer { state.isHeld = true }
            return !state.isHeld
        }
        if isFirst { await withCheckedContinuation { going in state.withLock { $0.waiting = going } } }
        return receipt
    }

    func note(_ event: TrailEvent, at time: Timestamp) async throws { try await base.note(event, at: time) }

    func goOn() { state.withLock { $0.waiting }?.resume() }
}

/// A client that hears nothing tries again while its first call is still being decided.
@Suite struct ConcurrentRetryTests {
    private let recorder = SlowRecorder()
    private let fixture: DecisionFixture

    init() throws { fixture = try DecisionFixture(trail: recorder) }

    /// Allowed once in a session.
    private static func once(_ input: Value) -> String {
        let paid = input.lookup("session").lookup("tools").lookup("payments.transfer").int64 ?? 0
        return paid > 0
            ? ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny") : ScriptedPolicy.ruling()
    }

    private func pay(_ parameters: String = "{}") async throws -> Decision {
        try await fixture.decide(parameters: parameters, more: #", "session_id": "s-1", "idempotency_key": "k-1""#)
    }

    /// Makes the first call, and does `work` while its record is being written.
    private func during(_ work: () async throws -> Void) async throws -> Decision {
        async let first = pay()
        while !recorder.isHolding { try await Task.sleep(for: .milliseconds(1)) }
        try await work()
        recorder.goOn()
        return try await first
    }

    @Test func `a retry while the first call is decided is told so, and later gets its answer`() async throws {
        try fixture.install(rule: Self.once)
        let first = try await during {
            let (retry, other) = (try await pay(), try await pay(#"{"amount": 2}"#))
            #expect(retry.reason.code == .idempotencyInFlight)
            #expect(other.reason.code == .idempotencyConflict)
        }
        #expect(first.outcome == .allow)
        for _ in 0..<2 { #expect(try await pay().id == first.id) }
        #expect(recorder.base.entries.map(\.answer.outcome) == [.allow, .deny, .deny])
    }

    @Test func `a call that comes to nothing leaves its key to the next`() async throws {
        try fixture.install(ScriptedPolicy.ruling(outcome: "deny", code: "policy_deny"))
        let denied = try await during {}
        #expect(denied.reason.code == .policyDeny)
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling() }
        recorder.base.fault.isActive = true
        #expect(try await pay().reason.code == .auditUnavailable)
        recorder.base.fault.isActive = false
        #expect(try await pay().outcome == .allow)
    }

    @Test func `of sixty-four retries at once one is decided, and the others get its answer or are told to wait`()
        async throws
    {
        let fixture = try DecisionFixture()
        try fixture.install(rule: Self.once)
        let answers = try await withThrowingTaskGroup(of: Decision.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    try await fixture.decide(
                        parameters: "{}", more: #", "session_id": "s-1", "idempotency_key": "k-1""#)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.filter(\.isPermitted).map(\.id)).count == 1)
        #expect(answers.allSatisfy { $0.isPermitted || $0.reason.code == .idempotencyInFlight })
    }
}

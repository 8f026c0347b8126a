import AegisTesting
import Decisions
import RegoValues
import Testing

/// What a call did cost takes the place of what was reserved for it.
@Suite struct UsageTests {
    let fixture: DecisionFixture

    init() throws {
        fixture = try DecisionFixture()
        try fixture.install { input in
            ScriptedPolicy.ruling(
                budgets: CompositionTests.budget(
                    10_000_000, cost: input.lookup("params").lookup("amount").numberText ?? "null"))
        }
    }

    func call(_ amount: String) async throws -> Decision {
        try await fixture.decide(parameters: "{\"amount\": \(amount)}")
    }

    func settle(_ body: String, key: String = "fin") async throws -> UsageAnswer {
        try await fixture.point.settle(json: Array(body.utf8), credentials: DecisionFixture.credentials(key))
    }

    @Test func `what was reserved and not spent goes back, once`() async throws {
        let first = try await call("9")
        #expect(try await call("2").reason.code == .budgetExceeded)
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 1.5}")
        #expect(answer.status == .settled)
        #expect(answer.difference.decimalText == "7.50")
        #expect(fixture.recorder.events.last?.detail == ["event": "settled", "cost": "1.50", "returned": "7.50"])
        #expect(
            try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 0}").status == .alreadySettled)
        #expect(try await call("8.5").outcome == .allow)
        #expect(try await call("0.01").reason.code == .budgetExceeded)
    }

    @Test func `a call that never took place costs nothing`() async throws {
        let first = try await call("10")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"failed\": true}")
        #expect(answer.difference.decimalText == "10.00")
        #expect(fixture.recorder.events.last?.detail["event"] == "released")
        #expect(try await call("10").outcome == .allow)
    }

    @Test func `a cost above the reservation is charged in full and closes the window`() async throws {
        let first = try await call("1")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": \"2.000001\"}")
        #expect(answer.status == .overrun)
        #expect(answer.difference.decimalText == "1.000001")
        #expect(fixture.recorder.events.last?.detail["event"] == "budget_overrun")
        let closed = try await call("0.01")
        #expect(closed.reason.message == "the day budget is closed: a call cost more than it had reserved")
    }

    @Test(arguments: [
        ("fin", "{\"decision_id\": \"ID\"}", "`cost` is missing; say `failed: true` for a call that never took place"),
        ("fin", "{\"decision_id\": \"ID\", \"cost\": -1}", "`cost` is not an amount from 0 to 9223372036854.775807"),
        (
            "fin", "{\"decision_id\": \"ID\", \"cost\": \"lots\"}",
            "`cost` is not an amount from 0 to 9223372036854.775807"
        ),
        ("fin", "{\"decision_id\": \"ID\", \"cost\": true}", "`cost` is not a number"),
        ("fin", "{\"decision_id\": \"ID\", \"cost\": 1, \"failed\": true}", "a call that `failed` has no `cost`"),
        ("fin", "{\"cost\": 1}", "`decision_id` is missing, or is not the id of a decision"),
        ("fin", "{\"decision_id\": \"x\", \"cost\": 1}", "`decision_id` is missing, or is not the id of a decision"),
        (
            "fin", "{\"decision_id\": \"ID\", \"price\": 1}",
            "the body has an unknown field; known are agent, cost, decision_id, failed"
        ),
    ])
    func `a report that cannot be read changes nothing`(key: String, body: String, why: String) async throws {
        let first = try await call("9")
        let error = await #expect(throws: UsageError.self) {
            try await settle(body.replacing("ID", with: first.id.description), key: key)
        }
        #expect(error == .invalid(.malformed(why)))
        #expect(try await call("2").reason.code == .budgetExceeded)
    }

    @Test(arguments: ["llm", "globex", "stray", "jane"])
    func `to another agent, another tenant and a person there is no such decision`(key: String) async throws {
        let first = try await call("9")
        let error = await #expect(throws: UsageError.self) {
            try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 0}", key: key)
        }
        #expect(error == .unknownDecision)
        #expect(try await call("2").reason.code == .budgetExceeded)
    }

    @Test func `a budget that passes a mark says so once`() async throws {
        for amount in ["4.9", "0.1", "1", "3.99", "0.01"] { #expect(try await call(amount).outcome == .allow) }
        let alerts = fixture.recorder.events.filter { $0.detail["event"] == "budget_alert" }
        #expect(alerts.map { $0.detail["percent"] } == ["50", "80", "100"])
        #expect(alerts.first?.detail["charged"] == "5.00 USD")
        #expect(alerts.first?.detail["budget"] == "b/daily_budget per agent in this day")
    }

    @Test func `a retry of a call that spends nothing gets its answer without the state store`() async throws {
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling() }
        let key = ", \"idempotency_key\": \"k-1\""
        let first = try await fixture.decide(more: key)
        let again = try await fixture.decide(more: key)
        #expect(again.json == first.json)
        // The first one looks whether the key is known; the retry does not even do that.
        #expect(fixture.ledger.calls == 1)
        #expect(fixture.recorder.entries.count == 1)
        let other = try await fixture.decide(parameters: "{\"amount\": 5}", more: key)
        #expect(other.reason.code == .idempotencyConflict)
    }
}

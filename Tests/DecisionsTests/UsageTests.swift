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
        #expect(answer.difference == "7.50")
        #expect(fixture.recorder.events.last?.detail == ["event": "settled", "cost": "1.50", "returned": "7.50"])
        #expect(
            try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 0}").status == .alreadySettled)
        #expect(try await call("8.5").outcome == .allow)
        #expect(try await call("0.01").reason.code == .budgetExceeded)
    }

    @Test func `a report that comes while no policies are in force, or from one that is switched off, settles nothing`()
        async throws
    {
        let first = try await call("10")
        let report = "{\"decision_id\": \"\(first.id)\", \"failed\": true}"
        let empty = try DecisionFixture()
        let unready = await #expect(throws: UsageError.self) {
            try await empty.point.settle(json: Array(report.utf8), credentials: DecisionFixture.credentials("fin"))
        }
        #expect(unready == .bundleUnavailable)
        fixture.switches.stop("finance-agent")
        let disabled = await #expect(throws: UsageError.self) { try await settle(report) }
        guard case .agentDisabled = disabled else {
            Issue.record("\(String(describing: disabled))")
            return
        }
    }

    @Test func `a call that never took place costs nothing`() async throws {
        let first = try await call("10")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"failed\": true}")
        #expect(answer.difference == "10.00")
        #expect(fixture.recorder.events.last?.detail["event"] == "released")
        #expect(try await call("10").outcome == .allow)
    }

    @Test func `a cost above the reservation is charged in full and closes the window`() async throws {
        let first = try await call("1")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": \"2.000001\"}")
        #expect(answer.status == .overrun)
        #expect(answer.difference == "1.000001")
        #expect(fixture.recorder.events.last?.detail["event"] == "budget_overrun")
        let closed = try await call("0.01")
        #expect(closed.reason.message == "the day budget is closed: a call cost more than it had reserved")
    }

    @Test func `a cost that takes a budget past a mark is an alert on record, once`() async throws {
        let first = try await call("1")
        for _ in 0..<2 { _ = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 15}") }
        let alerts = fixture.recorder.events.filter { $0.detail["event"] == "budget_alert" }
        #expect(alerts.map { $0.detail["percent"] } == ["100"])
        #expect(alerts.first?.detail["charged"] == "15.00 USD")
        #expect(alerts.first?.detail["subject"] == "finance-agent")
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
        (
            "fin", "{\"decision_id\": \"ID\", \"failed\": true, \"currency\": \"USD\"}",
            "a call that `failed` has no `currency`"
        ),
        ("fin", "{\"cost\": 1}", "`decision_id` is missing, or is not the id of a decision"),
        ("fin", "{\"decision_id\": \"x\", \"cost\": 1}", "`decision_id` is missing, or is not the id of a decision"),
        (
            "fin", "{\"decision_id\": \"ID\", \"price\": 1}",
            "the body has an unknown field; known are agent, cost, currency, decision_id, failed"
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
        try fixture.install(tenant: "globex") { _ in ScriptedPolicy.ruling() }
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

    @Test func `a call that is charged in two currencies is settled in each`() async throws {
        try fixture.install(sequence: 2) { _ in
            ScriptedPolicy.ruling(
                budgets: """
                    [{"policy": "b", "rule": "daily_budget", "window": "day", "per": "agent", "limit_micros": 10000000,
                      "currency": "USD", "cost": 4},
                     {"policy": "calls", "rule": "daily_budget", "window": "day", "per": "agent", "limit_micros": 9000000,
                      "currency": "XTS", "cost": 1}]
                    """)
        }
        let first = try await call("1")
        let error = await #expect(throws: UsageError.self) {
            try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 2}")
        }
        #expect(error == .unfit(.severalCurrencies(["USD", "XTS"])))
        let why = "the call is charged in USD and XTS: say in `currency` which of them `cost` is, and report each"
        #expect(SettlementPlan.Misfit.severalCurrencies(["USD", "XTS"]).message == why)
        #expect(fixture.recorder.events == [])
        let dollars = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 2, \"currency\": \"USD\"}")
        #expect(dollars.difference == "2.00")
        #expect(
            fixture.recorder.events.last?.detail
                == ["event": "settled", "cost": "2.00", "currency": "USD", "returned": "2.00"])
        let failed = try await settle("{\"decision_id\": \"\(first.id)\", \"failed\": true}")
        #expect(failed.difference == "1.00")
        #expect(fixture.recorder.events.map { $0.detail["event"] } == ["settled", "released"])
    }

    /// An enforced budget of ten dollars, and what a shadow policy has beside it.
    private func install(cost: String, beside shadow: String) throws {
        let would = ScriptedPolicy.ruling(budgets: shadow)
        try fixture.install(sequence: 2) { _ in
            ScriptedPolicy.ruling(budgets: CompositionTests.budget(10_000_000, cost: cost), would: would)
        }
    }

    @Test func `what a shadow policy has reserved makes no overrun of a report`() async throws {
        try install(cost: "5", beside: CompositionTests.budget(3_000_000, cost: "1"))
        let first = try await call("1")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 2}")
        #expect(answer.status == .settled)
        #expect(answer.difference == "3.00")
        #expect(
            fixture.recorder.events.last?.detail == [
                "event": "settled", "cost": "2.00", "returned": "3.00",
                "would_close": "b/daily_budget per agent in this day",
            ])
        let next = try await call("1")
        #expect(next.outcome == .allow)
        #expect(next.wouldOutcome == .deny)
    }

    @Test func `a call that is settled stays so where a shadow policy counts in another currency`() async throws {
        try install(cost: "1", beside: CompositionTests.budget(3_000_000, cost: "1").replacing("USD", with: "EUR"))
        let first = try await call("1")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 0.42, \"currency\": \"USD\"}")
        #expect(answer.status == .settled)
        #expect(answer.difference == "0.58")
        for more in ["\"failed\": true", "\"cost\": 0.1, \"currency\": \"EUR\"", "\"cost\": 0.42"] {
            let again = try await settle("{\"decision_id\": \"\(first.id)\", \(more)}")
            #expect(again.status == .alreadySettled)
            #expect(again.difference == "0.00")
        }
        #expect(
            fixture.recorder.events.map(\.detail) == [
                ["event": "settled", "cost": "0.42", "currency": "USD", "returned": "0.58"]
            ])
    }

    /// The shadow has room for a second call where the first one's report gave enough back.
    @Test(
        arguments: [
            ("", "\"cost\": 0.42", .allow), ("", "\"cost\": 0.42, \"currency\": \"USD\"", .allow),
            ("", "\"cost\": 0.42, \"currency\": \"EUR\"", .deny), ("", "\"failed\": true", .allow),
            ("", "\"cost\": 0.7", .deny), (", \"idempotency_key\": \"k-1\"", "\"cost\": 0.42", .allow),
        ] as [(String, String, Outcome)])
    func `where only shadow policies charge a call there is nothing to settle, and their books follow`(
        more: String, report: String, would: Outcome
    ) async throws {
        let shadow = ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_100_000, cost: "0.6"))
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling(would: shadow) }
        let first = try await fixture.decide(more: more)
        #expect(first.wouldOutcome == .allow)
        for _ in 0..<2 {
            let error = await #expect(throws: UsageError.self) {
                try await settle("{\"decision_id\": \"\(first.id)\", \(report)}")
            }
            #expect(error == .unknownDecision)
        }
        #expect(fixture.recorder.events == [])
        #expect(try await fixture.decide().wouldOutcome == would)
    }

    @Test func `where a tenant only shadows its agents report as they will`() async throws {
        try fixture.install(sequence: 2, settings: #"{"mode": "shadow"}"#) { _ in
            ScriptedPolicy.ruling(budgets: CompositionTests.budget(1_100_000, cost: "0.6"))
        }
        let first = try await fixture.decide()
        for _ in 0..<2 {
            let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"cost\": 0.42}")
            #expect(answer.status == .settled && answer.difference == "0.00")
        }
        #expect(fixture.recorder.events == [])
        #expect(try await fixture.decide().wouldOutcome == .allow)
    }

    @Test func `a policy without refunds keeps what it reserved, and says what it kept`() async throws {
        let budgets = CompositionTests.budget(10_000_000, cost: "6").replacing(
            "\"cost\"", with: "\"refund\": \"never\", \"cost\"")
        try fixture.install(sequence: 2) { _ in ScriptedPolicy.ruling(budgets: budgets) }
        let first = try await call("1")
        let answer = try await settle("{\"decision_id\": \"\(first.id)\", \"failed\": true}")
        #expect(answer.difference == "0.00")
        #expect(
            fixture.recorder.events.last?.detail
                == ["event": "released", "cost": "0.00", "returned": "0.00", "withheld": "6.00"])
        #expect(try await call("1").reason.code == .budgetExceeded)
    }

    @Test func `a settlement whose record fails is on record after the next report, once`() async throws {
        let first = try await call("4")
        let report = "{\"decision_id\": \"\(first.id)\", \"cost\": 1.5}"
        fixture.recorder.noteFault.isActive = true
        for _ in 0..<2 {
            let error = await #expect(throws: UsageError.self) { try await settle(report) }
            #expect(error == .auditUnavailable)
        }
        fixture.recorder.noteFault.isActive = false
        #expect(fixture.recorder.events == [])
        let statuses = try await withThrowingTaskGroup(of: UsageAnswer.Status.self) { group in
            for _ in 0..<16 { group.addTask { try await settle(report).status } }
            return try await group.reduce(into: [UsageAnswer.Status]()) { $0.append($1) }
        }
        #expect(Set(statuses) == [.alreadySettled])
        try await fixture.point.scribe.tell()
        #expect(
            fixture.recorder.events.map(\.detail) == [["event": "settled", "cost": "1.50", "returned": "2.50"]])
    }

    @Test func `an alert whose record fails is told later, once`() async throws {
        fixture.recorder.noteFault.isActive = true
        #expect(try await call("5").outcome == .allow)
        fixture.recorder.noteFault.isActive = false
        #expect(fixture.recorder.events == [])
        for _ in 0..<2 { try await fixture.point.scribe.tell() }
        #expect(fixture.recorder.events.map { $0.detail["percent"] } == ["50"])
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

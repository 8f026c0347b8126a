import Approvals
import Crypto
import Testing

@testable import Decisions

/// The table of sessions: what calls that run side by side do to one another, and who may have how many.
@Suite struct SessionLedgerTests {
    let now = Timestamp(seconds: 1_000_000)

    func ledger(_ bounds: SessionBounds = SessionBounds()) -> SessionLedger {
        SessionLedger(markKey: SymmetricKey(size: .bits256), bounds: bounds)
    }

    func key(_ name: String, tenant: String = "acme") -> SessionKey {
        SessionKey(tenant: tenant, agent: "a", sessionID: name)
    }

    static func count(_ value: String, of limit: Int = 2) -> SessionStep.Count {
        .init(mark: SessionMark(books: .enforced, policy: "p", rule: "r", value: value), limit: limit)
    }

    @Test(arguments: [true, false])
    func `what two calls bring stays when one of them is undone`(theFirst: Bool) throws {
        let ledger = ledger()
        let step = SessionStep(tool: "t", labels: ["untrusted"], counts: [Self.count("x")])
        let first = try ledger.take(step, in: key("s"), by: "a", now: now)
        let second = try ledger.take(step, in: key("s"), by: "a", now: now)
        ledger.undo(theFirst ? first : second)
        ledger.settle(theFirst ? second : first)
        let facts = ledger.facts(key("s"), now: now)
        #expect(facts.labels == ["untrusted"])
        #expect(facts.tools == ["t": .init(calls: 1, latest: theFirst ? 2 : 1)])
        #expect(facts.recent.map(\.place) == [theFirst ? 2 : 1])
        _ = try ledger.take(SessionStep(tool: "t", counts: [Self.count("y")]), in: key("s"), by: "a", now: now)
        #expect(throws: SessionLedger.Refusal.tooManyDistinct(Self.count("z"))) {
            try ledger.take(SessionStep(tool: "t", counts: [Self.count("z")]), in: key("s"), by: "a", now: now)
        }
    }

    @Test func `every call tells all that it did, also what the session had already`() throws {
        let ledger = ledger()
        let step = SessionStep(tool: "t", labels: ["untrusted"], counts: [Self.count("x")])
        for place in 1...2 {
            let ticket = try ledger.take(step, in: key("s"), by: "a", now: now)
            ledger.settle(ticket)
            #expect(
                ticket.effects == SessionEffects(place: place, labels: ["untrusted"], marks: [Self.count("x").mark]))
        }
    }

    @Test func `policies that count calls must have seen the session as it is`() throws {
        let ledger = ledger()
        let view = ledger.view(key("s"), now: now)
        ledger.settle(try ledger.take(SessionStep(tool: "t"), in: key("s"), by: "a", now: now))
        #expect(throws: SessionLedger.Refusal.changed) {
            try ledger.take(SessionStep(tool: "t"), in: key("s"), by: "a", now: now, seen: (view, .calls))
        }
        _ = try ledger.take(SessionStep(tool: "t"), in: key("s"), by: "a", now: now, seen: (view, .labels))
        _ = try ledger.take(SessionStep(tool: "t", labels: ["x"]), in: key("s"), by: "a", now: now)
        #expect(throws: SessionLedger.Refusal.changed) {
            try ledger.take(SessionStep(tool: "t"), in: key("s"), by: "a", now: now, seen: (view, .labels))
        }
    }

    @Test func `an agent that has its sessions gets no more, and takes none from others`() throws {
        let ledger = ledger(SessionBounds(perTenant: 4, perAgent: 3, alwaysPerAgent: 1))
        func open(_ name: String, by agent: String, tenant: String = "acme", now: Timestamp) throws {
            ledger.settle(
                try ledger.take(
                    SessionStep(tool: "t", labels: ["x"]), in: key(name, tenant: tenant), by: agent, now: now))
        }
        for name in ["1", "2", "3"] { try open(name, by: "greedy", now: now) }
        #expect(throws: SessionLedger.Refusal.tooManySessions(.agent)) { try open("4", by: "greedy", now: now) }
        try open("3", by: "greedy", now: now)
        try open("4", by: "b", now: now)
        #expect(throws: SessionLedger.Refusal.tooManySessions(.tenant)) { try open("5", by: "b", now: now) }
        // An agent with none gets one all the same, and another tenant is not concerned.
        try open("5", by: "c", now: now)
        try open("1", by: "greedy", tenant: "globex", now: now)
        #expect(ledger.facts(key("1"), now: now).labels == ["x"])
        let tomorrow = now.advanced(bySeconds: SessionLedger.life + 1)
        try open("6", by: "greedy", now: tomorrow)
        #expect(ledger.facts(key("1"), now: tomorrow) == SessionFacts())
    }

    @Test func `what only shadow counts fills half of the room, and never what enforced policies need`() throws {
        let ledger = ledger(SessionBounds(valuesPerTenant: 100, valuesPerAgent: 4))
        func take(_ value: String, shadow: String) throws -> SessionLedger.Ticket {
            func count(_ value: String, _ books: StateBooks) -> SessionStep.Count {
                .init(mark: SessionMark(books: books, policy: "p", rule: "r", value: value), limit: 100)
            }
            let ticket = try ledger.take(
                SessionStep(
                    tool: "t", counts: value.isEmpty ? [] : [count(value, .enforced)],
                    shadowCounts: [count(shadow, .shadow)]), in: key("1"), by: "a", now: now)
            ledger.settle(ticket)
            return ticket
        }
        #expect(try take("", shadow: "x").shadowRefusal == nil)
        #expect(try take("", shadow: "y").shadowRefusal == nil)
        #expect(try take("", shadow: "z").shadowRefusal == .tooManyValues(.agent))
        #expect(try take("a", shadow: "x").shadowRefusal == nil, "it has been counted already")
        #expect(try take("b", shadow: "z").shadowRefusal == .tooManyValues(.agent))
        #expect(throws: SessionLedger.Refusal.tooManyValues(.agent)) { try take("c", shadow: "x") }
    }

    @Test func `values have bounds of their own`() throws {
        let ledger = ledger(SessionBounds(valuesPerTenant: 3, valuesPerAgent: 2))
        func count(_ value: String, by agent: String) throws {
            ledger.settle(
                try ledger.take(
                    SessionStep(tool: "t", counts: [Self.count(value, of: 100)]), in: key(agent), by: agent, now: now))
        }
        for value in ["x", "y", "x"] { try count(value, by: "a") }
        #expect(throws: SessionLedger.Refusal.tooManyValues(.agent)) { try count("z", by: "a") }
        try count("x", by: "b")
        #expect(throws: SessionLedger.Refusal.tooManyValues(.tenant)) { try count("y", by: "b") }
    }

    @Test(arguments: [true, false])
    func `a ticket does nothing to the session that has taken the place of its own`(isSettled: Bool) throws {
        let ledger = ledger()
        let step = SessionStep(tool: "t", counts: [Self.count("x")])
        let ticket = try ledger.take(step, in: key("s"), by: "a", now: now)
        ledger.restore(key("s")) { version in
            Session(
                owner: "a", facts: SessionFacts(), values: [:], nextPlace: 1, lastUsed: now, carriedAt: now,
                version: version)
        }
        if isSettled { ledger.settle(ticket) } else { ledger.undo(ticket) }
        #expect(ledger.facts(key("s"), now: now) == SessionFacts())
        #expect(ledger.counts(now: now)["acme"]?.all == 1)
    }

    @Test func `sessions that came to nothing take no room`() throws {
        let ledger = ledger(SessionBounds(perTenant: 1))
        for number in 0..<5000 {
            ledger.undo(try ledger.take(SessionStep(tool: "t"), in: key("\(number)"), by: "a", now: now))
        }
        _ = try ledger.take(SessionStep(tool: "t"), in: key("s"), by: "a", now: now)
    }

    @Test func `an hour's order of calls is no longer than it may be, whatever came before`() throws {
        let ledger = ledger()
        for number in 0..<100 {
            ledger.settle(try ledger.take(SessionStep(tool: "t\(number % 40)"), in: key("s"), by: "a", now: now))
        }
        let facts = ledger.facts(key("s"), now: now)
        #expect(facts.calls == 100 && facts.recent.count == SessionFacts.mostRecent)
        #expect(facts.last == "t19" && facts.recent.map(\.place) == Array((85...100).reversed()))
        #expect(facts.tools["t39"] == .init(calls: 2, latest: 80))
    }
}

import AegisTesting
import Approvals
import Crypto
import RegoValues
import RepeatableRandomness
import Testing

@testable import Decisions

/// What a gateway that starts again makes of the records: nothing is forgotten, and nothing invented.
@Suite struct SessionReplayTests {
    private let key = SessionKey(tenant: "acme", agent: "a", sessionID: "s")
    private let start = Timestamp(seconds: 1_000_000)

    private struct Recorded {
        var tool: String
        var effects: SessionEffects
        var at: Timestamp
    }

    private func ledger() -> SessionLedger { SessionLedger(markKey: SymmetricKey(size: .bits256)) }

    private func restarted(_ trail: [Recorded], now: Timestamp) throws -> SessionLedger {
        var replay = SessionReplay()
        for record in trail where record.at >= now.advanced(bySeconds: -SessionReplay.horizon) {
            var json = JSONText()
            record.effects.write(to: &json)
            let document = try Document(json: json.bytes)
            let effects = try withExtendedLifetime(document) { try #require(SessionEffects(document.root)) }
            replay.add(
                tool: record.tool, by: "a", in: key, at: record.at, place: effects.place, labels: effects.labels,
                marks: effects.marks, carried: effects.carried)
        }
        let ledger = ledger()
        replay.restore(into: ledger, now: now)
        return ledger
    }

    private func step(_ tool: String, labels: [String] = [], values: [String] = []) -> SessionStep {
        SessionStep(tool: tool, labels: labels, counts: values.map { SessionLedgerTests.count($0, of: 3) })
    }

    @Test func `what a session had at the first hour it has after a restart at the thirtieth, and at the hundredth`()
        throws
    {
        let live = ledger()
        var trail: [Recorded] = []
        func call(_ step: SessionStep, hour: Int64) throws {
            let at = start.advanced(bySeconds: hour * 3600)
            let ticket = try live.take(step, in: key, by: "a", now: at)
            live.settle(ticket)
            trail.append(Recorded(tool: step.tool, effects: ticket.effects, at: at))
        }
        try call(step("web.read", labels: ["untrusted"], values: ["x", "y"]), hour: 0)
        for hour in stride(from: Int64(9), through: 100, by: 9) {
            try call(step("note"), hour: hour)
            let now = start.advanced(bySeconds: hour * 3600 + 60)
            let again = try restarted(trail, now: now)
            #expect(again.facts(key, now: now) == live.facts(key, now: now), "hour \(hour)")
            #expect(again.facts(key, now: now).labels == ["untrusted"])
            _ = try again.take(step("mail", values: ["z"]), in: key, by: "a", now: now)
            #expect(throws: SessionLedger.Refusal.self) {
                try again.take(step("mail", values: ["w"]), in: key, by: "a", now: now)
            }
        }
        #expect(trail.filter { $0.effects.carried != nil }.count == 5)
    }

    @Test func `values that there was no room for are counted again, so that no more pass than before`() throws {
        var carried = CarriedSession(facts: SessionFacts(), groups: [], open: [])
        carried.groups = [.init(books: .enforced, policy: "p", rule: "r", count: 2, values: ["x"])]
        let effects = SessionEffects(place: 9, carried: carried)
        let again = try restarted([Recorded(tool: "t", effects: effects, at: start)], now: start)
        _ = try again.take(step("mail", values: ["x", "new"]), in: key, by: "a", now: start)
        #expect(throws: SessionLedger.Refusal.self) {
            try again.take(step("mail", values: ["newer"]), in: key, by: "a", now: start)
        }
    }

    @Test(arguments: [(tools: 256, labels: 40), (tools: 40, labels: 256), (tools: 256, labels: 256)])
    func `a session is told in what a record has room for, its labels whole and its counts as strict`(
        tools: Int, labels: Int
    ) throws {
        func name(_ kind: String, _ number: Int) -> String {
            kind + String(number) + String(repeating: "x", count: 117 - String(number).count)
        }
        let live = ledger()
        var trail: [Recorded] = []
        func call(_ tool: String, _ labels: [String] = [], _ values: [String] = [], at time: Timestamp) throws {
            let step = SessionStep(
                tool: tool, labels: labels, counts: values.map { SessionLedgerTests.count($0, of: 601) })
            let ticket = try live.take(step, in: key, by: "a", now: time)
            live.settle(ticket)
            trail.append(Recorded(tool: tool, effects: ticket.effects, at: time))
        }
        let values = (0..<600).map { "\($0 + 100_000)-0123456789-0123456789-01" }
        for number in 0..<tools { try call(name("t", number), at: start) }
        for number in 0..<labels { try call("note", [name("l", number)], at: start) }
        for value in values { try call("note", [], [value], at: start) }
        let later = start.advanced(bySeconds: SessionLedger.carryEvery)
        try call("note", at: later)
        let carrying = try #require(trail.last)
        #expect(carrying.effects.carried != nil)
        var json = JSONText()
        carrying.effects.write(to: &json)
        #expect(json.bytes.count <= CarriedSession.mostBytes + 1000)
        let again = try restarted([carrying], now: later)
        let facts = again.facts(key, now: later)
        #expect(facts.labels == live.facts(key, now: later).labels && facts.labels.count == labels)
        #expect(facts.tools["note"] == live.facts(key, now: later).tools["note"])
        let one = SessionStep(tool: "note", counts: [SessionLedgerTests.count("new", of: 601)])
        again.settle(try again.take(one, in: key, by: "a", now: later))
        #expect(throws: SessionLedger.Refusal.self) {
            let other = SessionStep(tool: "note", counts: [SessionLedgerTests.count("newer", of: 601)])
            return try again.take(other, in: key, by: "a", now: later)
        }
    }

    @Test func `a session that was over begins anew`() throws {
        let day = start.advanced(bySeconds: SessionLedger.life + 1)
        let trail = [
            Recorded(tool: "web.read", effects: SessionEffects(place: 1, labels: ["untrusted"]), at: start),
            Recorded(tool: "note", effects: SessionEffects(place: 1), at: day),
        ]
        let facts = try restarted(trail, now: day).facts(key, now: day)
        #expect(facts.labels.isEmpty && facts.tools == ["note": .init(calls: 1, latest: 1)])
        let later = day.advanced(bySeconds: SessionLedger.life + 1)
        #expect(try restarted(trail, now: later).facts(key, now: later) == SessionFacts())
    }

    @Test func `records of versions that gave no place are calls in their order`() throws {
        var replay = SessionReplay()
        for tool in ["a", "b", "a"] { replay.add(tool: tool, by: "a", in: key, at: start, labels: ["l-\(tool)"]) }
        let ledger = ledger()
        replay.restore(into: ledger, now: start)
        let facts = ledger.facts(key, now: start)
        #expect(facts.recent.map(\.tool) == ["a", "b", "a"] && facts.labels == ["l-a", "l-b"])
        #expect(facts.tools == ["a": .init(calls: 2, latest: 3), "b": .init(calls: 1, latest: 2)])
    }

    @Test(arguments: ["9223372036854775807", "-9223372036854775808", "-1", "1e400", "\"7\"", "18446744073709551616"])
    func `a record that tells impossible numbers stops no start`(number: String) throws {
        let json = """
            {"place":\(number),"carried":{"calls":\(number),"labels":["l"],"tools":{"t":{"calls":\(number),"latest":\(number)}},
            "recent":[{"place":\(number),"tool":"t"}],"open":[\(number)],
            "marks":[{"books":"enforced","count":\(number),"policy":"p","rule":"r","values":["x"]},
            {"books":"enforced","count":\(number),"policy":"p","rule":"s","values":[]}]}}
            """
        let document = try Document(json: Array(json.utf8))
        let effects = try withExtendedLifetime(document) { try #require(SessionEffects(document.root)) }
        let again = try restarted([Recorded(tool: "t", effects: effects, at: start)], now: start)
        let ticket = try again.take(step("t", values: ["x"]), in: key, by: "a", now: start)
        again.settle(ticket)
        #expect(again.facts(key, now: start).tools["t"] != nil)
    }

    /// Calls that overlap, fail, and reach the trail in another order than they were let through; hours pass between.
    @Test(arguments: 0..<40)
    func `whatever ran side by side, a restart comes to what the gateway had`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let live = ledger()
        var trail: [Recorded] = []
        var open: [(tool: String, ticket: SessionLedger.Ticket, at: Timestamp)] = []
        var now = start
        func finish(_ index: Int) {
            let (tool, ticket, at) = open.remove(at: index)
            guard Int.random(in: 0..<4, using: &random) > 0 else { return live.undo(ticket) }
            live.settle(ticket)
            // Records of a batch stand in any order.
            let place = trail.count - min(trail.count, Int.random(in: 0...1, using: &random))
            trail.insert(Recorded(tool: tool, effects: ticket.effects, at: at), at: place)
        }
        for _ in 0..<200 {
            if Int.random(in: 0..<3, using: &random) == 0 {
                // A call takes seconds, not hours.
                while !open.isEmpty { finish(0) }
                now = now.advanced(bySeconds: Int64.random(in: 0...30_000, using: &random))
            }
            if Bool.random(using: &random), !open.isEmpty {
                finish(Int.random(in: 0..<open.count, using: &random))
            } else if open.count < 5 {
                let tool = "t\(Int.random(in: 0..<4, using: &random))"
                let labels = Bool.random(using: &random) ? ["l\(Int.random(in: 0..<20, using: &random))"] : []
                let value = "v\(Int.random(in: 0..<4, using: &random))"
                guard
                    let ticket = try? live.take(step(tool, labels: labels, values: [value]), in: key, by: "a", now: now)
                else { continue }
                open.append((tool, ticket, now))
            }
        }
        while !open.isEmpty { finish(0) }
        let again = try restarted(trail, now: now)
        #expect(again.facts(key, now: now) == live.facts(key, now: now))
        for value in 0..<4 {
            let step = step("t", values: ["v\(value)"])
            let passes = [again, live].map { ledger in
                (try? ledger.take(step, in: key, by: "a", now: now)).map { ledger.undo($0) } != nil
            }
            #expect(passes[0] == passes[1], "v\(value)")
        }
    }
}

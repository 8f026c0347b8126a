import Approvals
import AuditTrail
import RegoValues
import RepeatableRandomness
import Testing

@testable import Decisions

/// What a decision has spent stands in its record, and a crash is mended from there: what is read must be what was written.
@Suite struct SpentTests {
    private static let at = Timestamp(nanoseconds: 1_795_409_523_000_000_001)

    private func record(_ spent: String, more: String = "") -> String {
        """
        {"agent_id":"a","decision_id":"01a22740-1bb9-7436-abbd-41ba9f82a763",\
        "evaluated_at":"2026-11-23T04:52:03.000000001Z","spent":\(spent),"tenant":"acme"\(more)}
        """
    }

    private func read(_ json: String) throws -> RecordedSpending? {
        let document = try Document(json: Array(json.utf8))
        return try withExtendedLifetime(document) { try RecordedSpending(record: document.root) }
    }

    private func text(_ spent: Spent) throws -> String {
        var json = JSONText()
        spent.write(to: &json)
        // What records carry has to be in canonical form.
        let document = try Document(json: json.bytes)
        var canonical: [UInt8] = []
        try withExtendedLifetime(document) { try JSONWriter.canonical(document.root, to: &canonical) }
        #expect(canonical == json.bytes, "\(json.text)")
        return json.text
    }

    @Test func `a record says what was taken, from whom and of how much`() throws {
        let counter = CounterKey(
            tenant: "acme", books: .enforced, policy: "llm", rule: "daily", scope: .agent, subject: "a")
        let key = BudgetKey(counter: counter, window: .day, windowStart: 1_795_392_000, currency: "USD")
        let spent = Spent(
            rates: [
                SpendOrder.RateDraw(key: counter, limit: try #require(RateLimit(milliCallsPerSecond: 5, burst: 10)))
            ],
            charges: [
                SpendOrder.BudgetCharge(
                    key: key, limit: try #require(MicroUnits(20_000_000)), amount: try #require(MicroUnits(20_001)))
            ])
        #expect(
            try text(spent)
                == #"{"charges":[{"amount":"0.020001","currency":"USD","limit":"20.00","policy":"llm","rule":"daily","#
                + #""scope":"agent","subject":"a","window":"day","window_start":1795392000}],"rates":[{"burst":10,"#
                + #""milli_calls_per_second":5,"policy":"llm","rule":"daily","scope":"agent","subject":"a"}]}"#)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `what is written is what is read`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let texts = ["", "a", "daily/1", "\"\\\u{8}\u{c}\n\r\t\u{1}\u{7f}", "über 10 €", "🙂"]
        func text() -> String { texts.randomElement(using: &random) ?? "" }
        func counter() -> CounterKey {
            CounterKey(
                tenant: "acme", books: [.enforced, .shadow, .attempts].randomElement(using: &random) ?? .enforced,
                policy: text(), rule: text(), scope: SpendScope.allCases.randomElement(using: &random) ?? .agent,
                subject: text())
        }
        func amount() throws -> MicroUnits {
            let bits = Int.random(in: 0...63, using: &random)
            return try #require(MicroUnits(Int64.random(in: 0...(.max >> Int64(bits)), using: &random)))
        }
        let spent = Spent(
            rates: try (0..<Int.random(in: 0...2, using: &random)).map { _ in
                SpendOrder.RateDraw(
                    key: counter(),
                    limit: try #require(
                        RateLimit(
                            milliCallsPerSecond: .random(in: 0...1_000_000_000, using: &random),
                            burst: .random(in: 1...1_000_000, using: &random))))
            },
            charges: try (0..<Int.random(in: 1...2, using: &random)).map { _ in
                SpendOrder.BudgetCharge(
                    key: BudgetKey(
                        counter: counter(), window: BudgetWindow.allCases.randomElement(using: &random) ?? .day,
                        windowStart: [0, 1_795_392_000].randomElement(using: &random) ?? 0,
                        currency: ["", "USD"].randomElement(using: &random) ?? ""), limit: try amount(),
                    amount: try amount(), isRefundable: .random(using: &random))
            })
        let back = try read(record(try self.text(spent)))
        #expect(
            back
                == RecordedSpending(
                    decisionID: try #require(DecisionID(parsing: "01a22740-1bb9-7436-abbd-41ba9f82a763")),
                    tenant: "acme", agent: "a", at: Self.at, spent: spent))
    }

    @Test func `a record without it has spent nothing`() throws {
        #expect(try read(#"{"kind":"decision"}"#) == nil)
    }

    private static let charge =
        #"{"amount":"1.00","limit":"2.00","policy":"p","rule":"r","scope":"agent","subject":"a","window":"day"}"#
    private static let rate =
        #"{"burst":1,"milli_calls_per_second":5,"policy":"p","rule":"r","scope":"agent","subject":"a"}"#

    @Test func `what cannot be read is an error, never nothing`() throws {
        let (charge, rate) = (Self.charge, Self.rate)
        #expect(try read(record(#"{"charges":[\#(charge)],"rates":[\#(rate)]}"#))?.spent.charges.count == 1)
        var bad = ["null", "[]", "1", "{}", #"{"charges":[]}"#, #"{"charges":{}}"#, #"{"charges":[1]}"#]
        bad.append(#"{"charges":{},"rates":[\#(rate)]}"#)
        bad.append(#"{"charges":[\#(charge)],"rates":"none"}"#)
        for (from, to) in [
            (#""1.00""#, "1"), (#""1.00""#, #""-1""#), (#""1.00""#, #""9223372036854.775808""#), (#""2.00""#, #""x""#),
            (#""p""#, "1"), (#""r""#, "null"), (#""agent""#, #""planet""#), (#""a","w"#, #"[],"w"#),
            (#""day""#, #""year""#), (#""day""#, #""day","window_start":"x""#), (#""rule""#, #""books":"x","rule""#),
            (#""rule""#, #""books":1,"rule""#), (#""rule""#, #""currency":1,"rule""#),
        ] {
            let changed = charge.replacing(from, with: to)
            #expect(changed != charge, "\(from)")
            bad.append(#"{"charges":[\#(changed)]}"#)
        }
        for (from, to) in [(":1,", ":0,"), (":5,", ":-1,"), (":5,", ":\"5\","), (":5,", ":1000000001,")] {
            bad.append(#"{"rates":[\#(rate.replacing(from, with: to))]}"#)
        }
        for spent in bad {
            #expect(throws: RecordedSpending.Malformed.self, "\(spent)") { try read(record(spent)) }
        }
        let good = record(#"{"charges":[\#(charge)]}"#)
        for member in ["agent_id", "decision_id", "evaluated_at", "tenant"] {
            let without = good.replacing("\"\(member)\"", with: "\"x\"")
            #expect(throws: RecordedSpending.Malformed.self, "\(member)") { try read(without) }
        }
    }
}

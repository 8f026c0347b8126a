@testable import AuditTrail
import Crypto
import Testing

/// Sealed inputs go when the time of their own records is over, and what is held stays.
struct InputExpiryTests {
    static let day: Int64 = 86_400 * 1_000_000_000
    static let start: Int64 = 1_795_409_523_000_000_000
    let journal = MemoryStorage()
    let inputs = MemoryStorage()
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    static func name(_ number: Int, time: Int64) -> InputName {
        InputName(high: UInt64(time / 1_000_000) << 16 | 0x7000, low: UInt64(number))
    }

    static func id(_ name: InputName) -> String {
        let digits = [name.high, name.low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(Array(digits)[$0]) }.joined(separator: "-")
    }

    struct Decision {
        var days: Double
        var tenant = "acme"
        var policy: String?
        var retentionClass: String?
        var agent = "finance-agent"
        var isRecorded = true

        var time: Int64 { InputExpiryTests.start + Int64(days * Double(InputExpiryTests.day)) }
    }

    /// Records them with their inputs.
    func decide(_ decisions: [Decision], segmentBytes: Int = 1 << 12) throws {
        let writer = try Fixture.writer(journal, segmentBytes: segmentBytes)
        let sealed = try SealedInputWriter(storage: inputs, master: key, fileBytes: 1 << 20)
        for (number, decision) in decisions.enumerated() {
            let name = Self.name(number, time: decision.time)
            if decision.isRecorded {
                var draft = Fixture.decision(number, tenant: decision.tenant)
                draft.time = decision.time
                draft.decisionID = Self.id(name)
                draft.inputRef = "sealed:" + Self.id(name)
                draft.agentID = decision.agent
                draft.retentionClass = decision.retentionClass
                draft.decisionReason = AuditReason(code: "policy_allow", message: "m", policy: decision.policy ?? "p")
                _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/\(decision.tenant)")])
            }
            try sealed.append([SealedInput(name: name, time: decision.time, plain: Array("secret-\(number)".utf8))])
        }
        sealed.close()
        writer.close()
    }

    func expiry(_ terms: InputTerms) -> InputExpiry { InputExpiry(journal: journal, inputs: inputs, terms: terms) }

    /// Which of them can still be opened.
    func left(_ decisions: [Decision]) throws -> [Int] {
        var reader = SealedInputReader(storage: inputs, key: key)
        return try decisions.indices.filter {
            if case .kept = try reader.input(Self.name($0, time: decisions[$0].time)) { true } else { false }
        }
    }

    func rules() throws -> RetentionRules {
        try RetentionRules(
            standard: "soc2", classes: ["short": 10 * 86_400, "month": 30 * 86_400], policies: ["brief": "short"],
            tenants: ["globex": "month"])
    }

    static let mixed = [
        Decision(days: 0), Decision(days: 0.1, policy: "brief"), Decision(days: 0.2, tenant: "globex"),
        Decision(days: 0.3, retentionClass: "short"), Decision(days: 0.4, tenant: "globex", policy: "brief"),
        Decision(days: 0.5, policy: "brief", agent: "held-agent"), Decision(days: 25, policy: "brief"),
        Decision(days: 0.6, retentionClass: "unheard-of"),
    ]

    @Test(arguments: [
        (5.0, Array(0..<8), 0), (11.0, [0, 2, 5, 6, 7], 1), (31.0, [0, 5, 6, 7], 1), (36.0, [0, 5, 7], 1),
        (370.0, [5, 7], 1),
    ]) func `each input is kept as long as its record, and what is held stays`(
        days: Double, kept: [Int], held: Int
    ) async throws {
        try decide(Self.mixed)
        let now = Self.start + Int64(days * Double(Self.day))
        var query = AuditQuery()
        query.agent = "held-agent"
        let expiry = expiry(InputTerms(rules: try rules()))
        let due = try await expiry.due(now: now, holds: [LegalHold(name: "case", query: query)])
        #expect(due.held == held)
        try await expiry.erase(due)
        #expect(try left(Self.mixed) == kept)
    }

    @Test func `what the trail says of it is by log and class, and is found again by record`() throws {
        try decide(Self.mixed)
        let now = Self.start + 40 * Self.day
        let terms = InputTerms(rules: try rules())
        let due = try expiry(terms).plan(now: now, holds: [])
        let drafts = due.announcements(now: now, terms: terms)
        let said = drafts.map { "\($0.tenant) \(String(decoding: $0.detail?.bytes ?? [], as: UTF8.self))" }
        let until = [0.5, 0.4, 0.2].map { Timestamp.text(Self.start + Int64($0 * Double(Self.day))) }
        #expect(
            said == [
                #"acme {"class":"short","event":"inputs_expired","indexes":"1-4","inputs":"4","until":"\#(Timestamp.text(Self.mixed[6].time))"}"#,
                #"globex {"class":"month","event":"inputs_expired","indexes":"0-0","inputs":"1","until":"\#(until[2])"}"#,
                #"globex {"class":"short","event":"inputs_expired","indexes":"1-1","inputs":"1","until":"\#(until[1])"}"#,
            ])
        let writer = try Fixture.writer(journal)
        for draft in drafts { _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/\(draft.tenant)")]) }
        writer.close()
        var expired = ExpiredInputs()
        var records: [AuditRecordLine] = []
        var reader = AuditReader(storage: journal)
        while case let more = try reader.next(), !more.isEmpty { records += more }
        for record in records { expired.take(record) }
        expired.settle()
        let found = records.filter { $0["kind"] == "decision" && expired.contains($0) }.compactMap { $0["time"] }
        #expect(found == [1, 2, 3, 4, 5, 6].map { Timestamp.text(Self.mixed[$0].time) })
    }

    @Test func `an older program told only up to when`() {
        func record(_ text: String) -> AuditRecordLine {
            AuditRecordLine(bytes: Array(text.utf8), place: AuditPlace(file: "", line: 1))
        }
        var expired = ExpiredInputs()
        expired.take(
            record(
                #"{"detail":{"event":"inputs_expired","kept_seconds":"60","until":"2026-11-23T15:20:25.000000000Z"},"index":9,"kind":"retention","log":"gw-1/acme"}"#
            ))
        expired.settle()
        #expect(expired.contains(record(#"{"index":1,"log":"gw-1/acme","time":"2026-11-23T15:20:25.000000000Z"}"#)))
        #expect(!expired.contains(record(#"{"index":1,"log":"gw-1/acme","time":"2026-11-23T15:20:25.000000001Z"}"#)))
        #expect(!expired.contains(record(#"{"index":1,"log":"gw-1/globex","time":"2026-11-23T15:20:25.000000000Z"}"#)))
    }

    @Test func `without rules all go by age, and the file with them`() async throws {
        let decisions = [Decision(days: 0), Decision(days: 0.5), Decision(days: 3)]
        try decide(decisions)
        let expiry = expiry(InputTerms(longest: 2 * 86_400))
        let due = try await expiry.due(now: Self.start + 3 * Self.day, holds: [])
        #expect(due.emptied.map(\.newest) == decisions.dropLast().map(\.time))
        #expect(
            due.announcements(now: 0, terms: expiry.terms).map {
                $0.detail.map { String(decoding: $0.bytes, as: UTF8.self) }
            } == [
                #"{"event":"inputs_expired","indexes":"0-1","inputs":"2","kept_seconds":"172800","until":"\#(Timestamp.text(decisions[1].time))"}"#
            ])
        try await expiry.erase(due)
        #expect(try left(decisions) == [2])
    }

    @Test func `what is kept longer by its class than any input is kept goes by the shorter`() throws {
        let decisions = [Decision(days: 0, retentionClass: "sox"), Decision(days: 0.1, retentionClass: "short")]
        try decide(decisions)
        let due = try expiry(InputTerms(rules: rules(), longest: 20 * 86_400)).plan(
            now: Self.start + 21 * Self.day, holds: [])
        #expect(Set(due.shares.keys.map(\.retentionClass)) == [nil, "short"])
        #expect(due.count == 2)
    }

    @Test func `an input without a record goes by age alone, and not while anything is held`() throws {
        let decisions = [Decision(days: 0), Decision(days: 0.1, isRecorded: false)]
        try decide(decisions)
        let now = Self.start + 400 * Self.day
        #expect(try expiry(InputTerms(rules: rules())).plan(now: now, holds: []).count == 1)
        let both = expiry(InputTerms(rules: try rules(), longest: 366 * 86_400))
        let held = try both.plan(
            now: now,
            holds: [
                LegalHold(
                    name: "case",
                    query: {
                        var query = AuditQuery(); query.agent = "nobody"; return query
                    }())
            ])
        #expect(held.count == 1 && held.held == 1)
        let free = try both.plan(now: now, holds: [])
        #expect(free.count == 2 && free.withoutRecord == 1)
        let said = free.announcements(now: now, terms: both.terms).last
        #expect(said?.tenant == "_unknown")
        #expect(
            said?.detail.map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"event":"inputs_expired","indexes":"","inputs":"1","without_record":"true"}"#)
    }

    @Test func `a clock that had jumped hides no record from its input`() throws {
        let decisions = [0, 0.1, 3650, 3650.1, 0.2, 0.3, -3650, 0.4].map { Decision(days: $0, policy: "brief") }
        try decide(decisions, segmentBytes: 1)
        let due = try expiry(InputTerms(rules: rules())).plan(now: Self.start + 12 * Self.day, holds: [])
        #expect(due.count == 6 && due.withoutRecord == 0)
        #expect(due.shares.values.first?.runs.merged == [0...1, 4...7])
    }

    @Test func `a file is opened when something in it can be over, and not again before the next`() throws {
        let decisions = (0..<10).map { Decision(days: Double($0) * 2) }
        try decide(decisions)
        let counting = CountingStorage(inputs)
        let expiry = InputExpiry(journal: journal, inputs: counting, terms: InputTerms(longest: 20 * 86_400))
        func look(_ days: Double) throws -> Int {
            let before = counting.wholeReads
            let due = try expiry.plan(now: Self.start + Int64(days * Double(Self.day)), holds: [])
            try due.doomed.erase(in: inputs)
            for old in due.emptied { try inputs.remove(SealedInputFormat.fileName(old.number)) }
            return counting.wholeReads - before
        }
        #expect(try look(1) == 0)
        #expect(try look(19.9) == 0)
        #expect(try look(25) == 3)
        #expect(try look(25) == 0)
        #expect(try look(39) == 7)
        #expect(inputs.files.isEmpty)
    }

    @Test func `what a crash left without a header goes without a word`() throws {
        inputs.set("00000001.sealed", [1, 2, 3])
        let expiry = expiry(InputTerms(longest: 60))
        let due = try expiry.plan(now: Self.start, holds: [])
        #expect(due.emptied == [OldInputs(number: 1, newest: .min)])
        #expect(due.announcements(now: Self.start, terms: expiry.terms).isEmpty)
    }

    @Test func `runs of indexes are told and read again whatever they are`() {
        var runs: IndexRuns = []
        for index in [0, 1, 2, 7, 8, UInt64.max - 1, UInt64.max] as [UInt64] { runs.add(index) }
        #expect(runs == [0...2, 7...8, UInt64.max - 1...UInt64.max])
        let text = runs.texts.map(\.indexes).joined(separator: ",")
        #expect(text == "0-2,7-8,18446744073709551614-18446744073709551615")
        #expect(IndexRuns(text: text) == runs)
        #expect(IndexRuns(text: "5-4,x,3-,-,9-9,1-2-3,") == [9...9])
        #expect(IndexRuns(text: "0-18446744073709551615,3-4,0-0").merged == [0...UInt64.max])
        #expect([3...4, 5...6, 1...1].merged as IndexRuns == [1...1, 3...6])
        for index in [0, 2, 7, UInt64.max] as [UInt64] { #expect(runs.holds(index)) }
        for index in [3, 6, 9] as [UInt64] { #expect(!runs.holds(index)) }
        var many: IndexRuns = []
        for index in stride(from: 0, to: 5000 as UInt64, by: 2) { many.add(index) }
        #expect(many.texts.map(\.records) == [1000, 1000, 500])
    }
}

/// Counts how often a file is read as a whole. Safe to share as what it wraps is.
final class CountingStorage: JournalStorage, @unchecked Sendable {
    let storage: MemoryStorage
    var wholeReads = 0

    init(_ storage: MemoryStorage) { self.storage = storage }

    func lock() throws(StorageError) { try storage.lock() }
    func unlock() { storage.unlock() }
    func list() throws(StorageError) -> [String] { try storage.list() }
    func read(_ name: String, fresh: Bool) throws(StorageError) -> [UInt8] {
        wholeReads += 1
        return try storage.read(name, fresh: fresh)
    }
    func read(_ name: String, from offset: Int, atMost count: Int) throws(StorageError) -> [UInt8] {
        try storage.read(name, from: offset, atMost: count)
    }
    func open(_ name: String, create: Bool) throws(StorageError) -> any JournalFile {
        try storage.open(name, create: create)
    }
    func replace(_ name: String, with bytes: [UInt8], durably: Bool) throws(StorageError) {
        try storage.replace(name, with: bytes, durably: durably)
    }
    func remove(_ name: String) throws(StorageError) { try storage.remove(name) }
}

@testable import AuditTrail
import MerkleLog
import Testing

/// Records go when their time is over, the trail says so, and everything that can be proven still is.
struct RetentionTests {
    static let day: Int64 = 86_400 * 1_000_000_000
    static let start: Int64 = 1_795_409_523_000_000_000
    let keys: [NoteVerifier]

    init() throws { keys = [try Fixture.signer().verifier] }

    /// A record a day for 40 days, alternately of two tenants.
    private func written() throws -> MemoryStorage {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage, segmentBytes: 1 << 12)
        for number in 0..<40 {
            let tenant = number.isMultiple(of: 2) ? "acme" : "globex"
            var draft = Fixture.decision(number, tenant: tenant)
            draft.time = RetentionTests.start + Int64(number) * RetentionTests.day
            if number == 4 { draft.retentionClass = "sox" }
            if number == 6 { draft.agentID = "held-agent" }
            _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/\(tenant)")])
        }
        writer.close()
        return storage
    }

    private func rules() throws -> RetentionRules {
        try RetentionRules(
            standard: "soc2", classes: ["short": 10 * 86_400], tenants: ["acme": "short"])
    }

    private func apply(_ storage: MemoryStorage, holds: [LegalHold] = [], announced: Bool = true) throws
        -> RetentionRun.Plan
    {
        let now = RetentionTests.start + 30 * RetentionTests.day
        let run = RetentionRun(storage: storage, keys: keys, rules: try rules(), holds: holds)
        let plan = try run.plan(now: now)
        if announced {
            let writer = try Fixture.writer(storage, segmentBytes: 1 << 12)
            for draft in run.announcements(plan, now: now) {
                _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/\(draft.tenant)")])
            }
            writer.close()
        }
        try run.apply(plan)
        return plan
    }

    @Test(arguments: [292, 293, 300, 584, 585, 1000, 291_000_000_000]) func `a class of centuries keeps all`(
        years: Int64
    ) throws {
        let rules = try RetentionRules(standard: "long", classes: ["long": years * 366 * 86_400])
        let run = RetentionRun(storage: try written(), keys: keys, rules: rules, holds: [])
        #expect(try run.plan(now: RetentionTests.start + 30 * RetentionTests.day).records == 0)
        // The one whose own class is of seven years.
        #expect(try run.plan(now: .max).records == 1)
    }

    @Test func `a clock that jumped while records were written prunes by each record's own time`() throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage, segmentBytes: 1 << 12)
        for (number, days) in [0, 1, 3650, 3651, 2, 3, -3650, 40].enumerated() {
            var draft = Fixture.decision(number, tenant: "acme")
            draft.time = RetentionTests.start + Int64(days) * RetentionTests.day
            _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/acme")])
        }
        var later: [FormattedRecord] = []
        for number in 8..<40 {
            var draft = Fixture.decision(number, tenant: "acme")
            draft.time = RetentionTests.start + 40 * RetentionTests.day
            later.append(try RecordFormatter.format(draft, log: "gw-1/acme"))
        }
        _ = try writer.commit(later)
        writer.close()
        let run = RetentionRun(storage: storage, keys: keys, rules: try rules(), holds: [])
        let plan = try run.plan(now: RetentionTests.start + 30 * RetentionTests.day)
        #expect(plan.runs.values.first == [0...1, 4...6])
        #expect(try Fixture.verify(storage).isWhole)
    }

    struct Silence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let days: [Double]
        let now: Double
        var since: Double?
        var until: Double?
    }

    @Test(arguments: [
        Silence(testDescription: "a record a day", days: (0...40).map(Double.init), now: 40.5),
        Silence(testDescription: "a trail of three days", days: [38, 39, 40], now: 40.5),
        Silence(testDescription: "no record for a month", days: [0, 5, 10], now: 40, since: 10),
        Silence(testDescription: "a gateway that is back", days: [0, 5, 10, 39.9], now: 40, since: 10, until: 39.9),
        Silence(
            testDescription: "a gateway that is back for a week", days: [0, 10] + (30...40).map(Double.init), now: 40.5),
        Silence(testDescription: "a clock that is ahead", days: [0, 1, 2, 3650], now: 3650.1, since: 2, until: 3650),
        Silence(
            // Read from the last segment that begins early enough.
            testDescription: "a clock that is ahead by less than all", days: [0, 1, 3650, 2, 3650.1], now: 3650.2,
            since: 2, until: 3650.1),
        Silence(testDescription: "a clock that was ahead", days: [0, 1, 3650, 2, 5, 9], now: 10),
    ])
    func `a clock is doubted until the trail has a week of records by it`(_ silence: Silence) throws {
        func time(_ days: Double) -> Int64 { RetentionTests.start + Int64(days * Double(RetentionTests.day)) }
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage, segmentBytes: 1 << 12)
        for (number, days) in silence.days.enumerated() {
            var draft = Fixture.decision(number, tenant: "acme")
            draft.time = time(days)
            _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/acme")])
        }
        writer.close()
        let found = try TrailSilence.before(time(silence.now), AuditReader(storage: storage))
        #expect(found?.since == silence.since.map(time))
        #expect(found?.until == silence.until.map(time))
        #expect(try TrailSilence.before(.min, AuditReader(storage: storage)) == nil)
    }

    @Test func `what is over goes, and the trail stays whole`() async throws {
        let storage = try written()
        let before = try Fixture.verify(storage)
        var query = AuditQuery()
        query.agent = "held-agent"
        let plan = try apply(storage, holds: [LegalHold(name: "case", query: query)])
        // acme's records of the first 20 days: 0, 2, …, 18; one has a class of its own, one is held.
        #expect(plan.records == 8)
        #expect(plan.held == 1)
        #expect(
            plan.runs == [
                RetentionRun.Plan.Key(log: "gw-1/acme", retentionClass: "short", kind: "decision"): [0...1, 4...9]
            ])
        let after = try Fixture.verify(storage)
        #expect(after.isWhole, "\(after.faults)")
        #expect(after.pruned == 8)
        #expect(after.summary.contains(", 8 of them removed when their retention was over"))
        #expect(after.logs[1].root == before.logs[1].root)
        // The trail has said of each what it was.
        let notices = try storage.list().flatMap { name in
            storage[name].split(separator: UInt8(ascii: "\n")).compactMap {
                RemovalNotice(AuditRecordLine(bytes: Array($0), place: AuditPlace(file: name, line: 1)))
            }
        }
        let notice = try #require(notices.first)
        #expect(notices.count == 1 && notice.runs == [0...1, 4...9])
        #expect(notice.kind == "decision" && notice.retentionClass == "short")
        // A walk meets what is left of them in their places.
        var (removed, tree) = ([UInt64](), MerkleFrontier())
        for step in try LogWalkTests.steps(storage) {
            switch step {
            case .begin: break
            case .record(_, _, let leaf): tree.append(leaf)
            case .removed(let record):
                removed.append(record.index)
                tree.append(record.leaf)
            case .checkpoint(let checkpoint, _): #expect(checkpoint.root == tree.root)
            }
        }
        #expect(removed == [0, 1] + Array(4...9))
        var reader = AuditReader(storage: storage)
        var seen: [String] = []
        while case let records = try reader.next(), !records.isEmpty {
            seen += records.compactMap { $0["decision_id"] }
        }
        #expect(seen.count == 32)
        #expect(seen.prefix(5) == ["d-1", "d-3", "d-4", "d-5", "d-6"])
        #expect(try apply(storage, holds: [LegalHold(name: "case", query: query)]).records == 0)
        // It can be opened and written, and what is left can be proven.
        let journal = try Fixture.journal(storage, segmentBytes: 1 << 12)
        _ = try await journal.append(Fixture.decision(99))
        journal.close()
        #expect(try Fixture.verify(storage).isWhole)
        var prover = AuditProver(storage: storage, keys: keys)
        #expect(try prover.inclusion(of: 2, in: "gw-1/acme").verify(keys: keys).size > 20)
        do {
            _ = try prover.inclusion(of: 1, in: "gw-1/acme")
            Issue.record("a removed record was proven")
        } catch { #expect(error.message == "record 1 of `gw-1/acme` was removed when its retention was over") }
    }

    @Test func `what is announced without a checkpoint over it is not announced`() throws {
        let storage = try written()
        _ = try apply(storage)
        #expect(try Fixture.verify(storage).isWhole)
        let names = try storage.list().filter { $0.hasSuffix(".jsonl") }.sorted()
        let last = try #require(names.last)
        let lines = String(decoding: storage[last], as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        // Somebody has the files and no key: he writes the record, and nobody signs.
        let announcement = try #require(lines.lastIndex { $0.contains("\"event\":\"pruned\"") })
        for name in try storage.list() where JournalFiles.isHead(name) { try storage.remove(name) }
        storage.set(last, Array(lines[...announcement].joined(separator: "\n").utf8) + [UInt8(ascii: "\n")])
        let silent = try Fixture.verify(storage)
        #expect(
            silent.faults.map(\.description)
                .contains(
                    "00000001.jsonl:2: record 0 of `gw-1/acme` was removed, and no retention record says so [audit_damaged]"
                ), "\(silent.faults)")
        // Nor does a gateway sign it that starts on these files.
        try Fixture.journal(storage).close()
        #expect(try Fixture.verify(storage).faults.map(\.description) == silent.faults.map(\.description))
    }

    @Test(arguments: ["0-18446744073709551615,1-1", "18446744073709551615-18446744073709551615", "3-2,-,x-1,0-"])
    func `an announcement of more than there can be is taken as it is`(indexes: String) throws {
        var runs = PrunedRuns()
        let line =
            "{\"detail\":{\"event\":\"pruned\",\"indexes\":\"\(indexes)\"},\"index\":18446744073709551615,\"kind\":\"retention\"}"
        runs.announce("gw-1/acme", AuditRecordLine(bytes: Array(line.utf8), place: AuditPlace(file: "", line: 1)))
        runs.confirm("gw-1/acme")
        runs.note("gw-1/acme", .max - 1, at: AuditPlace(file: "", line: 1))
        runs.note("gw-1/acme", 7, at: AuditPlace(file: "", line: 2))
        #expect(runs.faults.isEmpty == indexes.hasPrefix("0-1844"))
    }

    @Test func `what goes without a word is found, and so is what was not what it says`() throws {
        let silent = try written()
        _ = try apply(silent, announced: false)
        let report = try Fixture.verify(silent)
        #expect(
            report.faults.first?.description
                == "00000001.jsonl:2: record 0 of `gw-1/acme` was removed, and no retention record says so [audit_damaged]"
        )
        let storage = try written()
        _ = try apply(storage)
        let bytes = storage["00000001.jsonl"]
        let text = String(decoding: bytes, as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(PrunedRecord.prefix) })
        let pruned = try #require(Array(line.utf8).withUnsafeBufferPointer { PrunedRecord($0) })
        func forged(
            log: String? = nil, index: UInt64? = nil, leaf: MerkleHash? = nil, hash: MerkleHash? = nil,
            previous: MerkleHash? = nil
        ) -> PrunedRecord {
            PrunedRecord(
                log: log ?? pruned.log, index: index ?? pruned.index, leaf: leaf ?? pruned.leaf,
                hash: hash ?? pruned.hash, previous: previous ?? pruned.previous)
        }
        let stranger = MerkleHash.leaf([1])
        let forgeries = [
            forged(leaf: stranger), forged(hash: stranger), forged(previous: stranger), forged(index: pruned.index + 1),
            forged(log: "gw-1/globex"),
        ]
        for forgery in forgeries {
            let copy = storage.copy()
            copy.set(
                "00000001.jsonl", Array(text.replacing(line, with: String(decoding: forgery.line, as: UTF8.self)).utf8))
            #expect(try !Fixture.verify(copy).isWhole, "\(forgery)")
        }
    }

    @Test func `a reader comes back to its place in a segment that was written anew`() throws {
        let storage = try written()
        var reader = AuditReader(storage: storage)
        var seen = 0
        while seen < 6 { seen += try reader.next().count }
        let position = reader.position
        let rest = try reader.last(100).count
        _ = try apply(storage)
        var again = AuditReader(storage: storage)
        again.resume(at: position)
        #expect(again.position.segment == position.segment && again.position.lines == position.lines)
        var left: [String] = []
        while case let records = try again.next(), !records.isEmpty { left += records.compactMap { $0["decision_id"] } }
        #expect(left.last == "d-39")
        #expect(Set(left).count == left.count && left.count < rest)
        #expect(left.first.flatMap { Int($0.dropFirst(2)) } ?? 0 >= seen)
    }

    @Test func `what a reader has not had yet stays, and goes once it has`() throws {
        let storage = try written()
        let now = RetentionTests.start + 30 * RetentionTests.day
        func plan(unreadFrom: UInt64) throws -> RetentionRun.Plan {
            try RetentionRun(storage: storage, keys: keys, rules: rules(), holds: [], unreadFrom: unreadFrom)
                .plan(now: now)
        }
        let whole = try plan(unreadFrom: .max)
        #expect(whole.unread == 0 && whole.segments.count > 1)
        let none = try plan(unreadFrom: 1)
        #expect(none.records == 0 && none.segments.isEmpty && none.unread == Int(whole.records))
        let behind = try plan(unreadFrom: whole.segments[1])
        #expect(behind.segments == [whole.segments[0]])
        #expect(Int(behind.records) + behind.unread == Int(whole.records) && behind.unread > 0)
    }

    @Test func `a segment is to be kept until the last of its records is over`() throws {
        let segments = ClosedSegments(storage: try written())
        let first = try segments.read(try #require(try segments.numbers().first))
        let term = first.term(try rules(), holds: [])
        #expect(!term.isHeld && !term.isEndless)
        #expect(term.end == term.lastRecord + 365 * RetentionTests.day)
        var query = AuditQuery()
        query.decisionID = "d-0"
        #expect(first.term(try rules(), holds: [LegalHold(name: "case", query: query)]).isHeld)
        let forever = try RetentionRules(standard: "soc2", tenants: ["acme": "forever"])
        #expect(first.term(forever, holds: []).isEndless)
    }

    @Test func `a segment that cannot be archived stays`() throws {
        struct NoRoom: Error {}
        let storage = try written()
        let before = storage["00000001.jsonl"]
        let run = RetentionRun(storage: storage, keys: keys, rules: try rules(), holds: [])
        let plan = try run.plan(now: RetentionTests.start + 30 * RetentionTests.day)
        #expect(throws: NoRoom.self) { try run.apply(plan, check: { _, _ in throw NoRoom() }) }
        #expect(storage["00000001.jsonl"] == before)
    }

    @Test func `classes come from the record, its kind, its policy, its tenant, or the default`() throws {
        let rules = try RetentionRules(
            standard: "soc2", classes: ["a": 1, "b": 2, "c": 3], kinds: ["heartbeat": "a"], policies: ["p": "b"],
            tenants: ["acme": "c"])
        func end(_ fields: String) -> (name: String, time: Int64)? {
            rules.end(
                of: AuditRecordLine(
                    bytes: Array(#"{\#(fields),"time":"1970-01-01T00:00:10.000000000Z"}"#.utf8),
                    place: AuditPlace(file: "", line: 1)))
        }
        let cases: [(String, String?)] = [
            (#""kind":"decision","retention_class":"a","tenant":"acme""#, "a"),
            (#""kind":"heartbeat","tenant":"acme""#, "a"),
            (#""decision_reason":{"policy":"p"},"kind":"decision","tenant":"acme""#, "b"),
            (#""kind":"decision","tenant":"acme""#, "c"), (#""kind":"decision","tenant":"globex""#, "soc2"),
            (#""kind":"key","tenant":"acme""#, nil), (#""kind":"retention","tenant":"acme""#, nil),
            (#""kind":"decision","retention_class":"gone","tenant":"acme""#, nil),
        ]
        for (fields, name) in cases { #expect(end(fields)?.name == name, "\(fields)") }
        #expect(end(#""kind":"heartbeat""#)?.time == 11_000_000_000)
        #expect(throws: AuditError.self) { try RetentionRules(standard: "nonsense") }
    }
}

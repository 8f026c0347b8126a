@testable import AuditTrail
import MerkleLog
import Testing

/// Queries give what a plain look at every record gives, with an index and without.
struct QueryTests {
    let storage = MemoryStorage()
    let indexes = MemoryStorage()
    static let start: Int64 = 1_795_409_523_000_000_000

    init() throws {
        let writer = try Fixture.writer(storage)
        for number in 0..<60 {
            let tenant = number % 3 == 0 ? "globex" : "acme"
            var draft = AuditRecordDraft(
                kind: number % 10 == 9 ? .budget : .decision, tenant: tenant,
                time: QueryTests.start + Int64(number) * 1_000_000_000)
            draft.decisionID = "d-\(number)"
            draft.agentID = "agent-\(number % 4)"
            draft.toolName = number % 2 == 0 ? "payments.transfer" : "ehr.read"
            draft.decision = number % 5 == 0 ? "deny" : "allow"
            draft.decisionReason = AuditReason(
                code: number % 5 == 0 ? "policy_deny" : "policy_allow", message: "m", policy: "p-\(number % 7)")
            draft.policyVersion = number < 30 ? "acme/1@sha256:aaaaaaaaaaaa" : "acme/2@sha256:bbbbbbbbbbbb"
            draft.approvalID = number % 11 == 0 ? "apr_\(number)" : nil
            draft.sessionID = "s-\(number % 2)"
            draft.traceID = "t-\(number)"
            _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/\(tenant)")])
        }
        writer.close()
    }

    private static func query(_ change: (inout AuditQuery) -> Void) -> AuditQuery {
        var query = AuditQuery()
        change(&query)
        return query
    }

    static let queries: [(AuditQuery, [Int])] = [
        (query { _ in }, Array(0..<60)),
        (query { $0.decisionID = "d-17" }, [17]),
        (
            query {
                $0.agent = "agent-1"; $0.decision = "deny"
            }, [5, 25, 45]
        ),
        (
            query {
                $0.tenant = "globex"; $0.tool = "ehr.read"; $0.policy = "p-3"
            }, [3, 45]
        ),
        (query { $0.approval = "apr_33" }, [33]),
        (query { $0.kind = "budget" }, [9, 19, 29, 39, 49, 59]),
        (
            query {
                $0.from = start + 10_000_000_000; $0.until = start + 13_000_000_000
            }, [10, 11, 12]
        ),
        (
            query {
                $0.policyVersion = "acme/2"; $0.code = "policy_deny"
            }, [30, 35, 40, 45, 50, 55]
        ),
        (
            query {
                $0.session = "s-1"; $0.trace = "t-7"
            }, [7]
        ),
        (query { $0.agent = "nobody" }, []),
    ]

    private func numbers(_ search: AuditSearch, _ query: AuditQuery) throws -> [Int] {
        var found: [Int] = []
        try search.run(query) { record in
            found.append(Int(record["decision_id"]?.dropFirst(2) ?? "") ?? -1)
            return true
        }
        return found
    }

    @Test(arguments: queries)
    func `a query finds what matches, in order`(query: AuditQuery, wanted: [Int]) throws {
        let plain = AuditSearch(storage: storage, indexes: nil)
        #expect(try numbers(plain, query) == wanted)
        let indexed = AuditSearch(storage: storage, indexes: indexes)
        #expect(try numbers(indexed, query) == wanted)
        #expect(try numbers(indexed, query) == wanted)
        #expect(!indexes.files.isEmpty)
        let newest = try indexed.newest(2, query).map { Int($0["decision_id"]?.dropFirst(2) ?? "") ?? -1 }
        #expect(newest == wanted.suffix(2))
        // Places are those that a reader gives.
        var reader = AuditReader(storage: storage)
        let all = try reader.last(100) { query.matches($0) }
        var places: [AuditPlace] = []
        try indexed.run(query) {
            places.append($0.place); return true
        }
        #expect(places == all.map(\.place))
    }

    @Test func `a search goes on below an index, and can be given up between segments`() throws {
        let search = AuditSearch(storage: storage, indexes: indexes)
        var query = QueryTests.query { $0.tenant = "globex" }
        let all = try search.newest(100, query)
        let half = all.count / 2
        query.before = try #require(all[half]["index"].flatMap { UInt64($0) })
        #expect(half > 1)
        #expect(try search.newest(100, query).map(\.place) == all.prefix(half).map(\.place))
        var asked = 0
        let found = try search.newest(100, AuditQuery()) {
            asked += 1
            return asked > 1
        }
        #expect(found == nil && asked == 2)
    }

    @Test func `an index that is damaged, or another segment's, is made anew`() throws {
        let search = AuditSearch(storage: storage, indexes: indexes)
        let query = QueryTests.query { $0.decisionID = "d-3" }
        _ = try numbers(search, query)
        let good = indexes["00000001.index"]
        for bad in [
            [], Array(good.dropLast(1)), Array(good.prefix(20)), indexes["00000002.index"],
            [UInt8](repeating: 0, count: 400),
        ] {
            indexes.set("00000001.index", bad)
            #expect(try numbers(search, query) == [3])
            #expect(indexes["00000001.index"] == good)
        }
        indexes.fails = { _, _ in true }
        indexes.set("00000001.index", [])
        #expect(try numbers(search, query) == [3])
    }

    @Test func `an index from which entries were taken is not believed`() throws {
        let search = AuditSearch(storage: storage, indexes: indexes)
        let query = QueryTests.query { $0.decisionID = "d-3" }
        _ = try numbers(search, query)
        let good = indexes["00000001.index"]
        let (head, entry) = (56, 48)
        let count = (good.count - head) / entry
        #expect(count > 5)
        for number in 0..<count {
            let place = head + number * entry
            indexes.set("00000001.index", Array(good[..<place] + good[(place + entry)...]))
            #expect(try numbers(search, query) == [3])
            #expect(indexes["00000001.index"] == good)
        }
    }

    @Test(arguments: queries)
    func `an index whose entries lie hides nothing`(query: AuditQuery, wanted: [Int]) throws {
        let search = AuditSearch(storage: storage, indexes: indexes)
        _ = try numbers(search, query)
        let (head, entry) = (56, 48)
        let good = indexes.files.mapValues(\.cached)
        #expect(good.count > 3)
        // Times, then all fields; the places of records are held against the segment anyway.
        let lies: [(Range<Int>, (UInt8) -> UInt8)] = [
            (8..<16, { _ in 0 }), (8..<16, { $0 ^ 0x7f }), (16..<entry, { $0 ^ 1 }),
        ]
        for (bytes, lie) in lies {
            for (name, index) in good {
                var bad = index
                for start in stride(from: head, to: index.count, by: entry) {
                    for byte in bytes { bad[start + byte] = lie(bad[start + byte]) }
                }
                indexes.set(name, bad)
            }
            #expect(try numbers(search, query) == wanted, "bytes \(bytes)")
            let newest = try search.newest(100, query).map { Int($0["decision_id"]?.dropFirst(2) ?? "") ?? -1 }
            #expect(newest == wanted, "bytes \(bytes)")
            #expect(
                indexes.files.allSatisfy { good[$0.key] != $0.value.cached },
                "what lied is left for verification to find")
        }
    }

    @Test func `a text is found wherever it stands, and nowhere else`() {
        var random = SeededRandom(state: 7)
        for _ in 0..<2000 {
            func text(_ length: Int) -> [UInt8] {
                (0..<length).map { _ in UInt8.random(in: 0x61...0x63, using: &random) }
            }
            let (sought, line) = (text(.random(in: 1...5, using: &random)), text(.random(in: 0...40, using: &random)))
            let stands = line.indices.contains { line[$0...].starts(with: sought) }
            #expect(line.withUnsafeBufferPointer { TextSearch(sought).isFound(in: $0) } == stands)
        }
    }

    @Test(
        arguments: [
            (
                #"{"a":{"time":"2026-11-23T04:52:03.000000002Z"},"time":"2026-11-23T04:52:03.000000001Z","tool_name":"\"time\":\"x"}"#,
                1
            ),
            (#"{"time":"2026-11-23T04:52:03.000000001Z"}"#, 1),
            (#"{"time":"2026-11-23"}"#, nil), (#"{"a":1}"#, nil), ("", nil),
        ] as [(String, Int64?)])
    func `a record's time is read from its line`(line: String, nanosecond: Int64?) {
        var line = line
        #expect(line.withUTF8 { SoughtText.time(of: $0) } == nanosecond.map { Self.start + $0 })
    }

    @Test func `verification finds an index that says something else than the records`() throws {
        func faults() throws -> [String] {
            var verifier = AuditVerifier(storage: storage, keys: [try Fixture.signer().verifier], indexes: indexes)
            return try verifier.run().faults.map(\.description)
        }
        let search = AuditSearch(storage: storage, indexes: indexes)
        let query = QueryTests.query { $0.decisionID = "d-3" }
        #expect(try faults().isEmpty)
        #expect(try numbers(search, query) == [3])
        #expect(try faults().isEmpty)
        let good = indexes["00000001.index"]
        let wrong =
            "index/00000001.index says something else of this record: a query by it may overlook records; remove it, it is made anew [audit_damaged]"
        let (head, entry) = (56, 48)
        // The fourth record: two lines each, behind the header.
        for byte in 0..<entry {
            var bad = good
            bad[head + 3 * entry + byte] ^= 1
            indexes.set("00000001.index", bad)
            #expect(try faults() == ["00000001.jsonl:8: \(wrong)"])
        }
        indexes.set("00000001.index", Array(good.dropLast(entry)))
        #expect(try faults().count == 1)
        indexes.set("00000001.index", good + good.suffix(entry))
        #expect(try faults().count == 1)
        // One of other bytes is made anew before anybody is told by it.
        for stale in [[], [1, 2, 3], indexes["00000002.index"]] as [[UInt8]] {
            indexes.set("00000001.index", stale)
            #expect(try faults().isEmpty)
        }
    }

    @Test func `escapes, absent fields and null are indexed as they are read`() throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage, segmentBytes: 1)
        let names = ["plain", "with \"quotes\"", "tab\tand \u{1}", "ünïcode \u{1f600}", "back\\slash", ""]
        for (number, name) in names.enumerated() {
            var draft = Fixture.decision(number)
            draft.agentID = name
            draft.toolName = nil
            draft.decisionReason = AuditReason(code: "policy_deny", message: "m", policy: name)
            _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/acme")])
        }
        writer.close()
        let search = AuditSearch(storage: storage, indexes: MemoryStorage())
        for (number, name) in names.enumerated() {
            let query = QueryTests.query {
                $0.agent = name
                $0.policy = name
            }
            let plain = try numbers(AuditSearch(storage: storage, indexes: nil), query)
            #expect(try numbers(search, query) == plain)
            #expect(try numbers(search, query) == plain)
            if !name.isEmpty { #expect(plain == [number]) }
        }
    }

    @Test func `a query can stop, and sees nothing that is not under a checkpoint`() throws {
        let search = AuditSearch(storage: storage, indexes: nil)
        var seen = 0
        try search.run(AuditQuery()) { _ in
            seen += 1
            return seen < 5
        }
        #expect(seen == 5)
        let last = try #require(storage.files.keys.sorted().last { JournalFiles.segmentNumber($0) != nil })
        let bytes = storage[last]
        let lastCommit = try #require(bytes.lastRange(of: Array(Commit.prefix.utf8)))
        storage.set(last, Array(bytes[..<lastCommit.lowerBound]))
        #expect(try numbers(search, AuditQuery()) == Array(0..<59))
    }

    @Test func `times are read as they are written`() {
        for time in [
            0, 1, -1, QueryTests.start, 951_782_400_000_000_000, 4_102_444_799_999_999_999, -2_208_988_800_000_000_001,
        ] as [Int64] {
            #expect(Timestamp.read(Timestamp.text(time)) == time)
        }
        for text in ["", "2026-11-23T15:20:25Z", "2026-13-23T15:20:25.123456789Z", "2026-11-23T15:20:25.12345678xZ"] {
            #expect(Timestamp.read(text) == nil)
        }
    }
}

extension Array where Element: Equatable {
    fileprivate func lastRange(of other: [Element]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        return (0...(count - other.count)).reversed().first { Array(self[$0..<$0 + other.count]) == other }
            .map { $0..<$0 + other.count }
    }
}

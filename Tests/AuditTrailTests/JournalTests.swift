@testable import AuditTrail
import FoundationEssentials
import MerkleLog
import Testing

/// The journal with its thread.
struct JournalTests {
    @Test func `appends of 64 callers at once are all there, in one chain a tenant`() async throws {
        let storage = MemoryStorage()
        let journal = try Fixture.journal(storage, segmentBytes: 1 << 18)
        let receipts = try await withThrowingTaskGroup(of: [AuditReceipt].self) { group in
            for caller in 0..<64 {
                group.addTask {
                    var receipts: [AuditReceipt] = []
                    for number in 0..<25 {
                        let draft = Fixture.decision(caller * 100 + number, tenant: "tenant-\(caller % 5)")
                        receipts.append(try await journal.append(draft))
                    }
                    return receipts
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(receipts.count == 1600)
        #expect(journal.status.durable.values.reduce(0, +) == 1600)
        #expect(journal.status.isAvailable)
        journal.close()
        #expect(receipts.allSatisfy { $0.checkpointSize > $0.index })
        for (_, ofLog) in Dictionary(grouping: receipts, by: \.log) {
            #expect(ofLog.map(\.index).sorted() == Array(0..<UInt64(ofLog.count)))
        }
        let report = try Fixture.verify(storage)
        #expect(report.isWhole, "\(report.faults)")
        #expect(report.records == 1600)
        #expect(report.logs.count == 5)
    }

    @Test(arguments: ["write", "fdatasync", "allocate", "open", "ftruncate"])
    func `a disk that fails refuses records, and takes them again when it works`(call: String) async throws {
        let storage = MemoryStorage()
        let journal = try Fixture.journal(storage, segmentBytes: 4096)
        let broken = Flag()
        storage.fails = { name, _ in name == call && broken.isSet }
        var answered = 0
        for round in 0..<6 {
            for number in 0..<8 {
                if (try? await journal.append(Fixture.decision(round * 10 + number))) != nil { answered += 1 }
            }
            broken.toggle()
        }
        // Three rounds ran on a working disk; `open` and `allocate` are needed only for a new segment.
        #expect(answered >= 24)
        #expect(!journal.status.isAvailable || answered == 48)
        broken.clear()
        _ = try await journal.append(Fixture.decision(999))
        journal.close()
        let report = try Fixture.verify(storage)
        #expect(report.isWhole, "\(report.faults)")
        #expect(report.records == UInt64(answered) + 1)
        #expect(try Fixture.verify(storage.diskOnly()).records == UInt64(answered) + 1)
    }

    @Test func `on a full disk, what is refused costs no reading`() throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage)
        _ = try writer.commit([try Fixture.record(0)])
        storage.fails = { call, _ in call == "write" || call == "allocate" }
        for number in 1..<20 {
            #expect(throws: AuditError.self) { try writer.commit([try Fixture.record(number)]) }
        }
        #expect(storage.freshReads == 0)
        #expect(storage.files.keys.filter { JournalFiles.segmentNumber($0) != nil } == ["00000001.jsonl"])
        storage.fails = { _, _ in false }
        _ = try writer.commit([try Fixture.record(1)])
        #expect(storage.freshReads == 1)
        writer.close()
        let report = try Fixture.verify(storage)
        #expect(report.isWhole, "\(report.faults)")
        #expect(report.records == 2)
    }

    @Test func `a clock that jumps breaks no journal: records stand in the order in which they came`() throws {
        let storage = MemoryStorage()
        var times: [Int64] = []
        for (run, jumps) in [[0, 315_360_000, -315_360_000], [-1, 7_000_000_000, 5]].enumerated() {
            let writer = try Fixture.writer(storage, segmentBytes: 1 << 12)
            for seconds in jumps {
                for number in 0..<4 {
                    var draft = Fixture.decision(run * 100 + number)
                    draft.time = 1_795_409_523_000_000_000 + Int64(seconds) * 1_000_000_000
                    times.append(draft.time)
                    _ = try writer.commit([RecordFormatter.format(draft, log: "gw-1/acme")])
                }
            }
            writer.close()
        }
        let report = try Fixture.verify(storage)
        #expect(report.isWhole, "\(report.faults)")
        var seen: [Int64] = []
        try AuditSearch(storage: storage, indexes: nil).run(AuditQuery()) { record in
            seen.append(record["time"].flatMap(Timestamp.read) ?? 0)
            return true
        }
        #expect(seen == times)
        var query = AuditQuery()
        query.from = 1_795_409_523_000_000_000 + 315_360_000 * 1_000_000_000
        query.until = query.from.map { $0 + 1 }
        var found = 0
        try AuditSearch(storage: storage, indexes: MemoryStorage()).run(query) { _ in
            found += 1
            return true
        }
        #expect(found == 4)
    }

    @Test func `a failed sync is not trusted: what it should have written is gone from the journal`() async throws {
        let storage = MemoryStorage()
        let journal = try Fixture.journal(storage)
        let first = try await journal.append(Fixture.decision(1))
        let broken = Flag()
        storage.fails = { call, _ in call == "fdatasync" && broken.isSet }
        broken.toggle()
        do {
            _ = try await journal.append(Fixture.decision(2))
            Issue.record("an append was answered that never was durable")
        } catch {
            #expect(
                error.description == """
                    the audit trail cannot be written: fdatasync 00000001.jsonl: Input/output error [audit_unavailable]
                    fix: make the journal's disk writable, with free space; it is tried each second, and with each record
                    """)
        }
        #expect(journal.status.failure?.contains("Input/output error") == true)
        broken.clear()
        let third = try await journal.append(Fixture.decision(3))
        #expect(third.index == first.index + 1)
        journal.close()
        #expect(storage.files.keys.contains(JournalFiles.segment(2)))
        #expect(Fixture.lines(storage).map { $0.contains("\"d-2\"") } == [false, false])
        #expect(try Fixture.verify(storage.diskOnly()).isWhole)
    }

    @Test func `a full queue refuses at once`() async throws {
        let storage = MemoryStorage()
        var configuration = Fixture.configuration()
        configuration.queuedRecords = 0
        let journal = try AuditJournal(storage: storage, configuration: configuration, signer: Fixture.signer())
        do {
            _ = try await journal.append(Fixture.decision(1))
            Issue.record("a record was taken beyond the bound")
        } catch {
            #expect(
                error.description == """
                    the audit trail is behind: 0 records are waiting [audit_unavailable]
                    fix: give the journal a faster disk, or the gateway less to do
                    """)
        }
        journal.close()
    }

    @Test func `a closed journal refuses, and gives up its lock`() async throws {
        let storage = MemoryStorage()
        let journal = try Fixture.journal(storage)
        #expect(throws: AuditError.self) { try Fixture.journal(storage) }
        journal.close()
        await #expect(throws: AuditError.self) { try await journal.append(Fixture.decision(1)) }
        let again = try Fixture.journal(storage)
        again.close()
    }

    @Test(arguments: ["", "a/b", "a b", "a\n", "ä", "a+b", String(repeating: "a", count: 129)])
    func `a tenant that cannot name a log is refused`(tenant: String) async throws {
        let journal = try Fixture.journal(MemoryStorage())
        do {
            _ = try await journal.append(Fixture.decision(1, tenant: tenant))
            Issue.record("`\(tenant)` was taken")
        } catch {
            #expect(error.code == .invalidName)
        }
        journal.close()
    }

    @Test func `every kind of record goes through the same draft`() async throws {
        let storage = MemoryStorage()
        let journal = try Fixture.journal(storage)
        for kind in AuditRecordKind.allCases {
            var draft = AuditRecordDraft(kind: kind, tenant: "acme", time: 0)
            draft.detail = CanonicalJSON(texts: ["kind": kind.rawValue])
            _ = try await journal.append(draft)
        }
        journal.close()
        var reader = AuditReader(storage: storage)
        #expect(try reader.last(100).compactMap { $0["kind"] } == AuditRecordKind.allCases.map(\.rawValue))
        #expect(try Fixture.verify(storage).isWhole)
    }

    @Test func `a reader follows the journal over its segments`() async throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage, segmentBytes: 8192)
        for number in 0..<30 { _ = try writer.commit([Fixture.record(number)]) }
        var reader = AuditReader(storage: storage)
        #expect(try reader.last(3).map { $0["decision_id"] } == ["d-27", "d-28", "d-29"])
        var seen: [String] = []
        try reader.scanBack { record in
            seen.append(record["decision_id"].map { String($0) } ?? "")
            return seen.contains("d-29")
        }
        #expect(seen.last == "d-29" && seen.count <= 30)
        #expect(try reader.next().isEmpty)
        for number in 30..<60 { _ = try writer.commit([Fixture.record(number)]) }
        var followed: [String?] = []
        while case let records = try reader.next(), !records.isEmpty { followed += records.map { $0["decision_id"] } }
        #expect(followed == (30..<60).map { "d-\($0)" })
        writer.close()
        var filtered = AuditReader(storage: storage)
        let globex = try filtered.last(2) { $0["tenant"] == "globex" }
        #expect(globex.map { $0["decision_id"] } == ["d-57", "d-59"])
        var all = AuditReader(storage: storage)
        #expect(try all.last(1000).count == 60)
        // What was asked for since some time ends the walk, but not before the last two segments.
        let start = Fixture.decision(0).time
        #expect(try all.last(1000, since: start).count == 60)
        let late = try all.last(1000, since: start + 59)
        #expect(late.last?["decision_id"] == "d-59" && (2..<30).contains(late.count), "\(late.count)")
        #expect(try all.last(1000, since: .max).map(\.place) == late.map(\.place))
    }
}

/// Safe to share because only one thread at a time looks at it: the test's while nothing is queued, the journal's else.
final class Flag: @unchecked Sendable {
    private(set) var isSet = false
    func toggle() { isSet.toggle() }
    func clear() { isSet = false }
}

extension MemoryStorage {
    /// What a loss of power would leave if nothing unsynced survived.
    func diskOnly() -> MemoryStorage { MemoryStorage(files.mapValues(\.disk)) }
}

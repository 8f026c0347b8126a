@testable import AuditTrail
import Foundation
import MerkleLog
import Testing

/// What opening a journal does with files that a crash, or somebody, has left.
struct RecoveryTests {
    static let segment = JournalFiles.segment(1)

    @Test func `a journal reopens where it was closed`() throws {
        let storage = try Fixture.written(batches: 5)
        let before = Fixture.lines(storage)
        let writer = try Fixture.writer(storage)
        let receipt = try writer.commit([Fixture.record(0)])[0]
        writer.close()
        #expect(Fixture.lines(storage).dropLast() == before[...])
        #expect(receipt.index == UInt64(before.filter { $0.contains("\"log\":\"gw-1/acme\"") }.count))
        #expect(receipt.checkpointSize == receipt.index + 1)
        #expect(try Fixture.verify(storage).isWhole)
    }

    @Test func `cut anywhere, a journal keeps every whole record and goes on`() throws {
        let whole = try Fixture.written(batches: 2)
        let bytes = whole[Self.segment]
        let records = Fixture.lines(whole)
        let header = try #require(bytes.firstIndex(of: UInt8(ascii: "\n"))) + 1
        for length in header...bytes.count {
            let storage = MemoryStorage([Self.segment: Array(bytes.prefix(length))])
            let writer = try Fixture.writer(storage)
            _ = try writer.commit([Fixture.record(99)])
            writer.close()
            let kept = Array(Fixture.lines(storage).dropLast())
            #expect(kept == Array(records.prefix(kept.count)))
            // A record is whole as soon as its newline is there.
            #expect(
                kept.count == Fixture.lines(MemoryStorage([Self.segment: bytes.prefix(length).upToLastNewline])).count)
            let report = try Fixture.verify(storage)
            #expect(report.isWhole, "\(length): \(report.faults)")
        }
    }

    @Test func `a segment whose header was not finished is begun again`() throws {
        let bytes = try Fixture.written(batches: 1)[Self.segment]
        let header = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
        for length in 0...header {
            let storage = MemoryStorage([Self.segment: bytes.prefix(length) + [UInt8](repeating: 0, count: 100)])
            let writer = try Fixture.writer(storage)
            #expect(try writer.commit([Fixture.record(0)])[0].index == 0)
            writer.close()
            #expect(try Fixture.verify(storage).isWhole)
        }
    }

    @Test func `any changed byte keeps the journal closed, or loses no record`() throws {
        let whole = try Fixture.written(batches: 2)
        let bytes = whole[Self.segment]
        let records = Fixture.lines(whole)
        for place in bytes.indices {
            // To zero, by a bit, to a newline: each byte in one of these ways.
            let change = [bytes[place], 0x01, bytes[place] ^ UInt8(ascii: "\n")][place % 3]
            var changed = bytes
            changed[place] ^= change
            let storage = whole.copy()
            storage.set(Self.segment, changed)
            do {
                let writer = try Fixture.writer(storage)
                writer.close()
                #expect(Fixture.lines(storage) == records, "byte \(place) xor \(change)")
            } catch let error as AuditError {
                #expect(error.code == .damaged)
                #expect(error.place.map { $0.file == Self.segment || JournalFiles.isHead($0.file) } == true)
            }
        }
    }

    @Test func `damage is named with its file and line`() throws {
        let storage = try Fixture.written(batches: 3)
        let text = String(decoding: storage[Self.segment], as: UTF8.self)
        storage.set(Self.segment, Array(text.replacing("\"d-1\"", with: "\"d-9\"").utf8))
        do {
            _ = try Fixture.writer(storage)
            Issue.record("a changed record was accepted")
        } catch let error as AuditError {
            #expect(
                error.description == """
                    00000001.jsonl:4: record 0 of `gw-1/globex` was changed: it does not match its hash [audit_damaged]
                    fix: keep the files as they are, and compare them with a copy: nothing is repaired that was durable
                    """)
        }
    }

    @Test(arguments: 0..<200)
    func `after a loss of power every answered record is there`(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        var storage = MemoryStorage()
        var answered: [String] = []
        for _ in 0..<3 {
            let writer = try Fixture.writer(storage, segmentBytes: 8192)
            #expect(Array(Fixture.lines(storage).prefix(answered.count)) == answered)
            answered = Fixture.lines(storage)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let batch = try (0..<Int.random(in: 1...5, using: &random)).map { _ in
                    try Fixture.record(Int.random(in: 0..<1000, using: &random))
                }
                _ = try writer.commit(batch)
                answered = Fixture.lines(storage)
            }
            // The power goes while the next batch is being written: its sync never returns.
            let crashing = storage
            crashing.fails = { call, _ in call == "fdatasync" }
            let dirty = crashing.crashedDuringCommit(writer, using: &random)
            storage = dirty
        }
        let writer = try Fixture.writer(storage, segmentBytes: 8192)
        writer.close()
        #expect(Array(Fixture.lines(storage).prefix(answered.count)) == answered)
        let report = try Fixture.verify(storage)
        #expect(report.isWhole, "\(report.faults)")
        #expect(report.uncovered == 0)
    }

    @Test func `garbage that is none of ours behind the end is cut off`() throws {
        let storage = try Fixture.written(batches: 2)
        let records = Fixture.lines(storage)
        storage.set(Self.segment, storage[Self.segment] + [0xff, 0x0a, 0x07, 0x0a, 0x55])
        let writer = try Fixture.writer(storage)
        writer.close()
        #expect(Fixture.lines(storage) == records)
        #expect(try Fixture.verify(storage).isWhole)
    }

    @Test func `a journal that was cut behind its head stays closed`() throws {
        let storage = try Fixture.written(batches: 4)
        let bytes = storage[Self.segment]
        let commits = bytes.split(separator: UInt8(ascii: "\n")).filter { $0.starts(with: Commit.prefix.utf8) }
        storage.set(Self.segment, Array(bytes[..<commits[1].endIndex]) + [UInt8(ascii: "\n")])
        do {
            _ = try Fixture.writer(storage)
            Issue.record("the cut was not noticed")
        } catch let error as AuditError {
            #expect(error.place == AuditPlace(file: "head-acme.note", line: 2))
            #expect(error.message == "`gw-1/acme` was cut: it once had 4 records, and now has 2")
        }
    }

    @Test func `a missing segment keeps the journal closed`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        try #require(storage.files.keys.contains(JournalFiles.segment(3)))
        storage.files[JournalFiles.segment(2)] = nil
        #expect(throws: AuditError.self) { try Fixture.writer(storage) }
    }

    @Test func `the last segment alone is enough to go on`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let records = Fixture.lines(storage)
        // What only a reading of everything would find.
        let first = storage[Self.segment]
        storage.set(Self.segment, Array(first.dropLast(10)))
        let keys = JournalKeyring([try Fixture.signer().verifier])
        var everything = JournalRecovery(storage: storage, gateway: Fixture.gateway, keys: keys)
        #expect(throws: AuditError.self) { try everything.run(.everything) }
        var recovery = JournalRecovery(storage: storage, gateway: Fixture.gateway, keys: keys)
        let end = try recovery.run(.lastSegment)
        #expect(end.state.logs.values.reduce(0) { $0 + $1.size } == UInt64(records.count))
    }

    @Test func `opening reads back to a time, and says how much it left unread`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let keys = JournalKeyring([try Fixture.signer().verifier])
        let numbers = storage.files.keys.compactMap(JournalFiles.segmentNumber).sorted()
        try #require(numbers.count > 4)
        // Record n is of the start and n nanoseconds.
        let firsts = numbers.map { number in
            storage[JournalFiles.segment(number)].split(separator: UInt8(ascii: "\n"))[1].withUnsafeBufferPointer {
                SoughtText.time(of: $0) ?? 0
            }
        }
        func end(_ check: AuditJournal.OpenCheck) throws -> JournalRecovery.End {
            var recovery = JournalRecovery(storage: storage, gateway: Fixture.gateway, keys: keys)
            return try recovery.run(check)
        }
        let whole = try end(.everything)
        #expect(whole.unread == 0)
        for (place, first) in firsts.enumerated().dropFirst() {
            #expect(try end(.since(first + 1)).unread == place)
            #expect(try end(.since(first)).unread == place - 1, "a record of this very time may stand before")
            #expect(try end(.since(first)).state == whole.state)
        }
        #expect(try end(.since(.min)).unread == 0)
        #expect(try end(.since(.max)).unread == numbers.count - 1)
        // Damage is found where it is read, and not before it.
        storage.set(JournalFiles.segment(2), Array(storage[JournalFiles.segment(2)].dropLast(10)))
        #expect(try end(.since(firsts[3])).state == whole.state)
        #expect(throws: AuditError.self) { try end(.since(firsts[1] + 1)) }
    }

    @Test(arguments: [false, true])
    func `where what opening left unread is damaged, nothing is appended any more`(isDamaged: Bool) async throws {
        let directory = "/tmp/aegis-unread-\(UInt64.random(in: .min ... .max))"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let written = try Fixture.written(batches: 40, segmentBytes: 8192)
        let files = try PosixStorage(directory: directory, create: true)
        for (name, contents) in written.files { try files.replace(name, with: contents.cached, durably: false) }
        if isDamaged {
            let text = String(decoding: written[Self.segment], as: UTF8.self)
            let changed = Array(text.replacing("\"d-1\"", with: "\"d-9\"").utf8)
            try files.replace(Self.segment, with: changed, durably: false)
        }
        var configuration = Fixture.configuration(segmentBytes: 8192)
        configuration.check = .since(.max)
        let signer = try Fixture.signer()
        let journal = try AuditJournal.open(directory: directory, configuration: configuration, signer: signer)
        #expect(journal.unreadSegments > 3)
        _ = try await journal.append(Fixture.decision(0))
        let faults = try journal.checkUnread(directory: directory, keys: [signer.verifier]).map(\.description)
        if isDamaged {
            let place = "00000001.jsonl:4: record 0 of `gw-1/globex` was changed: it does not match its hash"
            #expect(faults.first?.hasPrefix(place) == true)
            let refusal = await #expect(throws: AuditError.self) { try await journal.append(Fixture.decision(1)) }
            #expect(refusal?.code == .unavailable && refusal?.message == "the audit trail is damaged: \(place)")
            #expect(journal.status.failure == refusal?.message)
        } else {
            #expect(faults == [])
            _ = try await journal.append(Fixture.decision(1))
            // An index that lies is found by verification, and is no reason to deny.
            try AuditSearch(directory: directory).run(AuditQuery()) { _ in true }
            let index = "\(directory)/index/\(SegmentIndex.fileName(1))"
            var lying = try Data(contentsOf: URL(fileURLWithPath: index))
            lying[lying.endIndex - 1] ^= 1
            try lying.write(to: URL(fileURLWithPath: index))
            let keys = [signer.verifier]
            let found = try AuditVerifier.verify(directory: directory, keys: keys).faults.map(\.message)
            #expect(found.count == 1 && found[0].hasPrefix("index/00000001.index says something else"), "\(found)")
            #expect(try journal.checkUnread(directory: directory, keys: keys).isEmpty)
            _ = try await journal.append(Fixture.decision(2))
        }
        journal.close()
    }

    @Test func `another gateway's journal or key is refused`() throws {
        let storage = try Fixture.written(batches: 1)
        let other = try Fixture.signer("gw-2")
        var configuration = AuditJournal.Configuration(gateway: "gw-2")
        configuration.headInterval = .zero
        #expect(throws: AuditError.self) {
            try AuditJournal(storage: storage.copy(), configuration: configuration, signer: other)
        }
        let stranger = try Fixture.signer(seed: 5)
        #expect(throws: AuditError.self) {
            try AuditJournal(storage: storage.copy(), configuration: Fixture.configuration(), signer: stranger)
        }
        configuration.gateway = "gw-1"
        #expect(throws: AuditError.self) {
            try AuditJournal(storage: storage.copy(), configuration: configuration, signer: other)
        }
    }
}

extension ArraySlice<UInt8> {
    var upToLastNewline: [UInt8] { Array(self[..<(lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? startIndex)]) }
}

extension MemoryStorage {
    /// The power goes after the write of a batch and before its sync is done.
    func crashedDuringCommit(_ writer: JournalWriter, using random: inout some RandomNumberGenerator) -> MemoryStorage {
        var after: MemoryStorage?
        var generator = SeededRandom(state: random.next())
        fails = { [unowned self] call, _ in
            if call == "fdatasync", after == nil { after = self.crashed(using: &generator) }
            return after != nil
        }
        _ = try? writer.commit((0..<4).map { try Fixture.record($0) })
        return after ?? crashed(using: &generator)
    }
}

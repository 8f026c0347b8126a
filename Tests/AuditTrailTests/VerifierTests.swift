@testable import AuditTrail
import MerkleLog
import RegoValues
import Testing

/// What an auditor finds with nothing but the files and a public key.
struct VerifierTests {
    static let segment = JournalFiles.segment(1)

    @Test func `an untouched journal is whole`() throws {
        let report = try Fixture.verify(Fixture.written(batches: 40, segmentBytes: 8192))
        #expect(report.faults.isEmpty)
        #expect(report.summary == "whole: 79 records in 2 logs, up to 2026-11-23T04:52:03.000000078Z")
        #expect(report.logs.map(\.name) == ["gw-1/acme", "gw-1/globex"])
        #expect(report.logs.map(\.records) == [40, 39])
        #expect(report.commits == 40)
        #expect(report.segments > 3)
        #expect(try RecordTests.read(Array(report.json.utf8)) { $0.lookup("whole").boolValue } == true)
    }

    @Test func `every changed byte is found`() throws {
        let whole = try Fixture.written(batches: 2)
        let bytes = whole[Self.segment]
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= place.isMultiple(of: 2) ? 0x01 : 0x80
            let storage = whole.copy()
            storage.set(Self.segment, changed)
            #expect(try !Fixture.verify(storage).isWhole, "byte \(place)")
        }
        for (name, contents) in whole.files where JournalFiles.isHead(name) {
            for place in contents.cached.indices {
                let storage = whole.copy()
                var changed = contents.cached
                changed[place] ^= 1
                storage.set(name, changed)
                #expect(try !Fixture.verify(storage).isWhole, "\(name) byte \(place)")
            }
        }
    }

    @Test(arguments: [
        ("\"policy_version\":\"acme/42@", "\"policy_version\":\"acme/43@"),
        ("\"decision\":\"approval_needed\"", "\"decision\":\"allow\""),
        ("\"approval_id\":\"apr_2\"", "\"approval_id\":\"apr_3\""),
        ("\"amount\":\"2\"", "\"amount\":\"3\""),
        ("\"agent_id\":\"finance-agent\"", "\"agent_id\":\"other-agent\""),
        ("\"rule\":\"large\"}", "\"rule\":\"small\"}"),
        ("\"kind\":\"decision\"", "\"kind\":\"heartbeat\""),
        ("\"time\":\"2026", "\"time\":\"2025"),
        ("\"tenant\":\"acme\"", "\"tenant\":\"acne\""),
        (",\"tool_name\":\"payments.transfer\"", ""),
    ])
    func `a rewritten field breaks its record`(field: String, forged: String) throws {
        let storage = try Fixture.written(batches: 4)
        var lines = String(decoding: storage[Self.segment], as: UTF8.self).split(separator: "\n").map(String.init)
        let target = try #require(lines.firstIndex { $0.contains("\"d-2\"") })
        try #require(lines[target].contains(field))
        lines[target] = lines[target].replacing(field, with: forged)
        storage.set(Self.segment, Array((lines.joined(separator: "\n") + "\n").utf8))
        let fault = try #require(Fixture.verify(storage).faults.first)
        #expect(fault.place == AuditPlace(file: Self.segment, line: target + 1))
        #expect(fault.message == "record 1 of `gw-1/acme` was changed: it does not match its hash")
    }

    @Test func `a forger with every hash right still lacks the signature`() throws {
        let storage = try Fixture.written(batches: 3)
        // The whole journal made anew by somebody with another key of the same name.
        let forger = try Fixture.signer(seed: 77)
        let forged = MemoryStorage()
        let keys = JournalKeyring([forger.verifier])
        var recovery = JournalRecovery(storage: forged, gateway: Fixture.gateway, keys: keys)
        let writer = try JournalWriter(
            storage: forged, signer: forger, keys: keys, segmentBytes: 1 << 13, end: recovery.run(.everything))
        _ = try writer.commit([Fixture.record(0)])
        writer.close()
        #expect(
            try Fixture.verify(MemoryStorage([Self.segment: forged[Self.segment]])).faults.map(\.message)
                == ["the segment header is not signed by a known key"])
        // The true header, and the forger's records behind it.
        let header = storage[Self.segment].prefix { $0 != UInt8(ascii: "\n") }
        let rest = forged[Self.segment].drop { $0 != UInt8(ascii: "\n") }
        #expect(
            try Fixture.verify(MemoryStorage([Self.segment: Array(header) + rest])).faults.map(\.message)
                == ["the checkpoint of `gw-1/acme`: no signature by a known key"])
    }

    @Test func `lines that are dropped, doubled or swapped are found`() throws {
        let storage = try Fixture.written(batches: 4)
        let lines = String(decoding: storage[Self.segment], as: UTF8.self).split(separator: "\n").map(String.init)
        func faults(_ lines: [String]) throws -> [AuditError] {
            let changed = storage.copy()
            changed.set(Self.segment, Array((lines.joined(separator: "\n") + "\n").utf8))
            return try Fixture.verify(changed).faults
        }
        for place in lines.indices.dropLast() {
            var dropped = lines
            dropped.remove(at: place)
            #expect(try !faults(dropped).isEmpty)
            var swapped = lines
            swapped.swapAt(place, place + 1)
            #expect(try !faults(swapped).isEmpty)
            var doubled = lines
            doubled.insert(lines[place], at: place)
            #expect(try !faults(doubled).isEmpty)
        }
    }

    @Test func `a journal cut at any batch is found by its head or by a checkpoint kept elsewhere`() throws {
        let storage = try Fixture.written(batches: 6)
        let bytes = storage[Self.segment]
        let kept = AuditVerifier.KnownCheckpoint(note: storage["head-acme.note"], source: "monday.note")
        let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.dropLast()
        for end in ends {
            let cut = storage.copy()
            cut.set(Self.segment, Array(bytes[...end]))
            #expect(try !Fixture.verify(cut).isWhole)
            let headless = MemoryStorage([Self.segment: Array(bytes[...end])])
            let found = try Fixture.verify(headless, checkpoints: [kept]).faults.map(\.message)
            let remaining = Fixture.lines(headless).filter { $0.contains("\"log\":\"gw-1/acme\"") }.count
            if remaining < 6 {
                #expect(found == ["`gw-1/acme` was cut: it once had 6 records, and now has \(remaining)"])
            }
        }
    }

    @Test func `segments that are missing, swapped or from another time are found`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let names = storage.files.keys.filter { JournalFiles.segmentNumber($0) != nil }.sorted()
        try #require(names.count >= 4)
        for name in names {
            let missing = storage.copy()
            missing.files[name] = nil
            let report = try Fixture.verify(missing)
            #expect(!report.isWhole, "\(name)")
        }
        let first = storage.copy()
        first.files[names[0]] = nil
        #expect(
            try Fixture.verify(first).faults.map(\.description) == [
                "\(names[1]):1: missing: \(names[0]) [audit_damaged]"
            ])
        let swapped = storage.copy()
        swapped.set(names[1], storage[names[2]])
        swapped.set(names[2], storage[names[1]])
        #expect(
            try Fixture.verify(swapped).faults.first?.description
                == "\(names[1]):1: the segment does not continue the one before it [audit_damaged]")
    }

    @Test func `chained records without a checkpoint are reported as such`() throws {
        let storage = try Fixture.written(batches: 3)
        let bytes = storage[Self.segment].dropLast()
        let lastCommit = try #require(bytes.lastIndex(of: UInt8(ascii: "\n")))
        let open = MemoryStorage([Self.segment: Array(bytes[...lastCommit])])
        let report = try Fixture.verify(open)
        #expect(report.isWhole)
        #expect(report.uncovered == 3)
        #expect(
            report.summary == "whole: 6 records in 2 logs, up to 2026-11-23T04:52:03.000000002Z, "
                + "the last 3 of them not yet under a checkpoint")
        open.set(Self.segment, Array(bytes[...lastCommit]) + Array("{\"acting".utf8) + [0, 0, 0])
        #expect(try Fixture.verify(open).unfinishedBytes == 8)
    }

    @Test func `a journal that is being written verifies`() throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage)
        _ = try writer.commit([Fixture.record(0)])
        #expect(storage[Self.segment].count == 1 << 13)
        #expect(try Fixture.verify(storage).summary == "whole: 1 record in 1 log, up to 2026-11-23T04:52:03.000000000Z")
        writer.close()
        #expect(storage[Self.segment].last == UInt8(ascii: "\n"))
    }

    @Test func `a journal whose first line was never finished holds nothing, and says so`() throws {
        let bytes = try Fixture.written(batches: 1)[Self.segment]
        let report = try Fixture.verify(MemoryStorage([Self.segment: Array(bytes.prefix(9)) + [0, 0]]))
        #expect(report.summary == "whole: 0 records in 0 logs, and 9 bytes of an unfinished batch")
    }

    @Test func `where there is no journal, it says so`() {
        #expect(throws: AuditError.self) { try Fixture.verify(MemoryStorage()) }
    }

    @Test func `the receipts' leaf hashes are the leaves of the signed trees`() throws {
        let storage = MemoryStorage()
        let writer = try Fixture.writer(storage)
        var tree = MerkleTree()
        for batch in 0..<5 {
            for receipt in try writer.commit([Fixture.record(2 * batch), Fixture.record(2 * batch)]) {
                #expect(receipt.index == tree.size)
                tree.append(receipt.leafHash)
            }
        }
        writer.close()
        let head = try SignedNote(parsing: storage["head-acme.note"])
        let key = try Fixture.signer().verifier.named("gw-1/acme")
        let checkpoint = try Checkpoint(verifying: head, with: [key])
        #expect(checkpoint.size == 10)
        #expect(try checkpoint.root == tree.root(size: 10))
        for (index, line) in Fixture.lines(storage).enumerated() {
            #expect(tree.leaves[index] == MerkleHash.leaf(Array(line.utf8)))
        }
    }
}

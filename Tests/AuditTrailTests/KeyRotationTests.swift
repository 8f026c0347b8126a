@testable import AuditTrail
import Foundation
import MerkleLog
import Testing

/// A new key is believed because the old one named it.
struct KeyRotationTests {
    private func withJournal(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aegis-rotation-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await write(folder, 0..<3)
        try await body(folder)
    }

    private func write(_ folder: String, _ numbers: Range<Int>) async throws {
        let keys = try AuditKeys.loadOrCreate(directory: folder, gateway: "gw-1")
        let journal = try AuditJournal.open(
            directory: folder, configuration: .init(gateway: "gw-1"), signer: keys.signer, trusted: keys.trusted)
        for number in numbers {
            _ = try await journal.append(Fixture.decision(number, tenant: number.isMultiple(of: 2) ? "acme" : "globex"))
        }
        journal.close()
    }

    @Test func `who has the old key follows the trail to the new one`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.publicKeys(directory: folder)
            let secret = try String(contentsOfFile: folder + "/log.key", encoding: .utf8)
            let new = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_523_000_000_000)
            try await write(folder, 3..<6)
            let again = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_524_000_000_000)
            try await write(folder, 6..<9)
            #expect(try AuditKeys.publicKeys(directory: folder).map(\.text) == [old[0].text, new.text, again.text])
            let report = try AuditVerifier.verify(directory: folder, keys: old)
            #expect(report.isWhole, "\(report.faults)")
            #expect(try AuditVerifier.verify(directory: folder, keys: AuditKeys.publicKeys(directory: folder)).isWhole)
            let stranger = try Fixture.signer(seed: 9).verifier
            #expect(try !AuditVerifier.verify(directory: folder, keys: [stranger]).isWhole)
            // The newest alone does not vouch for what came before it.
            #expect(try !AuditVerifier.verify(directory: folder, keys: [again]).isWhole)
            #expect(try String(contentsOfFile: folder + "/log.key", encoding: .utf8) != secret)
            #expect(!FileManager.default.fileExists(atPath: folder + "/log.key.next"))
            var events: [String] = []
            try AuditSearch(directory: folder).run(
                {
                    var query = AuditQuery(); query.kind = "key"; return query
                }()
            ) { record in
                events.append("\(record["tenant"] ?? "") \(record["detail", "event"] ?? "")")
                return true
            }
            let once = ["acme rotated", "globex rotated", "acme active", "globex active"]
            #expect(events == once + once)
        }
    }

    @Test func `a rotation that was interrupted is finished with the key that it had made`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.publicKeys(directory: folder)
            let made = try AuditKeys.prepareNext(directory: folder, gateway: "gw-1")
            try await write(folder, 3..<5)
            let new = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_523_000_000_000)
            #expect(new.text == made.verifier.text)
            #expect(try AuditVerifier.verify(directory: folder, keys: old).isWhole)
        }
    }

    @Test func `a rotation under another gateway's name changes nothing, nor does what one has left`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.publicKeys(directory: folder)
            let secret = try String(contentsOfFile: folder + "/log.key", encoding: .utf8)
            do throws(AuditError) {
                _ = try await KeyRotation.run(directory: folder, gateway: "gw-2", now: 1_795_409_523_000_000_000)
                Issue.record("the key got another name")
            } catch {
                #expect(
                    error.description == """
                        the key is named `gw-1`, the gateway `gw-2` [audit_key]
                        fix: nothing was changed; give the name that the gateway was started with
                        """)
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/log.key.next"))
            #expect(try String(contentsOfFile: folder + "/log.key", encoding: .utf8) == secret)
            _ = try AuditKeys.prepareNext(directory: folder, gateway: "gw-2")
            let new = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_524_000_000_000)
            #expect(new.name == "gw-1")
            try await write(folder, 3..<5)
            #expect(try AuditVerifier.verify(directory: folder, keys: old).isWhole)
        }
    }

    @Test func `a rotation that ended before the new key said so ends the old key all the same`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.loadOrCreate(directory: folder, gateway: "gw-1")
            let secret = try String(contentsOfFile: folder + "/log.key", encoding: .utf8)
            let new = try AuditKeys.prepareNext(directory: folder, gateway: "gw-1")
            let journal = try AuditJournal.open(
                directory: folder, configuration: .init(gateway: "gw-1"), signer: old.signer, trusted: old.trusted)
            for tenant in ["acme", "globex"] {
                var draft = AuditRecordDraft(kind: .key, tenant: tenant, time: 1_795_409_523_000_000_000)
                draft.detail = CanonicalJSON(texts: [
                    "event": "rotated", "from": old.signer.verifier.text, "vkey": new.verifier.text,
                ])
                _ = try await journal.append(draft)
            }
            journal.close()
            try AuditKeys.activateNext(directory: folder, new: new, trusted: old.trusted)
            try await write(folder, 3..<6)
            #expect(try AuditVerifier.verify(directory: folder, keys: old.trusted).isWhole)
            let (file, line) = try forge(folder, with: secret, beginsSegment: false)
            let fault = try #require(try AuditVerifier.verify(directory: folder, keys: old.trusted).faults.first)
            #expect(fault.place == AuditPlace(file: file, line: line))
            #expect(fault.message == "the checkpoint of `gw-1/acme`: no signature by a known key")
        }
    }

    @Test func `the names of logs are known without the newest key`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.publicKeys(directory: folder)
            _ = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_523_000_000_000)
            for _ in 0..<2 {
                let keys = try AuditKeys.loadOrCreate(directory: folder, gateway: "gw-1")
                var configuration = AuditJournal.Configuration(gateway: "gw-1")
                configuration.beginsSegment = true
                try AuditJournal.open(
                    directory: folder, configuration: configuration, signer: keys.signer, trusted: keys.trusted
                ).close()
            }
            #expect(try AuditProver(directory: folder, keys: old).logs() == ["gw-1/acme", "gw-1/globex"])
        }
    }

    @Test func `a key that is named but not under a checkpoint of the old one is not believed`() async throws {
        try await withJournal { folder in
            let old = try AuditKeys.publicKeys(directory: folder)
            // The forger has the files but not the key: it writes the naming, and goes on with its own key.
            let forger = try NoteSigner(name: "gw-1")
            let segment = folder + "/00000001.jsonl"
            var state = JournalState(gateway: "gw-1")
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: segment)))
            try bytes.withUnsafeBufferPointer { buffer in
                let reader = SegmentReader(file: "1", bytes: buffer, isLast: true)
                let (header, end) = try reader.header(keys: old)
                state = header.state
                _ = try reader.read(after: end, into: &state)
            }
            var draft = AuditRecordDraft(kind: .key, tenant: "acme", time: 1_795_409_523_000_000_000)
            draft.detail = CanonicalJSON(texts: ["event": "rotated", "vkey": forger.verifier.text])
            var signers = LogSigners(forger)
            var added: [UInt8] = []
            _ = try state.write([RecordFormatter.format(draft, log: "gw-1/acme")], signers: &signers, to: &added)
            try Data(bytes + added).write(to: URL(fileURLWithPath: segment))
            let report = try AuditVerifier.verify(directory: folder, keys: old)
            #expect(report.faults.first?.message == "the checkpoint of `gw-1/acme`: no signature by a known key")
        }
    }

    /// What somebody writes who has the files, and the private key that was retired.
    private func forge(_ folder: String, with secret: String, beginsSegment: Bool) throws -> (file: String, line: Int) {
        let signer = try NoteSigner(text: secret.trimmingCharacters(in: .newlines))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jsonl") }
            .sorted()
        let last = try #require(names.last)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + last)))
        var state = JournalState(gateway: "gw-1")
        var lines = 0
        try bytes.withUnsafeBufferPointer { buffer in
            let reader = SegmentReader(file: last, bytes: buffer, isLast: true)
            let (header, end) = try reader.header(keys: AuditKeys.publicKeys(directory: folder))
            state = header.state
            lines = try reader.read(after: end, into: &state).lines
        }
        var added: [UInt8] = []
        var file = last
        if beginsSegment {
            let number = try #require(JournalFiles.segmentNumber(last)) + 1
            added = try SegmentHeader(segment: number, state: state).encoded(signer: signer)
            file = JournalFiles.segment(number)
            lines = -1
        }
        var signers = LogSigners(signer)
        _ = try state.write(
            [RecordFormatter.format(Fixture.decision(77), log: "gw-1/acme")], signers: &signers, to: &added)
        let known = beginsSegment ? [] : bytes
        try Data(known + added).write(to: URL(fileURLWithPath: folder + "/" + file))
        return (file, lines + 2)
    }

    @Test(arguments: [false, true]) func `what a retired key signs after its end does not count`(
        beginsSegment: Bool
    ) async throws {
        try await withJournal { folder in
            let secret = try String(contentsOfFile: folder + "/log.key", encoding: .utf8)
            let old = try AuditKeys.publicKeys(directory: folder)
            let note = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/head-acme.note")))
            _ = try await KeyRotation.run(directory: folder, gateway: "gw-1", now: 1_795_409_523_000_000_000)
            try await write(folder, 3..<6)
            let known = AuditVerifier.KnownCheckpoint(note: note, source: "kept")
            #expect(try AuditVerifier.verify(directory: folder, keys: old, checkpoints: [known]).isWhole)
            let (file, line) = try forge(folder, with: secret, beginsSegment: beginsSegment)
            for keys in [old, try AuditKeys.publicKeys(directory: folder)] {
                let report = try AuditVerifier.verify(directory: folder, keys: keys, checkpoints: [known])
                let fault = try #require(report.faults.first)
                #expect(fault.place == AuditPlace(file: file, line: line))
                #expect(fault.message.contains("known key"), "\(fault.message)")
            }
            guard beginsSegment else { return }
            let walk = try LogWalk(
                directory: folder, log: "gw-1/acme", keys: try AuditKeys.publicKeys(directory: folder))
            #expect(throws: AuditError.self) { try walk.run { _ in true } }
        }
    }
}

@testable import AuditTrail
import MerkleLog
import Testing

/// The signed header of a segment is over every signature before it, so those need not be checked one by one, and nothing is overlooked for that.
struct VouchedSegmentTests {
    private static let first = JournalFiles.segment(1)
    private static let second = JournalFiles.segment(2)

    private static func verify(_ storage: MemoryStorage, everySignature: Bool = false) throws -> AuditReport {
        var verifier = AuditVerifier(
            storage: storage, keys: [try Fixture.signer().verifier], everySignature: everySignature)
        return try verifier.run()
    }

    // Another signature in the first checkpoint of a segment, and every commit of it chained anew.
    private static func resigned(_ bytes: [UInt8]) throws -> (bytes: [UInt8], line: Int, state: JournalState) {
        let lines = bytes.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n")).map(Array.init)
        let keys = [try Fixture.signer().verifier]
        var state = try lines[0].withUnsafeBufferPointer { try SegmentHeader.read($0, keys: keys).state }
        var (made, changed): ([UInt8], Int?) = (lines[0] + [UInt8(ascii: "\n")], nil)
        for (place, line) in lines.enumerated().dropFirst() {
            try line.withUnsafeBufferPointer { line in
                guard case .commit(let reading) = LineReading(line) else {
                    _ = try state.accept(line, LineReading(line))
                    made += Array(line) + [UInt8(ascii: "\n")]
                    return
                }
                var commit = reading.commit
                if changed == nil {
                    changed = place + 1
                    let stranger = try Fixture.signer(seed: 9)
                    let checkpoint = try Checkpoint(text: SignedNote(parsing: commit.notes[0].utf8).text)
                    var note = try SignedNote(text: checkpoint.text, signers: [])
                    let right = try Fixture.signer().named(checkpoint.origin).verifier
                    note.add(
                        NoteSignature(
                            name: right.name, identifier: right.identifier,
                            bytes: try stranger.signature(over: Array(checkpoint.text.utf8))))
                    commit.notes[0] = note.encoded
                }
                let start = made.count
                _ = commit.write(after: state.commitHash, leaves: state.uncoveredLeaves, to: &made)
                try made[start...].dropLast().withUnsafeBufferPointer { line in
                    _ = try state.accept(line, LineReading(line))
                }
            }
        }
        return (made, try #require(changed), state)
    }

    @Test func `checkpoints before a signed header are not checked one by one unless that is asked for`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let (quick, slow) = (try Self.verify(storage), try Self.verify(storage, everySignature: true))
        #expect(quick.isWhole && slow.isWhole)
        #expect(slow.vouched == 0 && quick.vouched > 40)
        #expect(quick.signatures + quick.vouched == slow.signatures)
        #expect(quick.logs == slow.logs && quick.commits == slow.commits && quick.summary == slow.summary)
    }

    @Test func `a signature that was changed is found at its place, though every hash was made anew`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let (bytes, line, _) = try Self.resigned(storage[Self.first])
        storage.set(Self.first, bytes)
        let faults = try Self.verify(storage).faults.map(\.description)
        #expect(
            faults == [
                "\(Self.first):\(line): the checkpoint of `gw-1/acme`: the signature by `gw-1/acme` is wrong [audit_damaged]",
                "\(Self.second):1: the segment does not continue the one before it [audit_damaged]",
            ])
        #expect(try Self.verify(storage, everySignature: true).faults.map(\.description) == faults)
    }

    @Test func `without the segment after it, every signature of a segment is checked`() throws {
        let storage = try Fixture.written(batches: 40, segmentBytes: 8192)
        let (bytes, line, _) = try Self.resigned(storage[Self.first])
        storage.set(Self.first, bytes)
        for name in storage.files.keys where name != Self.first && JournalFiles.segmentNumber(name) != nil {
            storage.set(name, [])
        }
        #expect(try Self.verify(storage).faults.first?.place == AuditPlace(file: Self.first, line: line))
    }

    @Test func `a bad signature that the key's holder has vouched for is found where each is asked for`() throws {
        let whole = try Fixture.written(batches: 40, segmentBytes: 8192)
        let (bytes, line, state) = try Self.resigned(whole[Self.first])
        let header = try SegmentHeader(segment: 2, state: state).encoded(signer: Fixture.signer())
        let storage = MemoryStorage([Self.first: bytes, Self.second: header])
        #expect(try Self.verify(storage).isWhole)
        #expect(
            try Self.verify(storage, everySignature: true).faults.map(\.place) == [
                AuditPlace(file: Self.first, line: line)
            ])
    }

    @Test func `a gateway vouches for no signature that it has not checked`() throws {
        let storage = try Fixture.written(batches: 5, segmentBytes: 1 << 20)
        let (bytes, line, _) = try Self.resigned(storage[Self.first])
        storage.set(Self.first, bytes)
        do {
            _ = try Fixture.writer(storage)
            Issue.record("the journal was opened")
        } catch let error as AuditError {
            #expect(
                error.description
                    == "\(Self.first):\(line): the checkpoint of `gw-1/acme`: the signature by `gw-1/acme` is wrong [audit_damaged]"
            )
        }
    }
}

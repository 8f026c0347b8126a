@testable import AuditTrail
import Foundation
import Testing

/// What a reader sees at a glance to be missing from a trail.
struct MissingSegmentTests {
    @Test func `a whole trail has no gap, nor has one without segments`() throws {
        let storage = try Fixture.written(batches: 40)
        #expect(storage.files.keys.filter { JournalFiles.segmentNumber($0) != nil }.count > 4)
        #expect(try MissingSegments.found(storage) == [])
        #expect(try MissingSegments.found(MemoryStorage()) == [])
    }

    @Test func `segments that are gone are named, from the first on`() throws {
        let storage = try Fixture.written(batches: 40)
        storage.files[JournalFiles.segment(1)] = nil
        #expect(try MissingSegments.found(storage) == ["00000001.jsonl is missing"])
        for number in [UInt64(2), 4] { storage.files[JournalFiles.segment(number)] = nil }
        #expect(
            try MissingSegments.found(storage) == [
                "00000001.jsonl to 00000002.jsonl are missing", "00000004.jsonl is missing",
            ])
    }

    @Test(arguments: [0, 1, 100]) func `a closed segment without its header is named`(kept: Int) throws {
        let storage = try Fixture.written(batches: 40)
        let name = JournalFiles.segment(2)
        storage.set(name, Array(storage[name].prefix(kept)))
        #expect(
            try MissingSegments.found(storage) == [
                "00000002.jsonl is damaged: it does not begin with the header of a segment"
            ])
    }

    @Test func `the last segment may be about to be begun`() throws {
        let storage = try Fixture.written(batches: 40)
        let numbers = storage.files.keys.compactMap(JournalFiles.segmentNumber)
        storage.set(JournalFiles.segment((numbers.max() ?? 0) + 1), [])
        #expect(try MissingSegments.found(storage) == [])
    }

    @Test func `where no journal was ever opened, that is said, whether the directory is there or not`() throws {
        let directory = NSTemporaryDirectory() + "aegis-none-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for isMade in [false, true] {
            if isMade { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
            let error = #expect(throws: AuditError.self) { try AuditReader.requireTrail(directory) }
            #expect(error?.code == .notFound)
            #expect(error?.message == "there is no audit trail in \(directory)")
            let noKeys = #expect(throws: AuditError.self) { try AuditKeys.publicKeys(directory: directory) }
            #expect(noKeys?.code == .notFound)
        }
        _ = try AuditKeys.loadOrCreate(directory: directory, gateway: "gw-1")
        try AuditReader.requireTrail(directory)
    }
}

import AuditTrail
import Foundation
@testable import SIEMExport
import Testing

struct EventReaderTests {
    private static let few = BatchLimits(events: 3, bytes: 1 << 20)

    @Test func `records come in order, so many at a time, and each place leads back to the next one`() async throws {
        let trail = try Trail(segmentBytes: 8 << 10)
        try await trail.append(40)
        let hashes = try trail.hashes()
        var seen: [String] = []
        var place = ExportPlace.beginning
        // A new reader each time: as if the process had been killed after every batch.
        while true {
            var reader = try EventReader(directory: trail.audit, from: place) { _ in true }
            let batch = try reader.next(atMost: Self.few)
            guard let end = batch.end else { break }
            #expect(batch.events.count <= 3)
            seen += batch.events.map(\.id)
            place = try #require(ExportPlace(json: end.json))
        }
        #expect(seen == hashes)
    }

    @Test func `what is appended meanwhile follows`() async throws {
        let trail = try Trail()
        try await trail.append(2)
        var reader = try EventReader(directory: trail.audit, from: .beginning) { _ in true }
        let first = try reader.next(atMost: Self.few)
        let none = try reader.next(atMost: Self.few)
        #expect(first.events.count == 2)
        #expect(none.end == nil)
        try await trail.append(1)
        let last = try reader.next(atMost: Self.few)
        let hashes = try trail.hashes()
        #expect(last.events.map(\.id) == [hashes[2]])
    }

    @Test func `what a sink does not want is passed over`() async throws {
        let trail = try Trail()
        try await trail.append(3, tenant: "acme")
        try await trail.append(2, tenant: "globex")
        var reader = try EventReader(directory: trail.audit, from: .beginning) { $0.tenant == "globex" }
        let batch = try reader.next(atMost: BatchLimits(events: 10, bytes: 1 << 20))
        #expect(batch.events.map(\.tenant) == ["globex", "globex"])
        let hashes = try trail.hashes()
        #expect(batch.end?.hash == hashes.last)
    }

    @Test func `a record that was changed is told, and sent all the same`() async throws {
        let trail = try Trail()
        try await trail.append(3)
        try trail.replace("payments.transfer", with: "payments.transfex", inLineWithIndex: 1)
        var reader = try EventReader(directory: trail.audit, from: .beginning) { _ in true }
        let batch = try reader.next(atMost: Self.few)
        #expect(
            batch.events.map { $0.text("tool_name") } == [
                "payments.transfer", "payments.transfex", "payments.transfer",
            ])
        #expect(batch.changed == [batch.events[1].record.place])
        #expect(batch.unreadable.isEmpty)
    }

    // The second is damaged within a value, where a receiver would take it for the end of all that is sent with it.
    @Test(arguments: [
        ("\"index\":1,", "\"index\";1,"), ("\"code\":", "\"code\";"), ("\"message\":\"say", "\"message\":\"\\ay"),
    ])
    func `a line that is no record is told and left out`(old: String, new: String) async throws {
        let trail = try Trail()
        try await trail.append(3)
        try trail.replace(old, with: new, inLineWithIndex: 1)
        var reader = try EventReader(directory: trail.audit, from: .beginning) { _ in true }
        let batch = try reader.next(atMost: Self.few)
        #expect(batch.events.map(\.index) == [0, 2])
        #expect(batch.unreadable.count == 1 && batch.changed.isEmpty)
    }

    // A key that stands before the hash, one behind it, and the hash itself.
    @Test(arguments: [
        ("\"decision\"", "\"decision;"), ("\"index\":2,", "\"index\";2,"), ("\"hash\":\"", "\"hush\":\""),
    ])
    func `a reader goes on behind what it could not read`(old: String, new: String) async throws {
        let trail = try Trail()
        try await trail.append(3)
        // The last: a reader that has seen it stands on it.
        try trail.replace(old, with: new, inLineWithIndex: 2)
        var place = ExportPlace.beginning
        var seen: [Int64] = []
        // A new reader for each record: as if the process had been killed behind it.
        while true {
            var reader = try EventReader(directory: trail.audit, from: place) { _ in true }
            let batch = try reader.next(atMost: BatchLimits(events: 1, bytes: 1))
            guard let end = batch.end else { break }
            seen += batch.events.map(\.index)
            place = try #require(ExportPlace(json: end.json))
        }
        #expect(seen.filter { $0 != 2 } == [0, 1])
    }

    @Test func `a trail that is not the one of the place is refused`() async throws {
        let trail = try Trail()
        try await trail.append(3)
        var reader = try EventReader(directory: trail.audit, from: .beginning) { _ in true }
        var place = try #require(try reader.next(atMost: Self.few).end)
        place.hash = String(repeating: "0", count: 64)
        #expect {
            _ = try EventReader(directory: trail.audit, from: place) { _ in true }
        } throws: { error in
            "\(error)".hasPrefix("the trail is not the one of which records were sent: segment 1 does not hold")
        }
        var beyond = place
        beyond.batch.offset += 1 << 20
        #expect(throws: SIEMError.self) { _ = try EventReader(directory: trail.audit, from: beyond) { _ in true } }
    }

    @Test(arguments: [
        "", "{}", #"{"schema":2,"segment":1,"offset":0,"lines":0,"taken":0,"hash":""}"#,
        #"{"schema":1,"segment":-1,"offset":0,"lines":0,"taken":0,"hash":""}"#,
        #"{"schema":1,"segment":1,"offset":0,"lines":0,"taken":0}"#,
    ])
    func `a damaged cursor is not guessed at`(text: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).cursor").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect {
            try CursorFile(path: path).read()
        } throws: { error in
            "\(error)" == "`\(path)` does not say how far the sink has come [export_cursor]\n"
                + "fix: restore it from a copy; without it all records are sent again, each under its old id"
        }
    }
}

import AuditTrail
import Approvals
import RegoValues

/// How far a sink has come: a batch of the journal, and how many of its records are done.
struct ExportPlace: Sendable, Hashable {
    /// Where the batch begins.
    var batch: AuditPosition
    var taken: Int
    /// The hash of the last one, by which a trail that was exchanged is noticed.
    var hash: String

    /// Before everything.
    static let beginning = ExportPlace(batch: .beginning, taken: 0, hash: "")
}

extension ExportPlace {
    var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("schema", 1)
            json.field("segment", Int64(clamping: batch.segment))
            json.field("offset", Int64(batch.offset))
            json.field("lines", Int64(batch.lines))
            json.field("taken", Int64(taken))
            json.field("hash", hash)
        }
        return json.bytes
    }

    init?(json: [UInt8]) {
        guard let document = try? Document(json: json) else { return nil }
        defer { withExtendedLifetime(document) {} }
        func number(_ name: StaticString) -> Int64? {
            document.root.lookup(name).int64.flatMap { $0 >= 0 ? $0 : nil }
        }
        guard number("schema") == 1, let segment = number("segment"), segment > 0, let offset = number("offset"),
            let lines = number("lines"), let taken = number("taken"), let hash = document.root.lookup("hash").string
        else { return nil }
        batch = AuditPosition(segment: UInt64(segment), offset: Int(offset), lines: Int(lines))
        self.taken = Int(taken)
        self.hash = hash
    }
}

import AuditTrail
import Approvals

/// Records that a receiver will never take, kept beside the cursor with the reason, for a person to look at.
struct DeadLetters: Sendable {
    let path: String

    /// - Throws: ``SIEMError`` `.cursor`; then the record is not given up.
    func keep(_ event: SIEMEvent, reason: String) throws(SIEMError) {
        var json = JSONText()
        json.object { json in
            json.field("reason", reason)
            json.field("place", event.record.place.description)
            json.key("record")
            json.raw(event.record.bytes)
        }
        do throws(FileFailure) {
            let file = try DurableFile(appendingTo: path)
            defer { file.close() }
            if !file.endsALine { try file.write([UInt8(ascii: "\n")]) }
            try file.write(json.bytes + [UInt8(ascii: "\n")])
            try file.sync()
        } catch {
            throw SIEMError(
                .cursor, "`\(path)` cannot be written: \(error.reason)",
                fix: "check the disk and your rights to the folder")
        }
    }
}

import Approvals

/// The body of an upload: the bytes alone, or behind what is said of the object (RFC 2387).
struct GCSUpload {
    let type: String
    let contentType: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        type = "media"
        contentType = "application/octet-stream"
        body = bytes
    }

    init(_ bytes: [UInt8], retention: ObjectRetention, name: String) {
        var json = JSONText()
        json.object { json in
            json.field("name", name)
            json.key("retention")
            json.object { json in
                json.field("mode", retention.mode == .compliance ? "Locked" : "Unlocked")
                json.field("retainUntilTime", StoreTime.extended(retention.until))
            }
            json.key("temporaryHold")
            json.boolean(retention.legalHold)
        }
        // 128 random bits do not occur in what is sent.
        let boundary = "aegis-" + (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 16) }.joined()
        type = "multipart"
        contentType = "multipart/related; boundary=\(boundary)"
        body =
            Array("--\(boundary)\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n".utf8) + json.bytes
            + Array("\r\n--\(boundary)\r\ncontent-type: application/octet-stream\r\n\r\n".utf8) + bytes
            + Array("\r\n--\(boundary)--\r\n".utf8)
    }
}

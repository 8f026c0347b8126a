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
        let json = GCSRetention.json(retention, name: name)
        // 128 random bits do not occur in what is sent.
        let boundary = "aegis-" + (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 16) }.joined()
        type = "multipart"
        contentType = "multipart/related; boundary=\(boundary)"
        body =
            Array("--\(boundary)\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n".utf8) + json
            + Array("\r\n--\(boundary)\r\ncontent-type: application/octet-stream\r\n\r\n".utf8) + bytes
            + Array("\r\n--\(boundary)--\r\n".utf8)
    }
}

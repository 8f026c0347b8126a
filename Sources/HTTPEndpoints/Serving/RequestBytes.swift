import Decisions
public import Hummingbird

extension Request {
    /// The whole body, when it is at most `limit` bytes.
    ///
    /// A longer one is read on for a while and dropped: a client that is still sending would else miss the answer.
    /// - Throws: ``AdmissionError`` with 413.
    public func bytes(limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var count = 0
        for try await part in body {
            count += part.readableBytes
            if count <= limit {
                bytes.append(contentsOf: part.readableBytesView)
            } else if count > limit * 8 {
                break
            }
        }
        guard count <= limit else {
            throw AdmissionError.tooLarge("the body is longer than \(limit) bytes")
        }
        return bytes
    }
}

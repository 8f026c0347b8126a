import NIOCore

/// Puts the one length-prefixed message of a unary call together from DATA frames, wherever they are cut.
///
/// Shape: one byte of flags (1 means compressed), four bytes of length, big-endian, then the message.
/// A message that arrives in one frame is a slice of it; nothing is copied.
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
struct MessageReader {
    static let prefixLength = 5

    private let limit: Int
    private let encoding: String?
    private var buffer: ByteBuffer?
    /// The length that the prefix announced, once it is here.
    private var announced: Int?

    /// - Parameters:
    ///   - limit: the longest message to accept, in bytes.
    ///   - encoding: the request's `grpc-encoding`, for the error that a compressed message gets.
    init(limit: Int, encoding: String?) {
        self.limit = limit
        self.encoding = encoding
    }

    /// Bytes held at the moment.
    var bufferedBytes: Int { buffer?.readableBytes ?? 0 }

    /// Takes the content of one DATA frame.
    /// - Throws: `RESOURCE_EXHAUSTED` as soon as the prefix announces too much, `UNIMPLEMENTED` for a compressed message
    ///   or a second one.
    mutating func append(_ frame: ByteBuffer) throws(RPCStatus) {
        if buffer == nil {
            buffer = frame
        } else {
            var frame = frame
            buffer?.writeBuffer(&frame)
        }
        if announced == nil {
            announced = try readPrefix()
            let missing = (announced ?? 0) - bufferedBytes
            if missing > 0 {
                buffer?.reserveCapacity(minimumWritableBytes: min(missing, 256 << 10))
            }
        }
        if let announced, bufferedBytes > announced {
            throw RPCStatus(.unimplemented, "this method takes one request message, and more follows the first")
        }
    }

    /// The message, when the client has ended its side.
    /// - Throws: `UNIMPLEMENTED` without a message, `INTERNAL` when it is cut short.
    mutating func finish() throws(RPCStatus) -> ByteBuffer {
        guard let announced else {
            guard bufferedBytes == 0 else {
                throw RPCStatus(.internal, "the request ends inside a message prefix")
            }
            throw RPCStatus(.unimplemented, "this method takes one request message, and none came")
        }
        guard bufferedBytes == announced else {
            throw RPCStatus(.internal, "the request ends after \(bufferedBytes) of \(announced) message bytes")
        }
        return buffer.take() ?? ByteBuffer()
    }

    private mutating func readPrefix() throws(RPCStatus) -> Int? {
        guard bufferedBytes >= Self.prefixLength,
            let flags = buffer?.readInteger(as: UInt8.self), let length = buffer?.readInteger(as: UInt32.self)
        else { return nil }
        switch flags {
        case 0:
            break
        case 1:
            guard let encoding, encoding != "identity" else {
                throw RPCStatus(
                    .internal, "the message is marked as compressed, but grpc-encoding names no compression")
            }
            throw RPCStatus(.unimplemented, "grpc-encoding `\(encoding)` is not supported; send messages uncompressed")
        default:
            throw RPCStatus(.internal, "the message prefix has unknown flags: \(flags)")
        }
        guard length <= limit else {
            throw RPCStatus(.resourceExhausted, "the message has \(length) bytes; the limit is \(limit)")
        }
        return Int(length)
    }
}

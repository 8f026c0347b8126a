import NIOCore
import NIOHPACK

@testable import EnvoyAuthorization

/// A method that answers every message with itself, backwards.
func reversing(_ path: String = "/test.Echo/Reverse", limit: Int = 64) -> UnaryMethod {
    UnaryMethod(path: path, maximumMessageBytes: limit) { message in
        ByteBuffer(bytes: message.readableBytesView.reversed())
    }
}

/// A method that answers how many bytes the message has.
func counting(limit: Int) -> UnaryMethod {
    UnaryMethod(path: "/test.Echo/Reverse", maximumMessageBytes: limit) { message in
        ByteBuffer(string: String(message.readableBytes))
    }
}

func table(_ methods: UnaryMethod...) -> [String: UnaryMethod] {
    Dictionary(uniqueKeysWithValues: methods.map { ($0.path, $0) })
}

/// The headers that a gRPC client sends, with `changes` on top; nil removes one.
func requestHeaders(path: String = "/test.Echo/Reverse", _ changes: [String: String?] = [:]) -> HPACKHeaders {
    var fields: [(String, String)] = [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "aegis"),
        ("content-type", "application/grpc"), ("te", "trailers"),
    ]
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
        fields.removeAll { $0.0 == name }
        if let value {
            fields.append((name, value))
        }
    }
    return HPACKHeaders(fields)
}

/// A length-prefixed message.
func framed(_ text: String, flags: UInt8 = 0, length: Int? = nil) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeInteger(flags)
    buffer.writeInteger(UInt32(length ?? text.utf8.count))
    buffer.writeString(text)
    return buffer
}

extension UnaryReply {
    /// `grpc-status`, wherever it stands.
    var grpcStatus: String? { (trailers ?? headers).first(name: "grpc-status") }
    var grpcMessage: String? { (trailers ?? headers).first(name: "grpc-message") }
    var text: String? {
        message.map { String(buffer: $0.getSlice(at: 5, length: $0.readableBytes - 5) ?? ByteBuffer()) }
    }
}

extension UnaryCall.Step {
    var reply: UnaryReply? {
        if case .reply(let reply) = self { reply } else { nil }
    }
    var served: ByteBuffer? {
        if case .serve(_, let message) = self { message } else { nil }
    }
    var waits: Bool {
        if case .wait = self { true } else { false }
    }
}

import NIOCore
import NIOHPACK

/// What to write to end a call: response headers, a message and trailers, or one block of headers that says it all.
struct UnaryReply: Equatable {
    /// Ends the stream itself when there are no `trailers` ("Trailers-Only").
    var headers: HPACKHeaders
    /// With its length prefix.
    var message: ByteBuffer?
    var trailers: HPACKHeaders?
    /// The client has not ended its side: after this reply, ask it to stop sending (RST_STREAM, NO_ERROR).
    /// Source: RFC 9113, section 8.1.
    var stopsRequest: Bool

    /// A message and status OK.
    static func message(_ message: ByteBuffer) -> UnaryReply {
        var framed = ByteBuffer()
        framed.reserveCapacity(MessageReader.prefixLength + message.readableBytes)
        framed.writeInteger(UInt8(0))
        framed.writeInteger(UInt32(message.readableBytes))
        framed.writeImmutableBuffer(message)
        return UnaryReply(headers: successHeaders, message: framed, trailers: successTrailers, stopsRequest: false)
    }

    /// A gRPC status without a message.
    static func status(_ status: RPCStatus, stopsRequest: Bool) -> UnaryReply {
        var headers = successHeaders
        if status.code == .unimplemented {
            headers.add(name: "grpc-accept-encoding", value: "identity")
        }
        status.write(to: &headers)
        return UnaryReply(headers: headers, message: nil, trailers: nil, stopsRequest: stopsRequest)
    }

    /// An HTTP status for a request that is not gRPC.
    static func http(_ status: Int, _ extra: (String, String)? = nil, stopsRequest: Bool) -> UnaryReply {
        var headers: HPACKHeaders = [":status": String(status)]
        if let extra {
            headers.add(name: extra.0, value: extra.1)
        }
        return UnaryReply(headers: headers, message: nil, trailers: nil, stopsRequest: stopsRequest)
    }

    private static let successHeaders: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
    private static let successTrailers: HPACKHeaders = ["grpc-status": "0"]
}

import NIOCore
import NIOHPACK

/// One unary gRPC call as the server sees it, from the first header to the last: it is told what happened on its HTTP/2
/// stream and says what to do. It does no I/O and reads no clock.
///
///     idle ──headers──▶ receiving ──end of request──▶ serving ──answer──▶ ended
///       └───────────────────┴──── refused, expired, cancelled ─────────────▲
///
/// Once ended, it stays ended: whatever comes later has no effect and makes no second reply.
/// Source: gRPC over HTTP/2; RFC 9113.
struct UnaryCall: ~Copyable {
    /// What to do after something arrived.
    enum Step {
        /// Nothing yet.
        case wait
        /// The method is known: start its deadline, if there is one.
        case accept(UnaryMethod, timeout: TimeAmount?)
        /// The request is whole: run the method.
        case serve(UnaryMethod, ByteBuffer)
        /// The call is over: write this.
        case reply(UnaryReply)
    }

    private enum State {
        case idle
        case receiving(UnaryMethod, MessageReader)
        case serving(UnaryMethod)
        case ended
    }

    private var state: State = .idle

    /// Takes the request's headers.
    mutating func receive(
        headers: HPACKHeaders, endStream: Bool, methods: [String: UnaryMethod]
    ) -> Step {
        guard case .idle = state else {
            // A second block of headers is the client's trailers, which carry nothing for us.
            return endStream ? finishRequest() : .wait
        }
        guard headers.first(name: ":method") == "POST" else {
            return end(.http(405, ("allow", "POST"), stopsRequest: !endStream))
        }
        guard Self.isGRPC(contentType: headers.first(name: "content-type")) else {
            return end(.http(415, ("accept", "application/grpc"), stopsRequest: !endStream))
        }
        guard let path = headers.first(name: ":path"), let method = methods[path] else {
            return refuse(RPCStatus(.unimplemented, "no such method"), endStream: endStream)
        }
        var timeout: TimeAmount?
        if let text = headers.first(name: "grpc-timeout") {
            guard let parsed = RPCTimeout.parse(text) else {
                return refuse(RPCStatus(.internal, "grpc-timeout is malformed"), endStream: endStream)
            }
            timeout = parsed
        }
        guard !endStream else {
            return refuse(
                RPCStatus(.unimplemented, "this method takes one request message, and none came"), endStream: true)
        }
        let encoding = headers.first(name: "grpc-encoding")
        state = .receiving(method, MessageReader(limit: method.maximumMessageBytes, encoding: encoding))
        return .accept(method, timeout: timeout)
    }

    /// Takes the content of one DATA frame.
    mutating func receive(data: ByteBuffer, endStream: Bool) -> Step {
        guard case .receiving(let method, var reader) = exchange(.ended) else {
            return .wait
        }
        do throws(RPCStatus) {
            try reader.append(data)
        } catch {
            return refuse(error, endStream: endStream)
        }
        state = .receiving(method, reader)
        return endStream ? finishRequest() : .wait
    }

    /// The method has answered, or failed to.
    mutating func finish(_ answer: Result<ByteBuffer, RPCStatus>) -> UnaryReply? {
        guard case .serving(let method) = exchange(.ended) else { return nil }
        switch answer {
        case .success(let message):
            return .message(message)
        case .failure(let status):
            guard let lastResort = method.lastResort else {
                return .status(status, stopsRequest: false)
            }
            return .message(lastResort(.failed))
        }
    }

    /// The deadline has passed.
    mutating func expire() -> UnaryReply? {
        let status = RPCStatus(.deadlineExceeded, "the deadline passed before the answer was ready")
        switch exchange(.ended) {
        case .serving(let method):
            guard let lastResort = method.lastResort else {
                return .status(status, stopsRequest: false)
            }
            return .message(lastResort(.deadlineExceeded))
        case .receiving:
            return .status(status, stopsRequest: true)
        case .idle, .ended:
            return nil
        }
    }

    /// The server has no room for more of this request.
    mutating func shed(endStream: Bool) -> UnaryReply? {
        guard case .receiving = exchange(.ended) else { return nil }
        let status = RPCStatus(.resourceExhausted, "too many request bytes are waiting on this connection")
        return .status(status, stopsRequest: !endStream)
    }

    /// The client has gone, or reset the stream. There is nobody to reply to.
    mutating func cancel() {
        state = .ended
    }

    private mutating func finishRequest() -> Step {
        guard case .receiving(let method, var reader) = exchange(.ended) else { return .wait }
        do throws(RPCStatus) {
            let message = try reader.finish()
            state = .serving(method)
            return .serve(method, message)
        } catch {
            return refuse(error, endStream: true)
        }
    }

    private mutating func refuse(_ status: RPCStatus, endStream: Bool) -> Step {
        end(.status(status, stopsRequest: !endStream))
    }

    private mutating func end(_ reply: UnaryReply) -> Step {
        state = .ended
        return .reply(reply)
    }

    /// Takes the state out and leaves `next`, so that a request's buffer keeps one owner and grows in place.
    private mutating func exchange(_ next: State) -> State {
        let current = state
        state = next
        return current
    }

    /// `application/grpc`, alone, with `+proto`, or with parameters. Other encodings of messages are not spoken here.
    private static func isGRPC(contentType: String?) -> Bool {
        guard let contentType else { return false }
        let mediaType = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        return mediaType == "application/grpc" || mediaType == "application/grpc+proto"
    }
}

import Logging
import NIOCore
import NIOHPACK
import NIOHTTP2

/// The I/O around the calls of one HTTP/2 connection: frames in, ``UnaryCall`` asked, frames out; deadlines; windows.
///
/// Sits directly behind `NIOHTTP2Handler`, without a channel for each stream: a unary call is three frames each way.
final class UnaryConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// A call and what the event loop holds for it.
    private final class Entry {
        var call = UnaryCall()
        var deadline: Scheduled<Void>?
        var work: Task<Void, Never>?
        /// Request bytes that are here because of this call.
        var heldBytes = 0
    }

    private let methods: [String: UnaryMethod]
    private let limits: ServerLimits
    private let logger: Logger
    private var calls: [HTTP2StreamID: Entry] = [:]
    private var heldBytes = 0
    private var isReading = false
    private var flushIsPending = false
    private var context: ChannelHandlerContext?
    private var executor: EventLoopExecutor?

    init(methods: [String: UnaryMethod], limits: ServerLimits, logger: Logger) {
        self.methods = methods
        self.limits = limits
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.executor = EventLoopExecutor(context.eventLoop)
        if context.channel.isActive {
            growConnectionWindow(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        growConnectionWindow(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        for entry in calls.values {
            entry.call.cancel()
            release(entry)
        }
        calls.removeAll()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isReading = true
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let headers):
            receive(headers, on: frame.streamID, context)
        case .data(let data):
            receive(data, on: frame.streamID, context)
        default:
            break  // settings, pings, windows, resets and the rest are NIOHTTP2Handler's, which reports them as events
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if flushIsPending {
            flushIsPending = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as StreamClosedEvent:
            if let entry = calls.removeValue(forKey: event.streamID) {
                entry.call.cancel()
                release(entry)
            }
        case let event as NIOHTTP2WindowUpdatedEvent:
            replenish(event, context)
        default:
            break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The HTTP/2 handler has sent its GOAWAY or RST_STREAM. A peer that breaks the protocol gets a new connection.
        logger.debug("closing a connection after a protocol error", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }
}

// MARK: requests

extension UnaryConnectionHandler {
    private func receive(
        _ headers: HTTP2Frame.FramePayload.Headers, on stream: HTTP2StreamID, _ context: ChannelHandlerContext
    ) {
        let entry = calls[stream] ?? Entry()
        calls[stream] = entry
        let step = entry.call.receive(headers: headers.headers, endStream: headers.endStream, methods: methods)
        take(step, for: entry, on: stream, context)
    }

    private func receive(
        _ data: HTTP2Frame.FramePayload.Data, on stream: HTTP2StreamID, _ context: ChannelHandlerContext
    ) {
        guard let entry = calls[stream], case .byteBuffer(let bytes) = data.data else { return }
        entry.heldBytes += bytes.readableBytes
        heldBytes += bytes.readableBytes
        if heldBytes > limits.bufferedBytes, let reply = entry.call.shed(endStream: data.endStream) {
            finish(entry, on: stream, reply, context)
            return
        }
        take(entry.call.receive(data: bytes, endStream: data.endStream), for: entry, on: stream, context)
    }

    private func take(
        _ step: UnaryCall.Step, for entry: Entry, on stream: HTTP2StreamID, _ context: ChannelHandlerContext
    ) {
        switch step {
        case .wait:
            break
        case .accept(let method, let timeout):
            startDeadline(of: method, timeout: timeout, for: entry, on: stream, context)
        case .serve(let method, let message):
            serve(method, message, for: entry, on: stream, context)
        case .reply(let reply):
            finish(entry, on: stream, reply, context)
        }
    }

    private func serve(
        _ method: UnaryMethod, _ message: ByteBuffer, for entry: Entry, on stream: HTTP2StreamID,
        _ context: ChannelHandlerContext
    ) {
        let eventLoop = context.eventLoop
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        let call = NIOLoopBound(entry, eventLoop: eventLoop)
        // Structured parents end with the read that starts them; the entry owns this task, and cancels it with the call.
        entry.work = Task.immediate(executorPreference: executor) {
            let answer: Result<ByteBuffer, RPCStatus>
            do {
                answer = .success(try await method.serve(message))
            } catch let status as RPCStatus {
                answer = .failure(status)
            } catch {
                answer = .failure(RPCStatus(.internal, "the method failed"))
            }
            if eventLoop.inEventLoop {
                connection.value.finish(call.value, on: stream, answer)
            } else {
                eventLoop.execute { connection.value.finish(call.value, on: stream, answer) }
            }
        }
    }

    private func finish(_ entry: Entry, on stream: HTTP2StreamID, _ answer: Result<ByteBuffer, RPCStatus>) {
        guard let context, let reply = entry.call.finish(answer) else { return }
        finish(entry, on: stream, reply, context)
    }
}

// MARK: deadlines

extension UnaryConnectionHandler {
    /// A method with a last resort gives it shortly before its caller stops waiting: a denial that arrives is worth more
    /// than an error that the caller makes up for itself.
    private func startDeadline(
        of method: UnaryMethod, timeout: TimeAmount?, for entry: Entry, on stream: HTTP2StreamID,
        _ context: ChannelHandlerContext
    ) {
        var delay = min(timeout ?? TimeAmount(limits.callTime), TimeAmount(limits.callTime))
        if method.lastResort != nil {
            delay = delay - min(.milliseconds(50), .nanoseconds(delay.nanoseconds / 5))
        }
        entry.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            guard let context = self.context else { return }
            if let reply = entry.call.expire() {
                entry.work?.cancel()
                finish(entry, on: stream, reply, context)
            }
        }
    }
}

// MARK: replies

extension UnaryConnectionHandler {
    private func finish(
        _ entry: Entry, on stream: HTTP2StreamID, _ reply: UnaryReply, _ context: ChannelHandlerContext
    ) {
        calls[stream] = nil
        release(entry, cancellingWork: false)
        write(.headers(.init(headers: reply.headers, endStream: reply.trailers == nil)), on: stream, context)
        if let message = reply.message {
            write(.data(.init(data: .byteBuffer(message))), on: stream, context)
        }
        if let trailers = reply.trailers {
            write(.headers(.init(headers: trailers, endStream: true)), on: stream, context)
        }
        if reply.stopsRequest {
            write(.rstStream(.noError), on: stream, context)
        }
        flush(context)
    }

    private func release(_ entry: Entry, cancellingWork: Bool = true) {
        entry.deadline?.cancel()
        entry.deadline = nil
        if cancellingWork {
            entry.work?.cancel()
        }
        entry.work = nil
        heldBytes -= entry.heldBytes
        entry.heldBytes = 0
    }

    private func write(_ payload: HTTP2Frame.FramePayload, on stream: HTTP2StreamID, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(HTTP2Frame(streamID: stream, payload: payload)), promise: nil)
    }

    /// One write to the socket for all the answers of one read, or of one turn of the event loop.
    private func flush(_ context: ChannelHandlerContext) {
        guard !flushIsPending else { return }
        flushIsPending = true
        guard !isReading else { return }
        context.eventLoop.assumeIsolated().execute { [self] in
            guard flushIsPending, let context = self.context else { return }
            flushIsPending = false
            context.flush()
        }
    }
}

// MARK: flow control

extension UnaryConnectionHandler {
    /// A whole message fits a stream's window; a connection has room for several at once.
    static func streamWindow(_ limits: ServerLimits) -> Int {
        min(max(limits.messageBytes + limits.frameBytes, 65_535), Int(Int32.max))
    }

    private var connectionWindow: Int {
        min(Self.streamWindow(limits) * 8, Int(Int32.max))
    }

    private func growConnectionWindow(_ context: ChannelHandlerContext) {
        write(.windowUpdate(windowSizeIncrement: connectionWindow - 65_535), on: .rootStream, context)
        flush(context)
    }

    /// Opens a window again once half of it is used. What the bytes cost is bounded by `messageBytes` and `bufferedBytes`.
    private func replenish(_ event: NIOHTTP2WindowUpdatedEvent, _ context: ChannelHandlerContext) {
        let full = event.streamID == .rootStream ? connectionWindow : Self.streamWindow(limits)
        guard let size = event.inboundWindowSize, size <= full / 2,
            event.streamID == .rootStream || calls[event.streamID] != nil
        else { return }
        write(.windowUpdate(windowSizeIncrement: full - size), on: event.streamID, context)
        flush(context)
    }
}

/// What one server and one connection may take. The defaults suit Envoy on the same host.
public struct ServerLimits: Sendable {
    /// Open connections; more are closed at once. Envoy opens one for each worker thread.
    public var connections = 256
    /// Calls under way on a connection (SETTINGS_MAX_CONCURRENT_STREAMS).
    public var concurrentCalls = 1024
    /// The longest request message, in bytes: Envoy's `max_request_bytes` and room for the headers.
    public var messageBytes = (1 << 20) + (256 << 10)
    /// The largest frame, in bytes (SETTINGS_MAX_FRAME_SIZE).
    public var frameBytes = 1 << 16
    /// The headers of one call, in bytes (SETTINGS_MAX_HEADER_LIST_SIZE). Envoy's own, not those of the checked request.
    public var headerListBytes = 16 << 10
    /// Request bytes of the calls under way on one connection; the call that exceeds them is refused.
    public var bufferedBytes = 64 << 20
    /// The longest a call may take when its caller sets no deadline, or a later one.
    public var callTime: Duration = .seconds(30)
    /// How long a connection may be without calls before it is closed.
    public var idleTime: Duration = .seconds(3600)
    /// After this much silence the peer is asked for a sign of life.
    public var keepaliveTime: Duration = .seconds(60)
    /// How long to wait for that sign before the connection counts as dead.
    public var keepaliveTimeout: Duration = .seconds(20)
    /// How long calls under way may take to finish once shutdown has begun.
    public var drainTime: Duration = .seconds(10)

    public init() {}
}

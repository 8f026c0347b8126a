import Approvals
public import Logging

#if canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes each line of the log as one JSON object: `time`, `level`, `logger`, `message`, and its fields, among them `trace_id` and
/// `span_id` where it is about a call.
public struct JSONLogHandler: LogHandler {
    public var logLevel: Logger.Level = .info
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String

    public init(label: String) { self.label = label }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let line = LogLine(
            event, label: label, handler: metadata, provider: metadataProvider, at: Wall.nanoseconds)
        let bytes = Self.text(line)
        // One write, so that lines of several threads do not mix. Where stderr takes nothing, nothing can be said.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    static func text(_ line: LogLine) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("time", Timestamp(nanoseconds: line.at).description)
            json.field("level", line.level.rawValue)
            json.field("logger", line.label)
            json.field("message", line.message)
            for field in line.fields where !["time", "level", "logger", "message"].contains(field.name) {
                json.field(field.name, field.value)
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

/// Puts lines of the log where they are exported from.
struct QueueLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    let label: String
    let queue: OTLPQueue

    init(label: String, queue: OTLPQueue) {
        self.label = label
        self.queue = queue
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let line = LogLine(event, label: label, handler: metadata, provider: metadataProvider, at: Wall.nanoseconds)
        queue.offer { LogRecords.write(line, to: &$0) }
    }
}

enum Wall {
    /// The system's clock, since 1970.
    static var nanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

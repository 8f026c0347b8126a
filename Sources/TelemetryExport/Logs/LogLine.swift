import Logging

/// A line of the gateway's own log.
struct LogLine: Sendable {
    /// Nanoseconds since 1970.
    var at: Int64
    var level: Logger.Level
    var label: String
    var message: String
    /// Names with texts, sorted.
    var fields: [(name: String, value: String)]
}

extension LogLine {
    init(_ event: LogEvent, label: String, handler: Logger.Metadata, provider: Logger.MetadataProvider?, at: Int64) {
        var metadata = handler
        if let provided = provider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        if let error = event.error { metadata["error"] = "\(error)" }
        self.init(
            at: at, level: event.level, label: label, message: "\(event.message)",
            fields: metadata.map { (name: $0.key, value: "\($0.value)") }.sorted { $0.name < $1.name })
    }

    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

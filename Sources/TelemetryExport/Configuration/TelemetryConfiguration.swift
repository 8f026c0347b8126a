public import ExportTransport

/// What is exported, and where to, as the standard `OTEL_*` variables say.
///
/// A signal is exported where its exporter is `otlp` or an endpoint is named for it or for all; nothing goes out by itself.
public struct TelemetryConfiguration: Sendable {
    public struct Destination: Sendable {
        public enum Wire: Sendable, Hashable { case http, grpc }

        public var wire: Wire
        /// For HTTP the whole address; for gRPC scheme, host and port.
        public var url: String
        public var headers: [(name: String, value: String)]
        public var timeout: Duration
        public var gzip: Bool
        public var tls: TLSFiles
    }

    /// How much waits, and how long.
    public struct Batching: Sendable, Hashable {
        public var delay: Duration
        public var queued: Int
        public var batch: Int
        /// How long one batch is tried before it is dropped.
        public var patience: Duration
    }

    public var traces: Destination?
    public var metrics: Destination?
    public var logs: Destination?
    public var resource: [(name: String, value: String)]
    public var sampler: Sampler
    public var spans: Batching
    public var records: Batching
    public var metricInterval: Duration

    public var exportsAnything: Bool { traces != nil || metrics != nil || logs != nil }

    /// - Parameters:
    ///   - version: of the program.
    ///   - instance: the gateway's name.
    ///   - host: this machine's name.
    public init(
        environment: [String: String], version: String, instance: String, host: String
    ) throws(TelemetryError) {
        let variables = OTelVariables(environment: environment)
        let isDisabled = try variables.boolean("OTEL_SDK_DISABLED", default: false)
        traces = isDisabled ? nil : try Self.destination("TRACES", "traces", variables)
        metrics = isDisabled ? nil : try Self.destination("METRICS", "metrics", variables)
        logs = isDisabled ? nil : try Self.destination("LOGS", "logs", variables)
        sampler = try Sampler(variables)
        spans = try Self.batching("OTEL_BSP", delay: 5000, variables)
        records = try Self.batching("OTEL_BLRP", delay: 1000, variables)
        metricInterval = try variables.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", default: 60_000)
        resource = [
            ("service.version", version), ("service.instance.id", instance), ("host.name", host),
            ("telemetry.sdk.name", "aegis"), ("telemetry.sdk.language", "swift"), ("telemetry.sdk.version", version),
        ]
        var named = try variables.pairs("OTEL_RESOURCE_ATTRIBUTES")
        if let (_, name) = variables.text("OTEL_SERVICE_NAME") {
            named.removeAll { $0.name == "service.name" }
            named.append(("service.name", name))
        }
        if !named.contains(where: { $0.name == "service.name" }) { named.append(("service.name", "aegis")) }
        resource = resource.filter { own in !named.contains { $0.name == own.name } } + named
    }

    private static func batching(
        _ prefix: String, delay: Int, _ variables: OTelVariables
    ) throws(TelemetryError) -> Batching {
        let queued = try variables.integer(["\(prefix)_MAX_QUEUE_SIZE"], default: 16_384, atLeast: 1)
        let batch = try variables.integer(["\(prefix)_MAX_EXPORT_BATCH_SIZE"], default: 512, atLeast: 1)
        guard batch <= queued else {
            throw variables.wrong(
                "\(prefix)_MAX_EXPORT_BATCH_SIZE", String(batch), "more than the queue of \(queued) holds",
                fix: "lower it, or raise \(prefix)_MAX_QUEUE_SIZE")
        }
        return Batching(
            delay: try variables.milliseconds("\(prefix)_SCHEDULE_DELAY", default: delay), queued: queued, batch: batch,
            patience: try variables.milliseconds("\(prefix)_EXPORT_TIMEOUT", default: 30_000))
    }
}

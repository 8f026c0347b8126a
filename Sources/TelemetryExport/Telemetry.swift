public import Approvals
import Decisions
public import ExportTransport
public import Logging
public import ServiceLifecycle

/// The telemetry of one gateway: who is told of decisions, what is measured, and what sends it away.
public struct Telemetry: Service {
    public let observer: DecisionObserving
    public let registry: MetricsRegistry
    private let jobs: [@Sendable () async -> Void]
    private let transports: [any OTLPTransport]
    private let loop: BackgroundLoop

    /// - Parameter logger: for its own trouble; must not lead back here.
    /// - Throws: ``TransportError`` `.configuration`.
    public init(
        _ configuration: TelemetryConfiguration, version: String, on loop: BackgroundLoop, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) throws(TransportError) {
        let registry = MetricsRegistry()
        let envelope = OTLPEnvelope(resource: configuration.resource, version: version)
        var jobs: [@Sendable () async -> Void] = []
        var transports: [any OTLPTransport] = []
        func exporter(
            _ signal: TelemetrySignal, _ destination: TelemetryConfiguration.Destination, _ patience: Duration,
            dropped: @escaping @Sendable () -> UInt64
        ) throws(TransportError) -> SignalExporter {
            let transport: any OTLPTransport =
                switch destination.wire {
                case .http: try OTLPOverHTTP(destination, on: loop)
                case .grpc: try OTLPOverGRPC(signal, destination, on: loop)
                }
            transports.append(transport)
            let counters = ExportCounters()
            registry.add { Self.families(signal, counters.now, dropped: dropped()) }
            return SignalExporter(
                signal: signal, transport: transport, counters: counters, patience: patience, logger: logger)
        }
        var spans: OTLPQueue?
        if let destination = configuration.traces {
            let queue = OTLPQueue(limit: configuration.spans.queued, batch: configuration.spans.batch)
            let export = BatchExport(
                queue: queue, envelope: envelope,
                exporter: try exporter(.traces, destination, configuration.spans.patience) { queue.dropped },
                batching: configuration.spans)
            jobs.append(export.run)
            spans = queue
        }
        var records: OTLPQueue?
        if let destination = configuration.logs {
            let queue = OTLPQueue(limit: configuration.records.queued, batch: configuration.records.batch)
            let export = BatchExport(
                queue: queue, envelope: envelope,
                exporter: try exporter(.logs, destination, configuration.records.patience) { queue.dropped },
                batching: configuration.records)
            jobs.append(export.run)
            records = queue
        }
        let metrics = DecisionMetrics(now: now)
        registry.add { metrics.families }
        registry.add { ProcessMetrics.families() }
        if let destination = configuration.metrics {
            let export = MetricExport(
                registry: registry, exporter: try exporter(.metrics, destination, .seconds(30)) { 0 },
                interval: configuration.metricInterval, resource: OTLPResource(configuration.resource),
                scope: .aegis(version: version), startedAt: now(), now: now)
            jobs.append(export.run)
        }
        observer = DecisionObserving(
            metrics: metrics, spans: spans, records: records, sampler: configuration.sampler)
        self.registry = registry
        self.jobs = jobs
        self.transports = transports
        self.loop = loop
    }

    /// A handler that exports the log's lines; nil where logs go nowhere.
    public func logHandler(label: String) -> (any LogHandler)? {
        observer.records.map { QueueLogHandler(label: label, queue: $0) }
    }

    /// Runs until graceful shutdown; what waits then is sent, if the collector takes it at once.
    public func run() async throws {
        await withTaskExecutorPreference(loop) {
            await withTaskGroup(of: Void.self) { group in
                for job in jobs { group.addTask(operation: job) }
                await group.waitForAll()
            }
            for transport in transports { await transport.close() }
        }
        // Without anything to export it is still a service, and one that ends ends the others.
        try? await gracefulShutdown()
    }

    private static func families(
        _ signal: TelemetrySignal, _ counts: ExportCounters.Counts, dropped: UInt64
    ) -> [MetricFamily] {
        let label = MetricFamily.Label("signal", signal.rawValue)
        func family(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
            var family = MetricFamily(name, .counter, help)
            family.add(Double(value), label)
            return family
        }
        return [
            family(
                "aegis_telemetry_exported_total", "Spans, records and points that the collector has.", counts.exported),
            family(
                "aegis_telemetry_dropped_total",
                "Those that were dropped: the queue was full, or the collector refused.",
                counts.lost + dropped),
            family(
                "aegis_telemetry_failures_total", "Attempts that the collector did not answer well.", counts.failures),
        ]
    }
}

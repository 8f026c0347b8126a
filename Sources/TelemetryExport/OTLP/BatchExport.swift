import ExportTransport
import ServiceLifecycle

/// Empties a queue in batches: when one is full, and at the latest after the delay.
struct BatchExport: Sendable {
    let queue: OTLPQueue
    let envelope: OTLPEnvelope
    let exporter: SignalExporter
    let batching: TelemetryConfiguration.Batching
    /// How often the queue is looked at; nothing wakes this one, so that a decision has nothing to wake.
    private static let glance: Duration = .milliseconds(100)

    /// Runs until graceful shutdown, then sends what is left.
    func run() async {
        var due = ContinuousClock.now.advanced(by: batching.delay)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            if queue.count >= batching.batch || ContinuousClock.now >= due {
                await send(queue.takeAll())
                due = ContinuousClock.now.advanced(by: batching.delay)
            }
            try? await Task.sleep(for: min(Self.glance, batching.delay))
        }
        await send(queue.takeAll())
    }

    private func send(_ batches: [OTLPQueue.Batch]) async {
        for batch in batches { await exporter.export(envelope.message(batch.items), count: batch.count) }
    }
}

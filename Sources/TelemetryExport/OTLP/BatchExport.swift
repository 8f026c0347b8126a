import ExportTransport
import ServiceLifecycle

/// Empties a queue in batches: when one is full, and at the latest after the delay.
struct BatchExport<Element: Sendable>: Sendable {
    let queue: BoundedQueue<Element>
    let exporter: SignalExporter
    let batching: TelemetryConfiguration.Batching
    let encode: @Sendable (ArraySlice<Element>) -> [UInt8]
    /// How often the queue is looked at; nothing wakes this one, so that a decision has nothing to wake.
    private static var glance: Duration { .milliseconds(100) }

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

    private func send(_ elements: [Element]) async {
        var rest = elements[...]
        while !rest.isEmpty {
            let batch = rest.prefix(batching.batch)
            rest = rest.dropFirst(batch.count)
            await exporter.export(encode(batch), count: batch.count)
        }
    }
}

import ExportTransport
import Logging
import ServiceLifecycle

/// Sends the messages of one signal: again while that makes sense, and not for ever. What is given up is counted.
struct SignalExporter: Sendable {
    let signal: TelemetrySignal
    let transport: any OTLPTransport
    let counters: ExportCounters
    let logger: Logger
    /// How long one message is tried.
    let patience: Duration
    private let backoff = Backoff(first: .milliseconds(500), longest: .seconds(10))

    init(
        signal: TelemetrySignal, transport: any OTLPTransport, counters: ExportCounters, patience: Duration,
        logger: Logger
    ) {
        self.signal = signal
        self.transport = transport
        self.counters = counters
        self.patience = patience
        self.logger = logger
    }

    /// - Parameter count: items in the message.
    func export(_ message: [UInt8], count: Int) async {
        let end = ContinuousClock.now.advanced(by: patience)
        var failures = 0
        while true {
            switch await transport.send(message) {
            case .taken(let rejected, let words):
                let refused = min(Int(clamping: max(rejected, 0)), count)
                counters.add(exported: count - refused, lost: refused)
                if refused > 0 || !words.isEmpty {
                    warn("the collector refused a part", ["items": "\(refused)", "message": "\(words.prefix(200))"])
                }
                return
            case .refused(let why): return giveUp(count, why)
            case .tryAgain(let why, let asked):
                failures += 1
                counters.add(failures: 1)
                let delay = backoff.delay(afterFailures: failures, asked: asked)
                guard ContinuousClock.now.advanced(by: delay) < end, !Task.isShuttingDownGracefully else {
                    return giveUp(count, why)
                }
                do { try await Task.sleep(for: delay) } catch { return giveUp(count, why) }
            }
        }
    }

    private func giveUp(_ count: Int, _ why: String) {
        counters.add(lost: count, failures: 1)
        warn("telemetry is dropped: the collector does not take it", ["items": "\(count)", "error": "\(why)"])
    }

    private func warn(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        logger.warning(message, metadata: metadata.merging(["signal": "\(signal.rawValue)"]) { own, _ in own })
    }
}

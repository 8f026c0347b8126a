import Approvals
import AuditTrail
import Synchronization
import TelemetryExport

/// How far the logs of a gateway are witnessed, for metrics.
final class WitnessProgress: Sendable {
    private struct Log {
        var size: UInt64 = 0
        /// When the witness last had all of the log.
        var time: Timestamp?
        var isUp = true
        var isConflict = false
    }

    private let logs = Mutex<[String: Log]>([:])

    func witnessed(_ log: String, size: UInt64, at time: Timestamp) {
        logs.withLock { $0[log] = Log(size: size, time: time) }
    }

    func failed(_ log: String, isConflict: Bool) {
        logs.withLock { logs in
            logs[log, default: Log()].isUp = false
            logs[log, default: Log()].isConflict = isConflict
        }
    }

    func metrics(now: Timestamp) -> [MetricFamily] {
        var size = MetricFamily("aegis_witness_size", .gauge, "Records of a log that the witness has cosigned.")
        var age = MetricFamily(
            "aegis_witness_age_seconds", .gauge, "How long ago the witness had all of a log; absent where it never had."
        )
        var isUp = MetricFamily(
            "aegis_witness_up", .gauge, "Whether the last attempt to have a log witnessed succeeded.")
        var conflict = MetricFamily(
            "aegis_witness_conflict", .gauge,
            "Whether the witness has seen another history of a log: it was rolled back, or somebody else writes it.")
        for (name, log) in logs.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            let label = MetricFamily.Label("log", name)
            size.add(Double(log.size), label)
            if let time = log.time { age.add(Double(max(0, now.nanoseconds - time.nanoseconds)) / 1e9, label) }
            isUp.add(log.isUp ? 1 : 0, label)
            conflict.add(log.isConflict ? 1 : 0, label)
        }
        return [size, age, isUp, conflict]
    }
}

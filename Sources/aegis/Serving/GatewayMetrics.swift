import Approvals
import AuditTrail
import Decisions
import PolicyDelivery
import SIEMExport
import StateStoreSQLite
import TelemetryExport

/// What can be measured of a gateway's parts, read when somebody looks.
enum GatewayMetrics {
    static func audit(_ status: AuditStatus) -> [MetricFamily] {
        var durable = MetricFamily(
            "aegis_audit_durable_index", .gauge, "Records of a log that are durable and under a checkpoint.")
        for (log, size) in status.durable { durable.add(Double(size), .init("log", log)) }
        return [
            durable,
            .single("aegis_audit_queued_records", .gauge, "Records that wait to be written.", Double(status.queued)),
            .single(
                "aegis_audit_available", .gauge, "Whether the last batch could be written: 0 means that all is denied.",
                status.isAvailable ? 1 : 0),
        ]
    }

    static func inputs(_ status: SealedInputStore.Status) -> [MetricFamily] {
        [
            .single(
                "aegis_inputs_kept_total", .counter, "Inputs of decisions that were kept, sealed.", Double(status.kept)),
            .single(
                "aegis_inputs_dropped_total", .counter,
                "Inputs that could not be kept: these decisions cannot be evaluated again.", Double(status.dropped)),
        ]
    }

    static func policies(_ registry: PolicyRegistry, now: Timestamp) -> [MetricFamily] {
        var version = MetricFamily("aegis_bundle_version", .gauge, "The version of the active bundle.")
        var age = MetricFamily("aegis_bundle_age_seconds", .gauge, "How long the active bundle has been active.")
        var rejected = MetricFamily(
            "aegis_bundle_rejected", .gauge, "Whether the newest bundle was refused, and an older one stays active.")
        for (tenant, status) in registry.statuses {
            let label = MetricFamily.Label("tenant", tenant)
            if let active = registry.active(tenant: tenant) { version.add(Double(active.sequence), label) }
            if let since = status.activatedAt {
                age.add(Double(max(0, now.nanoseconds - since.nanoseconds)) / 1e9, label)
            }
            rejected.add(status.failure == nil ? 0 : 1, label)
        }
        return [
            version, age, rejected,
            .single("aegis_build_info", .gauge, "1; the version is its label.", 1, .init("version", Version.text)),
        ]
    }

    static func sessions(_ ledger: SessionLedger) -> [MetricFamily] {
        var open = MetricFamily("aegis_sessions", .gauge, "Sessions that are open.")
        var fullest = MetricFamily(
            "aegis_sessions_fullest_agent", .gauge, "Open sessions of the agent that has most of them.")
        for (tenant, count) in ledger.counts(now: .current()) {
            open.add(Double(count.all), .init("tenant", tenant))
            fullest.add(Double(count.ofFullestAgent), .init("tenant", tenant))
        }
        return [
            open, fullest,
            .single(
                "aegis_sessions_per_agent_limit", .gauge, "How many sessions an agent may have open.",
                Double(ledger.bounds.perAgent)),
        ]
    }

    static func strangers(_ strangers: StrangerRecords) -> [MetricFamily] {
        [
            .single(
                "aegis_unrecorded_denials_total", .counter,
                "Calls that nobody proved, denied faster than each is recorded.", Double(strangers.unrecorded))
        ]
    }

    static func stops(_ keepers: [StopKeeper], now: Timestamp) -> [MetricFamily] {
        var age = MetricFamily(
            "aegis_agent_stops_read_age_seconds", .gauge,
            "How long ago a list of switched agents that can be believed was read, or that there is none.")
        var rejected = MetricFamily(
            "aegis_agent_stops_rejected_total", .counter, "Lists of switched agents that were refused, by code.")
        for keeper in keepers {
            let (label, status) = (MetricFamily.Label("tenant", keeper.tenant), keeper.status)
            age.add(Double(max(0, now.nanoseconds - status.readAt.nanoseconds)) / 1e9, label)
            for (code, count) in status.rejected.sorted(by: { $0.key < $1.key }) {
                rejected.add(Double(count), label, .init("code", code))
            }
        }
        return [age, rejected]
    }

    static func export(_ statuses: [SinkStatus], now: Timestamp) -> [MetricFamily] {
        var delivered = MetricFamily("aegis_export_records_total", .counter, "Records that a sink has.")
        var refused = MetricFamily(
            "aegis_export_dead_letters_total", .counter, "Records that a sink will never take, kept beside its cursor.")
        var failures = MetricFamily("aegis_export_failures_total", .counter, "Attempts to deliver that failed.")
        var isUp = MetricFamily("aegis_export_up", .gauge, "Whether the last attempt succeeded.")
        var lag = MetricFamily(
            "aegis_export_lag_seconds", .gauge,
            "How old the record is that a sink had last, while there are newer ones.")
        for status in statuses {
            let counts = status.now
            let label = MetricFamily.Label("sink", status.name)
            delivered.add(Double(counts.delivered), label)
            refused.add(Double(counts.refused), label)
            failures.add(Double(counts.failures), label)
            isUp.add(counts.isUp ? 1 : 0, label)
            if counts.isCaughtUp {
                lag.add(0, label)
            } else if let reached = counts.reached {
                lag.add(Double(max(0, now.nanoseconds - reached)) / 1e9, label)
            }
        }
        return [delivered, refused, failures, isUp, lag]
    }

    static func approvals(_ store: SQLiteStateStore) async -> [MetricFamily] {
        var family = MetricFamily("aegis_approvals", .gauge, "Approvals by their state.")
        var isReadable = 1.0
        do {
            for (tenant, state, count) in try await store.approvalCounts() {
                family.add(Double(count), .init("tenant", tenant), .init("status", state))
            }
        } catch { isReadable = 0 }
        return [
            family,
            .single("aegis_state_available", .gauge, "Whether the state store can be read.", isReadable),
            .single(
                "aegis_state_writable", .gauge,
                "Whether the last change could be written: 0 means that calls which spend are denied.",
                store.writeFault == nil ? 1 : 0),
        ]
    }
}

import Approvals
import AuditTrail
import Decisions
import ExportTransport
import Logging
import PolicyDelivery
import SIEMExport
import ServiceLifecycle
import StateStoreSQLite
import TelemetryExport

/// The telemetry of a gateway, made before its log is, since the log is a part of it.
struct GatewayTelemetry {
    let loop: BackgroundLoop
    private let configuration: ServeConfiguration
    private let telemetry: Telemetry?

    init(_ configuration: ServeConfiguration) throws {
        self.configuration = configuration
        let loop = BackgroundLoop()
        self.loop = loop
        guard configuration.telemetry.exportsAnything || configuration.metrics != nil else {
            telemetry = nil
            return
        }
        // Trouble with exporting the log is told on stderr alone.
        let logger = Logger(label: "aegis.telemetry") { Self.stderr(label: $0, json: configuration.writesJSONLog) }
        do throws(TransportError) {
            telemetry = try Telemetry(
                configuration.telemetry, version: Version.text, on: loop, logger: logger, now: { .current() })
        } catch {
            throw CommandFailure("telemetry: \(error.message)", fix: error.fix, exitCode: 2)
        }
    }

    /// nil where nobody would listen: then a decision does nothing for it.
    var observer: (any DecisionObserver)? { telemetry?.observer }

    /// Makes what handles the log's lines.
    var logHandlers: @Sendable (_ label: String) -> any LogHandler {
        { [telemetry, json = configuration.writesJSONLog] label in
            let stderr = Self.stderr(label: label, json: json)
            guard let exported = telemetry?.logHandler(label: label) else { return stderr }
            return MultiplexLogHandler([stderr, exported])
        }
    }

    /// What exports and serves, to be started first and ended last.
    func services(
        journal: AuditJournal, policies: PolicyRegistry, stops: [StopKeeper], store: SQLiteStateStore,
        sessions: SessionLedger, strangers: StrangerRecords, export: ExportService?, inputs: SealedInputStore?,
        witness: WitnessProgress?, logger: Logger
    ) throws -> [any Service] {
        let exports: [any Service] = export.map { [$0] } ?? []
        guard let telemetry else { return exports }
        if let statuses = export?.statuses {
            telemetry.registry.add { GatewayMetrics.export(statuses, now: .current()) }
        }
        telemetry.registry.add { GatewayMetrics.audit(journal.status) }
        if let inputs { telemetry.registry.add { GatewayMetrics.inputs(inputs.status) } }
        if let witness { telemetry.registry.add { witness.metrics(now: .current()) } }
        telemetry.registry.add { GatewayMetrics.policies(policies, now: .current()) }
        if !stops.isEmpty { telemetry.registry.add { GatewayMetrics.stops(stops, now: .current()) } }
        telemetry.registry.add { await GatewayMetrics.approvals(store) }
        telemetry.registry.add { GatewayMetrics.sessions(sessions) }
        telemetry.registry.add { GatewayMetrics.strangers(strangers) }
        var services: [any Service] = [telemetry] + exports
        if let address = configuration.metrics {
            do throws(TelemetryError) {
                services.append(
                    try MetricsServer(address: address, registry: telemetry.registry, logger: logger) { port in
                        logger.notice("metrics on port \(port.map(String.init) ?? "?")")
                    })
            } catch {
                throw CommandFailure("--metrics: \(error.message)", fix: error.fix, exitCode: 2)
            }
        }
        return services
    }

    private static func stderr(label: String, json: Bool) -> any LogHandler {
        json ? JSONLogHandler(label: label) : StreamLogHandler.standardError(label: label)
    }
}

extension TraceContext? {
    /// What ties a line of the log to its call.
    var metadata: Logger.Metadata {
        map { ["trace_id": "\($0.traceID)", "span_id": "\($0.spanID)"] } ?? [:]
    }
}

import AuditTrail
public import ExportTransport
import Foundation
public import Logging
public import ServiceLifecycle

/// Sends the audit trail to every sink, each at its own pace. Nothing waits for it: it reads the files that are there.
public struct ExportService: Service {
    /// How each sink is doing, in the order of the plans.
    public let statuses: [SinkStatus]
    private let pumps: [SinkPump]
    private let loop: BackgroundLoop

    /// - Parameters:
    ///   - directory: where cursors and dead letters are kept; made if absent.
    ///   - host: this machine's name, for receivers.
    /// - Throws: ``SIEMError`` `.sink`, `.cursor`.
    public init(
        _ plans: [SinkPlan], auditDirectory: String, directory: String, host: String, version: String,
        on loop: BackgroundLoop, logger: Logger
    ) throws(SIEMError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SIEMError(.cursor, "`\(directory)` cannot be made", fix: "check your rights to the folder")
        }
        let source = EventSource(host: host, version: version)
        let recent = RecentChunks(readers: plans.count)
        var pumps: [SinkPump] = []
        for plan in plans {
            let sink: any EventSink
            do throws(TransportError) { sink = try Self.sink(plan.target, source, loop) } catch {
                throw SIEMError(.sink, "sink `\(plan.name)`: \(error.message)", fix: error.fix)
            }
            pumps.append(
                SinkPump(
                    name: plan.name, sink: sink, status: SinkStatus(name: plan.name), auditDirectory: auditDirectory,
                    cursor: CursorFile(path: "\(directory)/\(plan.name).cursor"),
                    deadLetters: DeadLetters(path: "\(directory)/\(plan.name).dead.jsonl"), recent: recent,
                    wants: { event in
                        (plan.tenants.isEmpty || plan.tenants.contains(event.tenant))
                            && (plan.kinds.isEmpty || plan.kinds.contains(event.kind))
                    }, start: plan.start, backoff: Backoff(), logger: logger))
        }
        // What fails here is tried again, and told, when the pumps run.
        for pump in pumps { try? pump.begin() }
        self.pumps = pumps
        statuses = pumps.map(\.status)
        self.loop = loop
    }

    public func run() async throws {
        await withTaskExecutorPreference(loop) {
            await withTaskGroup(of: Void.self) { group in
                for pump in pumps { group.addTask { await pump.run() } }
                await group.waitForAll()
            }
        }
        // A sink that has stopped must not stop the gateway.
        try? await gracefulShutdown()
    }

    private static func sink(
        _ target: SinkPlan.Target, _ source: EventSource, _ loop: BackgroundLoop
    ) throws(TransportError) -> any EventSink {
        switch target {
        case .splunk(let target): try SplunkSink(target, source: source, on: loop)
        case .elasticsearch(let target): try ElasticsearchSink(target, source: source, on: loop)
        case .datadog(let target): try DatadogSink(target, source: source, on: loop)
        case .syslog(let target): try SyslogSink(target, source: source, on: loop)
        case .file(let path, let format): FileSink(path: path, format: format, source: source)
        case .standardOutput(let format): StandardOutputSink(format: format, source: source)
        }
    }
}

/// What receivers are told of where events come from.
struct EventSource: Sendable {
    var host: String
    var version: String

    func payload(_ event: SIEMEvent, as format: EventFormat) -> [UInt8] {
        switch format {
        case .aegis: event.record.bytes
        case .ecs: ECSDocument.json(event, source: self)
        case .ocsf: OCSFEvent.json(event, source: self)
        }
    }
}

extension EventFormat {
    /// About how many bytes an event has in it: room to make at once.
    func expectedBytes(of event: SIEMEvent) -> Int { event.record.bytes.count * (self == .aegis ? 1 : 3) + 64 }
}

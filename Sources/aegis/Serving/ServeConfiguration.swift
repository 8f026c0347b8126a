import AuditTrail
import Decisions
import EnvoyAuthorization
import Foundation
import MerkleLog
import PolicyBundles
import TelemetryExport

/// What `aegis serve` was told, checked: options first, then the environment, then defaults. A malformed value stops the start.
struct ServeConfiguration {
    let tenants: [ServedTenant]
    let control: ControlPlaneSettings
    /// The file that says where the audit trail is sent; nil: nowhere.
    let export: String?
    /// The longest that a call may be held open for its approval, in seconds; 0: not at all.
    let holdCalls: Int64
    let holdEnvoy: Int64
    let sessions: SessionBounds
    let keepInputs: InputKeeping
    /// How long records are to be kept, and with them their inputs; nil where no rules are given.
    let retention: RetentionRules?
    /// Where checkpoints are witnessed, and the witness's key; nil: nowhere.
    let witness: (url: URL, key: CosignatureVerifier)?
    /// Seconds between heartbeats; nil: none.
    let heartbeat: Int64?
    let region: String?
    /// Signs the switches of this control plane for all gateways.
    let switchKey: SwitchKey
    /// Between two looks at a store over a network that cannot say by itself when there is news.
    let pollInterval: Duration
    let host: String
    let port: Int
    /// How people and agents reach the API; the addresses of approvals begin with it.
    let publicURL: String
    let authorization: ListenAddress?
    let data: DataDirectory
    /// Where `/metrics` is served, as HOST:PORT; nil: nowhere.
    let metrics: String?
    let writesJSONLog: Bool
    let telemetry: TelemetryConfiguration

    /// The name of this gateway in its log.
    var gateway: String { control.gateway }

    init(_ command: ServeCommand, environment: [String: String]) throws {
        func value(_ option: String?, _ name: String) -> String? {
            option ?? environment.given(name)
        }
        tenants = try Self.tenants(command, value, environment)
        for name in tenants.compactMap(\.name) where !BundleMetadata.isTenantName(name) {
            throw CommandFailure(
                "`\(name)` cannot be the name of a tenant", fix: "use 1 to 63 of a-z, 0-9, `-` and `_`",
                exitCode: 2)
        }
        control = try ControlPlaneSettings(command.control)
        export = value(command.export, "AEGIS_EXPORT")
        holdCalls = try Self.seconds(value(command.holdCalls, "AEGIS_HOLD_CALLS"), "--hold-calls", atMost: 3600)
        holdEnvoy = try Self.seconds(value(command.holdEnvoy, "AEGIS_HOLD_ENVOY"), "--hold-envoy", atMost: 3600)
        sessions = try Self.sessions(value(command.sessionsPerAgent, "AEGIS_SESSIONS_PER_AGENT"))
        region = value(command.region, "AEGIS_REGION")
        retention = try value(command.retention, "AEGIS_RETENTION").map(Self.retention)
        keepInputs = try InputKeeping(
            value(command.keepInputs, "AEGIS_KEEP_INPUTS") ?? (retention == nil ? "365d" : "forever"))
        switchKey = command.switching.key
        let poll = value(command.poll, "AEGIS_POLL") ?? "10s"
        let pollSeconds = try Self.seconds(poll, "--poll", atMost: 3600)
        guard pollSeconds > 0 else {
            throw CommandFailure("--poll `\(poll)` is no pause", fix: "write it as 10s", exitCode: 2)
        }
        pollInterval = .seconds(pollSeconds)
        let heartbeat = value(command.heartbeat, "AEGIS_HEARTBEAT") ?? "60s"
        self.heartbeat = try heartbeat == "off" ? nil : TimeSpan.seconds(heartbeat, "--heartbeat")
        witness = try Self.witness(
            value(command.witness, "AEGIS_WITNESS"), keyFile: value(command.witnessKey, "AEGIS_WITNESS_KEY"))
        data = command.data
        metrics = value(command.metrics, "AEGIS_METRICS").flatMap { $0 == "off" ? nil : $0 }
        switch value(command.logFormat, "AEGIS_LOG_FORMAT") {
        case nil, "text": writesJSONLog = false
        case "json": writesJSONLog = true
        case let word?:
            throw CommandFailure(
                "--log-format `\(word)` is neither `text` nor `json`", fix: "write one of them", exitCode: 2)
        }
        do throws(TelemetryError) {
            telemetry = try TelemetryConfiguration(
                environment: environment, version: Version.text, instance: control.gateway,
                host: ProcessInfo.processInfo.hostName)
        } catch {
            throw CommandFailure(error.message, fix: error.fix, exitCode: 2)
        }
        let listen = value(command.listen, "AEGIS_LISTEN") ?? "127.0.0.1:8181"
        let address = try TCPAddress(listen, option: "--listen")
        host = address.host
        port = address.port
        publicURL = try value(command.publicURL, "AEGIS_PUBLIC_URL").map(Self.publicURL) ?? "http://\(listen)"
        let grpc = value(command.grpc, "AEGIS_GRPC") ?? "127.0.0.1:9191"
        do {
            authorization = grpc == "off" ? nil : try ListenAddress(grpc)
            try authorization?.check()
        } catch {
            throw CommandFailure("--grpc: \(error)", exitCode: 2)
        }
    }

    /// Whether it can listen where it is to, before anything else is begun.
    func checkAddresses() throws {
        try TCPAddress(host: host, port: port, option: "--listen").checkFree()
        if case .loopback(let host, let port)? = authorization {
            try TCPAddress(host: host, port: port, option: "--grpc").checkFree()
        }
        if let metrics { try TCPAddress(metrics, option: "--metrics").checkFree() }
    }

    private static func publicURL(_ text: String) throws -> String {
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host != nil,
            url.query == nil, url.fragment == nil
        else {
            throw CommandFailure(
                "--public-url `\(text)` is no http address", fix: "write it as https://aegis.acme.example", exitCode: 2)
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// One tenant by options, or several by a document.
    private static func tenants(
        _ command: ServeCommand, _ value: (_ option: String?, _ name: String) -> String?,
        _ environment: [String: String]
    ) throws -> [ServedTenant] {
        let tenant = value(command.tenant, "AEGIS_TENANT")
        let channels = value(command.channels, "AEGIS_CHANNELS")
        let candidate = value(command.candidate, "AEGIS_CANDIDATE")
        let token = value(nil, "AEGIS_BUNDLE_TOKEN")
        let folder = value(command.policies, "AEGIS_POLICIES")
        let bundle = value(command.bundle, "AEGIS_BUNDLE")
        if let document = value(command.tenants, "AEGIS_TENANTS") {
            guard folder == nil, bundle == nil, tenant == nil, channels == nil, candidate == nil, command.trust.isEmpty
            else {
                throw CommandFailure(
                    "--tenants says all about the tenants; --policies, --bundle, --trust, --tenant, --candidate and --channels are for one",
                    fix: "write them into the document", exitCode: 2)
            }
            return try ServedTenant.read(document, environment: environment)
        }
        switch (folder, bundle) {
        case (let folder?, nil):
            guard command.trust.isEmpty else {
                throw CommandFailure(
                    "--trust goes with --bundle; --policies is signed with the development key", exitCode: 2)
            }
            return [
                ServedTenant(
                    name: tenant ?? "default", policies: .folder(path: folder), token: token, candidate: candidate,
                    channels: channels)
            ]
        case (nil, let bundle?):
            guard !command.trust.isEmpty else {
                throw CommandFailure(
                    "--bundle needs a key that may have signed it", fix: "add --trust keys/NAME.pub.pem", exitCode: 2)
            }
            return [
                ServedTenant(
                    name: tenant, policies: .bundle(BundlePlace(bundle), trust: command.trust), token: token,
                    candidate: candidate, channels: channels)
            ]
        case (nil, nil):
            throw CommandFailure(
                "there is nothing to decide by",
                fix: "give --policies FOLDER, --bundle FILE with --trust KEY, or --tenants FILE", exitCode: 2)
        case (_?, _?):
            throw CommandFailure("--policies and --bundle exclude each other", exitCode: 2)
        }
    }

    private static func retention(_ path: String) throws -> RetentionRules {
        do { return try RetentionRulesFile.read(path) } catch let error as AuditError {
            throw CommandFailure("\(path): \(error.message)", fix: error.fix, exitCode: 2)
        }
    }

    private static func witness(
        _ address: String?, keyFile: String?
    ) throws -> (url: URL, key: CosignatureVerifier)? {
        guard let address else {
            guard keyFile == nil else { throw CommandFailure("--witness-key goes with --witness", exitCode: 2) }
            return nil
        }
        guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw CommandFailure(
                "--witness `\(address)` is no http address", fix: "write it as http://witness:8189", exitCode: 2)
        }
        guard let keyFile else {
            throw CommandFailure(
                "--witness needs the witness's key", fix: "add --witness-key witness.vkey", exitCode: 2)
        }
        return (url, try WitnessAddress.key(keyFile))
    }

    private static func sessions(_ text: String?) throws -> SessionBounds {
        guard let text else { return SessionBounds() }
        guard let count = Int(text), (1...1_000_000).contains(count) else {
            throw CommandFailure(
                "--sessions-per-agent `\(text)` is not a number from 1 to 1000000", fix: "write it as 50000",
                exitCode: 2
            )
        }
        return SessionBounds(perTenant: 10 * count, perAgent: count)
    }

    /// `20s`, `5m` or `1h`.
    private static func seconds(_ text: String?, _ option: String, atMost limit: Int64) throws -> Int64 {
        guard let text else { return 0 }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0,
            count <= limit / unit
        else {
            throw CommandFailure(
                "\(option) `\(text)` is not a time up to \(limit) s", fix: "write it as 20s or 5m", exitCode: 2)
        }
        return count * unit
    }
}

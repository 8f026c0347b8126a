public import ArgumentParser
import Foundation
public import Logging

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Decide: the HTTP API and Envoy's ext_authz, with embedded state and audit trail.",
        discussion: """
            Policies come from a bundle that was signed elsewhere (--bundle with --trust): a file, a store (file:///FOLDER, s3://, gs://)
            or a bundle service (https://). For development they come from a folder that this process compiles and signs itself
            (--policies). What is on this machine is looked at twice a second, a store every --poll, and a bundle service says by
            itself when there is news. A valid change takes over between two calls; an invalid one is reported and changes nothing. The
            last good bundle is kept in the data directory and serves while the source is down.

            EXAMPLES
              aegis serve --policies policies/
              aegis serve --bundle bundle.tar.gz --trust keys/ops-2026.pub.pem --tenant acme --data-dir /var/lib/aegis
              aegis serve --bundle b.tar.gz --trust k.pub.pem --grpc unix:/run/aegis/ext_authz.sock
              aegis serve --bundle b.tar.gz --trust k.pub.pem --candidate next.tar.gz
              aegis serve --tenants tenants.yaml --region eu-central --data-dir /var/lib/aegis
              aegis serve --bundle s3://acme-policies/prod?region=eu-central-1 --trust ops-2026.pub.pem --tenant acme
              AEGIS_BUNDLE_TOKEN=… aegis serve --bundle https://control.acme.example/v1/bundles/acme --trust ops-2026.pub.pem --tenant acme
              aegis serve --policies policies/ --bundle-service file:///var/lib/aegis/bundles
              OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 aegis serve --policies policies/ --metrics 127.0.0.1:9464
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: "A folder of policies, for development (environment: AEGIS_POLICIES).")
    var policies: String?

    @Option(help: "A signed bundle, a store of them, or a bundle service: a path or a URL (environment: AEGIS_BUNDLE).")
    var bundle: String?

    @Option(
        help:
            "A bundle (by a key of --trust) or a folder to try beside the policies: evaluated on every call, told as would_decision, never enforced (environment: AEGIS_CANDIDATE)."
    )
    var candidate: String?

    @Option(help: "How often a store over a network is looked at, such as 10s (default: 10s; environment: AEGIS_POLL).")
    var poll: String?

    @OptionGroup var control: ControlPlaneOptions

    @Option(
        help:
            "A public key that may sign bundles; its file name is its key id. Or a trust root, a .json file. May be repeated."
    )
    var trust: [String] = []

    @OptionGroup var switching: SwitchKeyOptions

    @Option(help: "The tenant (default: the bundle's own; `default` with --policies; environment: AEGIS_TENANT).")
    var tenant: String?

    @Option(
        help:
            "Several tenants, each with its own policies and trusted keys: a document of kind Tenants (environment: AEGIS_TENANTS)."
    )
    var tenants: String?

    @Option(
        help: "Where people are told about approvals: Slack, Teams (default: nowhere; environment: AEGIS_CHANNELS).")
    var channels: String?

    @Option(
        help:
            "Where the audit trail is sent: Splunk, Elasticsearch, Datadog, syslog, files (default: nowhere; environment: AEGIS_EXPORT)."
    )
    var export: String?

    @Option(
        help:
            "The longest that a call to the API may be held open for its approval, where it asks (Prefer: wait=N), such as 5m (default: 0s; environment: AEGIS_HOLD_CALLS)."
    )
    var holdCalls: String?

    @Option(
        help:
            "How long each call through Envoy is held open for its approval, such as 20s; below Envoy's own timeouts (default: 0s; environment: AEGIS_HOLD_ENVOY)."
    )
    var holdEnvoy: String?

    @Option(
        help: ArgumentHelp(
            "How many sessions an agent may have open; one is over a day after its last call. A tenant has ten times as many (default: 10000; environment: AEGIS_SESSIONS_PER_AGENT).",
            valueName: "count"))
    var sessionsPerAgent: String?

    @Option(
        help:
            "The longest that the inputs of decisions are kept, encrypted, to evaluate them again: 30d, 12h, forever or off (default: 365d, with --retention as it says; environment: AEGIS_KEEP_INPUTS)."
    )
    var keepInputs: String?

    @Option(
        help: ArgumentHelp(
            "Keep each decision's input as long as its record: the rules of `aegis audit retention`, by tenant and policy (environment: AEGIS_RETENTION).",
            valueName: "rules"))
    var retention: String?

    @Option(
        help:
            "How often each log gets a heartbeat, such as 60s, or off (default: 60s; environment: AEGIS_HEARTBEAT)."
    )
    var heartbeat: String?

    @Option(
        help: "A witness that checkpoints are submitted to, such as http://witness:8189 (environment: AEGIS_WITNESS).")
    var witness: String?

    @Option(help: "The witness's public key, a file with its vkey (environment: AEGIS_WITNESS_KEY).")
    var witnessKey: String?

    @Option(
        help:
            "The region of this gateway. A bundle that is made for a region is taken only by a gateway in it (environment: AEGIS_REGION)."
    )
    var region: String?

    @Option(help: "HOST:PORT of the HTTP API (default: 127.0.0.1:8181; environment: AEGIS_LISTEN).")
    var listen: String?

    @Option(
        help:
            "How people and agents reach the HTTP API, such as https://aegis.acme.example: approvals' addresses begin with it (default: http:// and what --listen says; environment: AEGIS_PUBLIC_URL)."
    )
    var publicURL: String?

    @Option(help: "HOST:PORT or unix:PATH of ext_authz, or `off` (default: 127.0.0.1:9191; environment: AEGIS_GRPC).")
    var grpc: String?

    @Option(
        help:
            "HOST:PORT of Prometheus' /metrics, or `off` (default: off; environment: AEGIS_METRICS). It tells of all tenants: let no agent reach it."
    )
    var metrics: String?

    @Option(help: "`text` or `json`, for the log on stderr (default: text; environment: AEGIS_LOG_FORMAT).")
    var logFormat: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .notice

    func run() async throws {
        let configuration = try ServeConfiguration(self, environment: ProcessInfo.processInfo.environment)
        try configuration.checkAddresses()
        let telemetry = try GatewayTelemetry(configuration)
        LoggingSystem.bootstrap(telemetry.logHandlers)
        var logger = Logger(label: "aegis")
        logger.logLevel = logLevel
        try await Gateway(configuration, telemetry: telemetry, logger: logger).run()
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

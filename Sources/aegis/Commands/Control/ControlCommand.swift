import ArgumentParser
import Foundation
import Logging

struct ControlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "Administer: the control-plane API alone, without decisions.",
        discussion: """
            `aegis serve` has the same API beside its decisions. Alone it works on the data directory of a gateway that runs on this
            machine, or of one that does not run now: keys and switches take effect on that gateway within a second, and what was
            changed is recorded in that gateway's audit trail. With --bundle-service it also hands out the bundles of a store, so that
            gateways learn of news at once and need no rights on the store. With --switch-key too, an agent that is switched off here is
            switched off on all gateways that follow that store. With --publish-to publishers publish over the API: with keys of
            their own, or with the server's (--publish-signer, --publish-key), which publishes what was approved and nothing else.

            EXAMPLES
              aegis control --data-dir /var/lib/aegis --identity identity.yaml --listen 10.0.0.5:8182
              aegis control --bundle-service s3://acme-policies/prod?region=eu-central-1 --histories s3://acme-policies/history
              aegis control --bundle-service file:///var/lib/aegis/bundles --switch-key keys/control.pem --trust trust-root.json
              aegis control --publish-to s3://acme-policies/prod?region=eu-central-1 --publish-signer 'pkcs11-sign publishing'
            """)

    @OptionGroup var data: DataDirectory

    @OptionGroup var control: ControlPlaneOptions

    @Option(help: "HOST:PORT of the HTTP API (default: 127.0.0.1:8182; environment: AEGIS_CONTROL_LISTEN).")
    var listen: String?

    @OptionGroup var switching: SwitchKeyOptions

    @Option(
        help:
            "With --switch-key: a public key, or a trust root, of those who may switch agents on all gateways. May be repeated."
    )
    var trust: [String] = []

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level = .notice

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "aegis")
        logger.logLevel = logLevel
        let address = try TCPAddress(
            listen ?? environment.given("AEGIS_CONTROL_LISTEN") ?? "127.0.0.1:8182", option: "--listen")
        try address.checkFree()
        try await ControlProcess(
            data: data, settings: ControlPlaneSettings(control), address: address, switchKey: switching.key,
            trust: trust,
            logger: logger
        ).run()
    }
}

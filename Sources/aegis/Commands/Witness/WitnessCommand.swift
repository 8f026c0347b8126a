import Approvals
import ArgumentParser
import AuditTrail
import Foundation
import LogWitness
import Logging
import MerkleLog
import ServiceLifecycle
import UnixSignals

struct WitnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract:
            "Watch logs from outside, and cosign their checkpoints as long as they only grow (C2SP tlog-witness).",
        discussion: """
            Run it where the gateway's operators cannot write. Its key is made on first use, in DIR/witness.key; what gateways need is
            DIR/witness.vkey.

            EXAMPLES
              aegis witness --dir /var/lib/aegis-witness --log gw-1.vkey
              aegis serve … --witness http://witness.acme.example:8189 --witness-key witness.vkey
            """)

    @Option(help: ArgumentHelp("Where it remembers what it has seen.", valueName: "directory"))
    var dir: String

    @Option(
        help: ArgumentHelp("Public keys of the logs to watch, one vkey a line; may be repeated.", valueName: "file"))
    var log: [String]

    @Option(help: "The witness's name, made with its key.")
    var name = "aegis-witness"

    @Option(help: "HOST:PORT.")
    var listen = "127.0.0.1:8189"

    func run() async throws {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        let logger = Logger(label: "aegis-witness")
        let address = try TCPAddress(listen, option: "--listen")
        try address.checkFree()
        let witness: Witness
        do throws(AuditError) {
            var keys: [NoteVerifier] = []
            for file in log { keys += try AuditKeys.parse(try TrailInput.read(file), file) }
            witness = try Witness(
                directory: dir, signer: try WitnessKeys.loadOrCreate(directory: dir, name: name), logs: keys)
        } catch { throw CommandFailure(error.message, fix: error.fix) }
        let server = WitnessServer(
            witness, host: address.host, port: address.port, logger: logger,
            now: { UInt64(max(0, Timestamp.current().seconds)) },
            onListening: { [logger] port in logger.notice("witness on port \(port.map(String.init) ?? "?")") })
        try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}

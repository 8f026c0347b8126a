import Approvals
import ArgumentParser
import AuditTrail
import FoundationEssentials
import MerkleLog

struct AuditRotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Give the trail a new signing key, and have the old one name it in the trail.",
        discussion: """
            The gateway must not be running. Who trusts the old public key can follow the trail to the new one: `aegis audit verify --key
            OLD.vkey` goes on working. The old private key is gone afterwards.

            EXAMPLES
              aegis audit rotate-key
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: "The name of the gateway in its log (default: the one that its key has).")
    var gateway: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        do throws(AuditError) {
            let known = try gateway == nil ? AuditKeys.publicKeys(directory: data.audit.path).last?.name : nil
            let key = try await KeyRotation.run(
                directory: data.audit.path, gateway: gateway ?? known ?? "", now: Timestamp.current().nanoseconds)
            json ? Output.json(["gateway": key.name, "vkey": key.text]) : Output.line(key.text)
        } catch {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }
}

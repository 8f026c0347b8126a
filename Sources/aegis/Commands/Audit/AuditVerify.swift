import Approvals
import ArgumentParser
import AuditTrail
import Foundation
import MerkleLog

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the audit trail offline: every hash, link, index, root and signature.",
        discussion: """
            Needs only the files and a public key. Without --key it takes the journal's own log.vkey: that finds damage,
            but whoever could replace the files could replace that key too. An auditor keeps the key, and the newest
            checkpoint, elsewhere.

            The signed header of a segment is over all signatures before it. Where it is good, those are not checked one by one
            unless --every-signature is given, which finds one that the key's holder has made wrong.

            EXAMPLES
              aegis audit verify
              aegis audit verify --dir copy/audit --key gw-1.vkey --checkpoint monday.note
              aegis audit verify --every-signature
              aegis audit verify --witness https://witness.acme.example --witness-key witness.vkey
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: ArgumentHelp("The directory of the segments themselves.", valueName: "directory"))
    var dir: String?

    @Option(help: ArgumentHelp("Public keys, one vkey a line.", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere and must be reached; may be repeated.", valueName: "file"))
    var checkpoint: [String] = []

    @Option(help: "A witness whose checkpoints must be reached, such as http://witness:8189.")
    var witness: String?

    @Option(
        help: ArgumentHelp(
            "The witness's public key. Without it, whoever answers at the address is believed.", valueName: "file"))
    var witnessKey: String?

    @Flag(
        help: """
            Check each checkpoint's own signature, also in segments that the signed header after them vouches for.
            """)
    var everySignature = false

    @Flag(help: "Print the whole report as JSON.")
    var json = false

    func validate() throws {
        guard witness != nil || witnessKey == nil else { throw ValidationError("--witness-key goes with --witness") }
    }

    func run() async throws {
        let directory = dir ?? data.audit.path
        let report: AuditReport
        do {
            let keys =
                try key.map { try AuditKeys.parse(InputFile.read($0), $0) }
                ?? AuditKeys.publicKeys(directory: directory)
            var known = try checkpoint.map { AuditVerifier.KnownCheckpoint(note: try InputFile.read($0), source: $0) }
            if let witness {
                known += try await witnessed(witness, AuditProver(directory: directory, keys: keys).logs())
            }
            report = try AuditVerifier.verify(
                directory: directory, keys: keys, checkpoints: known, everySignature: everySignature)
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        } catch let error as WitnessAddress.Unreachable {
            throw CommandFailure(error.description)
        }
        for fault in report.faults {
            ErrorOutput.write("\(fault.place.map { "\($0): " } ?? "")error: \(fault.message) [\(fault.code.rawValue)]")
        }
        Output.line(json ? report.json : report.summary)
        if !report.isWhole { throw ExitCode(1) }
    }

    private func witnessed(_ address: String, _ logs: [String]) async throws -> [AuditVerifier.KnownCheckpoint] {
        guard let url = URL(string: address), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw CommandFailure("--witness `\(address)` is no http address", exitCode: 2)
        }
        let key = try witnessKey.map { try WitnessAddress.key($0) }
        var known: [AuditVerifier.KnownCheckpoint] = []
        for log in logs {
            guard let note = try await WitnessAddress(url: url).checkpoint(of: log) else {
                throw CommandFailure(
                    "\(address) knows no checkpoint of `\(log)`, so nothing was compared with it",
                    fix: "check that a witness answers there, and that the gateway submits to it (--witness)")
            }
            // When it was cosigned is for the reader to judge: an old note can be shown again by whoever is in between.
            if let key {
                guard let time = try key.time(of: SignedNote(parsing: note)) else {
                    throw CommandFailure("the checkpoint of `\(log)` from \(address) is not signed by `\(key.name)`")
                }
                let seconds = Int64(clamping: time)
                ErrorOutput.write("witnessed: `\(log)` at \(Timestamp(seconds: seconds)) by `\(key.name)`")
            }
            known.append(AuditVerifier.KnownCheckpoint(note: note, source: "\(address) (\(log))"))
        }
        return known
    }
}

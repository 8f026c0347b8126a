import Approvals
import ArgumentParser
import AuditTrail
import EvidencePacks
import Foundation
import MerkleLog
import SignedTokens

struct EvidenceVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an evidence pack: every file, record, checkpoint, policy, count and sample.",
        discussion: """
            Needs the pack alone, and does what the verify.py inside does. Without keys named here the pack's own are believed:
            that finds damage, and no forger who has made the whole pack. So name the keys, and a checkpoint, that you have from
            elsewhere. Each fault is on a line of its own; then it exits with 1.

            EXAMPLES
              aegis evidence verify acme.tar.gz
              aegis evidence verify acme.tar.gz --log-key gw-1.vkey --pack-key evidence.pub.pem --checkpoint monday.note
              aegis evidence verify acme.tar.gz --log-key gw-1.vkey --witness-key witness.vkey
            """)

    @Argument(help: "The pack, a .tar.gz file.")
    var pack: String

    @Option(help: ArgumentHelp("Public keys that may sign the log, one vkey a line.", valueName: "file"))
    var logKey: [String] = []

    @Option(help: ArgumentHelp("A public key that may sign packs.", valueName: "file"))
    var packKey: [String] = []

    @Option(help: ArgumentHelp("A public key that may sign policies.", valueName: "file"))
    var policyKey: [String] = []

    @Option(help: ArgumentHelp("A public key that may sign approvals of policies.", valueName: "file"))
    var reviewKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "Public keys of witnesses that must have seen every record, and the log after the period, one vkey a line.",
            valueName: "file"))
    var witnessKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "A checkpoint that was kept elsewhere and must be reached; may be repeated.", valueName: "file"))
    var checkpoint: [String] = []

    @Flag(
        help:
            "Evaluate every decision again: its policy version, its input and the recorded state must give its outcome."
    )
    var replay = false

    @Flag(help: "Print the whole report as JSON.")
    var json = false

    func run() throws {
        let report: PackReport
        do {
            var expectation = PackExpectation()
            expectation.logKeys = try logKey.flatMap { try AuditKeys.parse(InputFile.read($0), $0) }
            expectation.packKeys = try packKey.map { try KeyFile.verificationKey(at: $0) }
            expectation.policyKeys = try policyKey.map { try KeyFile.verificationKey(at: $0) }
            expectation.reviewKeys = try reviewKey.map { try KeyFile.verificationKey(at: $0) }
            expectation.witnessKeys = try witnessKey.flatMap(Self.witnesses)
            expectation.checkpoints = try checkpoint.map { .init(note: try InputFile.read($0), source: $0) }
            report = try PackVerifier(expectation: expectation, replays: replay).verify(path: pack)
        } catch let error as PackError {
            throw CommandFailure(error.message, fix: error.fix)
        } catch let error as AuditError {
            throw CommandFailure("\(error.place.map { "\($0): " } ?? "")\(error.message)", fix: error.fix)
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        }
        for fault in report.faults {
            ErrorOutput.write(Self.shown(PackError(fault.code, fault.message, at: fault.place).description))
            if let fix = fault.fix { ErrorOutput.write("fix: \(fix)") }
        }
        json ? Output.json(Self.object(report)) : Self.print(report)
        if !report.isWhole { throw ExitCode(1) }
    }

    private static func print(_ report: PackReport) {
        for note in report.isWhole ? report.notes : [] { Output.line(shown("note: \(note)")) }
        for key in report.isWhole ? report.keys : [] {
            Output.line(shown("\(key.use) key \(key.name) \(key.fingerprint)\(key.isNamed ? " (yours)" : "")"))
        }
        Output.line(shown(report.summary))
        if let replay = report.replay { Output.line(shown(replay.summary)) }
    }

    /// What a pack says stays in its line, and what does not show is written out.
    private static func shown(_ line: String) -> String { VisibleText.of(line).replacing("\n", with: "\\n") }

    private static func object(_ report: PackReport) -> [String: Any] {
        var object: [String: Any] = [
            "whole": report.isWhole, "log": report.log, "from": report.from, "to": report.to,
            "built_at": report.builtAt, "period_over": report.isPeriodOver, "records": report.records,
            "decisions": report.decisions, "removed": report.removed, "checkpoints": report.checkpoints,
            "policy_versions": report.policyVersions, "unapproved_policy_versions": report.unapproved,
            "samples": report.samples, "files": report.files,
            "witnesses": report.witnesses.values.sorted { $0.name < $1.name }.map {
                ["name": $0.name, "records": $0.size, "time": $0.time] as [String: Any]
            },
            "keys": report.keys.map {
                ["name": $0.name, "use": $0.use, "fingerprint": $0.fingerprint, "named": $0.isNamed] as [String: Any]
            },
            "notes": report.notes,
            "faults": report.faults.map {
                ["code": $0.code.rawValue, "message": $0.message, "place": $0.place ?? ""]
            },
        ]
        if let replay = report.replay {
            object["replayed"] = replay.replayed
            object["bound_by_parameters"] = replay.boundByParameters
            object["not_replayable"] = replay.notReplayable
        }
        return object
    }

    private static func witnesses(_ path: String) throws -> [CosignatureVerifier] {
        let lines = try InputFile.read(path).split(separator: UInt8(ascii: "\n"))
        guard !lines.isEmpty else { throw CommandFailure("\(path): there is no key") }
        return try lines.map { line in
            do throws(NoteError) { return try CosignatureVerifier(text: String(decoding: line, as: UTF8.self)) } catch {
                throw CommandFailure("\(path): \(error)", fix: "give the witness.vkey of the witness")
            }
        }
    }
}

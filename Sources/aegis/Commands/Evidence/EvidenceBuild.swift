import ArgumentParser
import AuditTrail
import EvidencePacks
import Foundation
import MerkleLog
import ObjectStores
import PolicyBundles
import SignedTokens

struct EvidenceBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Make an evidence pack of one tenant and period.",
        discussion: """
            The archive holds every record of the period, what proves that they are all and unchanged, the policy versions that
            decided, public keys, the control map, OSCAL, a report to read, and verify.py, which checks it without Aegis. A date
            means that whole day, in UTC. Of a period that is not over, later records are not in the pack. The finished pack is
            verified before it takes its name. The gateway may be running.

            EXAMPLES
              aegis evidence build --tenant acme --from 2026-10-01 --to 2026-12-31 --controls SOC2,HIPAA --trust keys/ops-2026.pub.pem
              aegis evidence build --tenant acme --controls SOC2:CC6.1 --key keys/evidence-2026.pem -o acme.tar.gz
            """)

    @OptionGroup var data: DataDirectory

    @Option(help: "The tenant.")
    var tenant: String

    @Option(help: ArgumentHelp("The first day or instant (default: the log's beginning).", valueName: "date or time"))
    var from: String?

    @Option(
        help: ArgumentHelp("The last day, or the instant after the last (default: now).", valueName: "date or time"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "Frameworks or controls, with commas between, such as SOC2,HIPAA:164.312(b) (default: all known).",
            valueName: "names"))
    var controls: String?

    @Option(
        help: ArgumentHelp(
            "A public key that may have signed or approved the policies, or a trust root. May be repeated.",
            valueName: "file"))
    var trust: [String] = []

    @Option(help: "The private key to sign the pack with (default: DATA_DIR/keys/evidence.pem, made on first use).")
    var key: String?

    @Option(
        help: ArgumentHelp(
            "What samples are drawn by: any text, best the auditor's own (default: log and period).", valueName: "text")
    )
    var sampleSeed: String?

    @Option(help: "Samples for each control, 1 to 200.")
    var samples = 25

    @Option(
        help: ArgumentHelp(
            "Where `aegis audit timestamp` has put time stamps: the newest that covers the pack goes along.",
            valueName: "folder"))
    var timestamps: String?

    @Flag(
        help: "Put the inputs of decisions in, in clear: whoever has the pack can read them, and run decisions again.")
    var withInputs = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The pack to write (default: evidence-TENANT-FROM-TO.tar.gz).")
    var output: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...200).contains(samples) else { throw ValidationError("--samples is 1 to 200, not \(samples)") }
    }

    func run() throws {
        let now = Date()
        do {
            let period = try PackPeriod(from: from, to: to, now: now)
            let sources = try sources()
            let builder = PackBuilder(
                sources: sources, period: period,
                controls: ControlSelection((controls ?? "").split(separator: ",").map(String.init)),
                signer: try signer(), now: now, program: "aegis \(Version.text)", sampleSeed: sampleSeed,
                sampleSize: samples)
            let path = output ?? builder.folder + ".tar.gz"
            let inputs =
                withInputs ? try SealedInputReader(directory: data.inputs.path, key: data.inputKey()) : nil
            let summary = try builder.build(to: path, inputs: inputs)
            report(summary, path)
            if !summary.isPeriodOver {
                ErrorOutput.write("note: the period is not over: records that come after now are not in this pack")
            }
        } catch let error as PackError {
            throw CommandFailure(
                error.place.map { "\($0): \(error.message)" } ?? error.message, fix: error.fix,
                exitCode: error.code == .usage ? 2 : 1)
        } catch let error as AuditError {
            throw CommandFailure(error.place.map { "\($0): \(error.message)" } ?? error.message, fix: error.fix)
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        } catch let error as BundleStoreError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        }
    }

    private func sources() throws -> PackSources {
        let logKeys = try AuditKeys.publicKeys(directory: data.audit.path)
        guard let gateway = logKeys.first?.name else { throw CommandFailure("\(data.audit.path) has no key") }
        let bundles = data.bundles
        let development = data.keys.appendingPathComponent("development.pub.pem").path
        var files = trust
        if FileManager.default.fileExists(atPath: development) { files.append(development) }
        var keys: [TrustedKey] = []
        for key in try files.flatMap(Self.trustedKeys) where !keys.contains(where: { $0.key == key.key }) {
            keys.append(key)
        }
        return PackSources(
            journal: data.audit.path, log: "\(gateway)/\(tenant)", logKeys: logKeys,
            witnessed: try CosignedHeads(directory: data.audit.path).head(of: "\(gateway)/\(tenant)"),
            stamped: try timestamps.map { try StampedHeads.read(folder: $0, log: "\(gateway)/\(tenant)") } ?? [],
            policyTrust: try KeyRing(keys),
            archive: { try bundles.archive(tenant: $0, version: $1) })
    }

    /// The keys of a trust root, or the one public key of a PEM file.
    private static func trustedKeys(at path: String) throws -> [TrustedKey] {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.first == UInt8(ascii: "{") else {
            return [TrustedKey(try KeyFile.verificationKey(at: path))]
        }
        return try SignedTrustRoot(json: Array(bytes)).root.keys
    }

    private func signer() throws -> SigningKey {
        if let key { return try KeyFile.signingKey(at: key) }
        let path = data.keys.appendingPathComponent("evidence.pem").path
        if !FileManager.default.fileExists(atPath: path) {
            try data.create()
            try KeyFile.write(SigningKey(generating: .edDSA, name: "evidence"), into: data.keys.path)
        }
        return try KeyFile.signingKey(at: path)
    }

    private func report(_ summary: PackSummary, _ path: String) {
        if json {
            let witnessed = summary.witnessed.map {
                ["name": $0.name, "records": $0.size, "time": $0.time] as [String: Any]
            }
            return Output.json([
                "witnessed": witnessed ?? NSNull(), "stamped": summary.isStamped, "pack": path, "log": summary.log,
                "from": summary.from,
                "to": summary.to, "period_over": summary.isPeriodOver, "records": summary.records,
                "decisions": summary.decisions, "removed": summary.removed, "policy_versions": summary.policyVersions,
                "controls": summary.controls, "supported_controls": summary.supportedControls,
                "files": summary.files, "bytes": summary.bytes,
            ])
        }
        Output.line("\(path): \(summary.records) records of `\(summary.log)`, \(summary.decisions) of them decisions")
        if !summary.removed.isEmpty {
            let kinds = summary.removed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            Output.line("removed   by retention, beside these: \(kinds.joined(separator: ", "))")
        }
        Output.line("period    \(summary.from) up to \(summary.to)")
        Output.line("policies  \(summary.policyVersions.joined(separator: ", "))")
        Output.line("controls  \(summary.supportedControls) of \(summary.controls) have evidence")
        Output.line("witness   \(summary.witnessed?.summary ?? "none has signed a checkpoint of the pack")")
        if timestamps != nil {
            Output.line("stamp     \(summary.isStamped ? "of the head" : "none of them covers the pack")")
        }
        Output.line("size      \(summary.bytes) bytes, \(summary.files) files; verified")
    }
}

import Approvals
import ArgumentParser
import AuditTrail
import Crypto
import Foundation
import MerkleLog

struct AuditRetention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Remove what records said once their retention is over, and leave their hashes.",
        discussion: """
            RULES is JSON: {"default": "soc2", "classes": {"short": "90d"}, "kinds": {"heartbeat": "short"}, "policies": {}, "tenants": {"acme":
            "hipaa"}}. Classes that are there already: soc2 and pci (366 days), hipaa (6 years), sox (7 years), forever. A record's own
            `retention_class` comes first, then its kind, policy, tenant, and the default. Records of keys and of retention stay.

            First the trail says what will go; then closed segments are written anew. Roots, signatures and proofs stay. What is under a legal
            hold stays. The gateway must not be running, unless nothing is removed (--dry-run).

            EXAMPLES
              aegis audit retention rules.json --dry-run
              aegis audit retention rules.json --archive /mnt/archive/gw-1
            """)

    @OptionGroup var data: DataDirectory

    @Argument(help: "The rules.") var rules: String

    @Flag(help: "Say what would go, and remove nothing.") var dryRun = false

    @Option(help: ArgumentHelp("Where each segment is kept as it was, before it changes.", valueName: "folder"))
    var archive: String?

    private struct Rules: Decodable {
        var `default`: String
        var classes: [String: String]?
        var kinds: [String: String]?
        var policies: [String: String]?
        var tenants: [String: String]?
    }

    func run() async throws {
        let now = Timestamp.current().nanoseconds
        do {
            let keys = try AuditKeys.publicKeys(directory: data.audit.path)
            let run = try RetentionRun(
                directory: data.audit.path, keys: keys, rules: try read(), holds: try HoldBook(data).read().map(\.legal)
            )
            let plan: RetentionRun.Plan
            if dryRun {
                plan = try run.plan(now: now)
            } else {
                let journal = try openJournal(keys.last?.name ?? "")
                defer { journal.close() }
                plan = try run.plan(now: now)
                if !plan.segments.isEmpty { try await apply(plan, run, journal, now) }
            }
            Output.line(
                "\(dryRun ? "would remove" : "removed") \(plan.records) records from \(plan.segments.count) segments"
                    + (plan.held > 0 ? "; \(plan.held) are under a legal hold" : ""))
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    // What is to be pruned must be closed, so a new segment is begun.
    private func openJournal(_ gateway: String) throws -> AuditJournal {
        let keys = try AuditKeys.loadOrCreate(directory: data.audit.path, gateway: gateway)
        var configuration = AuditJournal.Configuration(gateway: gateway)
        configuration.beginsSegment = true
        return try AuditJournal.open(
            directory: data.audit.path, configuration: configuration, signer: keys.signer, trusted: keys.trusted)
    }

    private func apply(
        _ plan: RetentionRun.Plan, _ run: RetentionRun, _ journal: AuditJournal, _ now: Int64
    ) async throws {
        for draft in run.announcements(plan, now: now) { _ = try await journal.append(draft) }
        var archived: [(name: String, digest: String)] = []
        try run.apply(plan) { name, bytes in
            guard let archive else { return }
            let folder = URL(fileURLWithPath: archive, isDirectory: true)
            let file = folder.appendingPathComponent(name)
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                // What was archived earlier holds more than what is left here now.
                guard !FileManager.default.fileExists(atPath: file.path) else { return }
                try Data(bytes).write(to: file, options: .atomic)
            } catch {
                throw CommandFailure(
                    "\(name) cannot be archived to \(archive)", fix: "check the folder; nothing was removed")
            }
            archived.append((name, SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()))
        }
        for (name, digest) in archived {
            var draft = AuditRecordDraft(kind: .retention, tenant: "_unknown", time: now)
            draft.detail = CanonicalJSON(texts: ["event": "archived", "segment": name, "sha256": digest])
            _ = try await journal.append(draft)
        }
    }

    private func read() throws -> RetentionRules {
        let read: Rules
        do { read = try JSONDecoder().decode(Rules.self, from: Data(contentsOf: URL(fileURLWithPath: rules))) } catch {
            throw CommandFailure(
                "\(rules) holds no rules", fix: #"write it as {"default": "soc2", "tenants": {"acme": "hipaa"}}"#,
                exitCode: 2)
        }
        var classes: [String: Int64] = [:]
        for (name, span) in read.classes ?? [:] {
            classes[name] = try span == "forever" ? 0 : TimeSpan.seconds(span, "\(rules): classes.\(name)")
        }
        return try RetentionRules(
            standard: read.default, classes: classes, kinds: read.kinds ?? [:], policies: read.policies ?? [:],
            tenants: read.tenants ?? [:])
    }
}

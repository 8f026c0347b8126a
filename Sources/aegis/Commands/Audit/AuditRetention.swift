import Approvals
import ArgumentParser
import AuditTrail
import Crypto
import Foundation
import MerkleLog
import SIEMExport

struct AuditRetention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract:
            "Remove what records said once their retention is over, with their sealed inputs, and leave their hashes.",
        discussion: """
            RULES is JSON: {"default": "soc2", "classes": {"short": "90d"}, "kinds": {"heartbeat": "short"}, "policies": {}, "tenants": {"acme":
            "hipaa"}}. Classes that are there already: soc2 and pci (366 days), hipaa (6 years), sox (7 years), forever. A record's own
            `retention_class` comes first, then its kind, policy, tenant, and the default. Records of keys and of retention stay.

            First the trail says what will go; then the sealed inputs of those decisions are erased, with the salts of their records, and closed
            segments are written anew. Roots, signatures and proofs stay. What is under a legal
            hold stays, and so does what a sink of `aegis serve --export` has not taken yet. With --archive, all segments that change are in the store as
            they were, read back and compared, before anything goes. The gateway must not be running, unless nothing is removed (--dry-run).

            EXAMPLES
              aegis audit retention rules.json --dry-run
              aegis audit retention rules.json --archive /mnt/archive
              aegis audit retention rules.json --archive s3://acme-archive/trail?region=eu-central-1 --lock compliance --lock-for 7y
            """)

    @OptionGroup var data: DataDirectory

    @Argument(help: "The rules.") var rules: String

    @Flag(help: "Say what would go, and remove nothing.") var dryRun = false

    @Option(help: ArgumentHelp("Where each segment is kept as it was, before it changes.", valueName: "store"))
    var archive: String?

    @OptionGroup var lock: ArchiveLockOptions

    @Flag(help: "Print JSON.") var json = false

    @Option(
        help: ArgumentHelp(
            "A sink of --export that is gone for good: what it has not taken may go. May be repeated.",
            valueName: "sink"))
    var withoutSink: [String] = []

    @Flag(
        help:
            "Go on although this machine's clock is, or less than a week ago went, more than a week ahead of the newest record, as of a gateway that was long away."
    )
    var trustClock = false

    func validate() throws {
        guard lock.lock == nil || archive != nil else { throw ValidationError("--lock goes with --archive") }
    }

    func run() async throws {
        let now = Timestamp.current().nanoseconds
        do {
            let keys = try AuditKeys.publicKeys(directory: data.audit.path)
            let gateway = keys.last?.name ?? ""
            let file = rules
            let (rules, held) = (try RetentionRulesFile.read(file), try HoldBook(data).read())
            let holds = held.map(\.legal)
            let slowest = try slowestSink()
            let run = try RetentionRun(
                directory: data.audit.path, keys: keys, rules: rules, holds: holds,
                unreadFrom: slowest?.segment ?? .max)
            try RetentionRuleNames(file: file).check(rules, against: run)
            try checkClock(now)
            let plan: RetentionRun.Plan
            if dryRun {
                plan = try run.plan(now: now, closesLast: true)
            } else {
                let journal = try openJournal(gateway)
                defer { journal.close() }
                plan = try run.plan(now: now)
                if !plan.segments.isEmpty {
                    let archive = try archive.map {
                        try lock.archive($0, gateway: gateway, rules: rules, holds: holds)
                    }
                    try await apply(plan, run, journal, archive, held, now)
                }
            }
            show(plan, slowest)
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        } catch let error as SIEMError {
            throw CommandFailure(
                error.message, fix: "restore it from a copy, or release the sink with --without-sink NAME")
        }
    }

    private func slowestSink() throws -> SinkProgress? {
        let folder = data.url.appendingPathComponent("export").path
        let known = try SinkProgress.names(directory: folder)
        for name in withoutSink where !known.contains(name) {
            throw CommandFailure(
                "there is no sink `\(name)`",
                fix: known.isEmpty ? "no sink ever ran here" : "there are \(known.joined(separator: ", "))", exitCode: 2
            )
        }
        return try SinkProgress.read(directory: folder, leavingOut: Set(withoutSink)).min { $0.segment < $1.segment }
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
        _ plan: RetentionRun.Plan, _ run: RetentionRun, _ journal: AuditJournal, _ archive: SegmentArchive?,
        _ held: [HoldBook.Hold], _ now: Int64
    ) async throws {
        // Before anything is said to be gone, all of it is elsewhere: a store that is away changes nothing.
        var archived: [String: String] = [:]
        if let archive {
            let segments = try ClosedSegments(directory: data.audit.path)
            for number in plan.segments {
                let item = archive.item(try segments.read(number), now: now)
                _ = try await archive.keep(item)
                archived[item.segment.name] = item.digest
                try await record(item.detail, journal, now)
            }
        }
        // An archive takes its time, and somebody may have placed a hold meanwhile.
        var isDone = false
        try await HoldBook(data).unchanged(from: held) {
            for name in withoutSink { try await record(["event": "sink_released", "sink": name], journal, now) }
            for draft in run.announcements(plan, now: now) { _ = try await journal.append(draft) }
            try eraseInputs(plan.inputs)
            try run.apply(plan) { name, bytes in
                guard archive != nil else { return }
                let digest = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
                guard archived[name] == digest else {
                    throw CommandFailure(
                        "\(name) changed after it was archived", fix: "it was left as it is; try again")
                }
            }
            isDone = true
        }
        guard isDone else {
            throw CommandFailure(
                "a legal hold was placed or released meanwhile, so nothing was removed",
                fix: "run the same command again")
        }
    }

    private func show(_ plan: RetentionRun.Plan, _ slowest: SinkProgress?) {
        guard !json else {
            return Output.json(
                [
                    "records": plan.records, "segments": plan.segments.count, "inputs": plan.inputs.count,
                    "held": plan.held, "unread": plan.unread, "dry_run": dryRun,
                ] as [String: Any])
        }
        Output.line(
            "\(dryRun ? "would remove" : "removed") \(plan.records) records from \(plan.segments.count) segments"
                + (plan.held > 0 ? "; \(plan.held) are under a legal hold" : "")
                + (plan.unread > 0
                    ? "; \(plan.unread) wait for the sink `\(slowest?.name ?? "")`, which is at segment \(slowest?.segment ?? 0)"
                    : ""))
    }

    // A clock that is years ahead would find that everything is over.
    private func checkClock(_ now: Int64) throws {
        guard !trustClock, let silence = try TrailSilence.before(now, directory: data.audit.path) else { return }
        let since = Timestamp(nanoseconds: silence.since)
        throw CommandFailure(
            "this machine's clock says \(Timestamp(nanoseconds: now)), and the newest record "
                + (silence.until.map { "before \(Timestamp(nanoseconds: $0)) " } ?? "") + "is of \(since)",
            fix: "set the clock right; where the gateway was away for that long, add --trust-clock")
    }

    // While the records still tell which they are: a run that was interrupted is then finished by the next.
    private func eraseInputs(_ names: [InputName]) throws {
        guard !names.isEmpty, FileManager.default.fileExists(atPath: data.inputs.path) else { return }
        var inputs = try SealedInputReader(directory: data.inputs.path, key: try data.inputKey())
        let doomed = try inputs.doom(names)
        try inputs.erase(doomed)
    }

    private func record(_ detail: [String: String], _ journal: AuditJournal, _ now: Int64) async throws {
        var draft = AuditRecordDraft(kind: .retention, tenant: "_unknown", time: now)
        draft.detail = CanonicalJSON(texts: detail)
        _ = try await journal.append(draft)
    }
}

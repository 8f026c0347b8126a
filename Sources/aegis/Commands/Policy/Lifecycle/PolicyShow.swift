import ArgumentParser
import Foundation
import PolicyBundles
import PolicyLifecycle
import SignedTokens

struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version or a proposal: who wrote it, who approved it, what is in it.",
        discussion: """
            EXAMPLES
              aegis policy show                          the latest version
              aegis policy show 3 --bundle v3.tar.gz     the bundle, byte for byte as it was published
              aegis policy show prp_4f… --out look/      the policies of a proposal, as files
            """)

    @Argument(help: "A version's number or a proposal's id (default: the latest version).")
    var what: String?

    @Option(help: "Write the version's bundle to this file.")
    var bundle: String?

    @Option(
        name: [.customShort("o"), .customLong("out")],
        help: "Write the policies, as they were authored, to this folder.")
    var folder: String?

    @OptionGroup var options: HistoryOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            let history = try await options.read()
            let number = what.map { Int($0) } ?? history.state.versions.last?.number
            let version = history.state.versions.first { $0.number == number }
            if let bundle {
                guard let version else { throw CommandFailure("only a version has a bundle", exitCode: 2) }
                let archive = try await history.bundle(version: version.number).archive
                try ResultFile.write(archive, to: bundle)
            }
            let view = try await ProposalView(history, version?.proposal ?? what)
            if let folder { try await view.write(to: folder) }
            view.print(json: json)
        }
    }
}

/// A proposal and what became of it.
struct ProposalView {
    private let history: PolicyHistory
    private let record: ProposalRecord
    /// The shadow report that its author gives for it.
    private let report: [UInt8]?

    init(_ history: PolicyHistory, _ name: String?) async throws {
        self.history = history
        let state = history.state
        let candidates = name == nil ? state.openProposals : state.proposals.filter { $0.id.hasPrefix(name ?? "") }
        guard let record = candidates.first, candidates.count == 1 else {
            throw CommandFailure(
                candidates.isEmpty ? "there is no such version or proposal" : "\(candidates.count) proposals are meant",
                fix: "list them: aegis policy history", exitCode: candidates.isEmpty ? 1 : 2)
        }
        self.record = record
        if let digest = record.proposal.report { report = try await history.object(digest) } else { report = nil }
    }

    private var version: VersionRecord? { history.state.versions.first { $0.proposal == record.id } }

    private var status: String {
        switch record.status {
        case .open:
            if history.state.isStale(record) { return "stale: another version took its number" }
            let missing = history.state.rules.missing(after: record.approvalRoles)
            return record.proposal.restores == nil ? missing.map { "waits for \($0)" } ?? "approved" : "ready"
        case .rejected: return "rejected"
        case .withdrawn: return "withdrawn"
        case .revised(let by): return "revised by \(by)"
        case .signed(let number):
            if version?.abandoned != nil { return "version \(number), given up" }
            return version?.store == nil ? "version \(number), signed" : "version \(number), published"
        }
    }

    func print(json: Bool) {
        let proposal = record.proposal
        if json { return Output.json(object) }
        Output.line("\(history.tenant)/\(proposal.version): \(proposal.title)")
        var lines = [
            ("status", status), ("proposal", record.id),
            ("author", "\(record.authors.sorted().joined(separator: ", ")), \(record.time)"),
            ("region", proposal.region ?? "any"), ("content digest", proposal.contentDigest.description),
            ("parent", proposal.parent?.description ?? "none"),
        ]
        if let restored = proposal.restores {
            lines.append(("restores", "version \(restored.version): \(restored.reason)"))
        }
        if !proposal.promotes.isEmpty { lines.append(("promotes", proposal.promotes.joined(separator: ", "))) }
        for line in report.map(PromotionReport.lines) ?? [] { lines.append(("report", line)) }
        for widened in proposal.change?.widens ?? [] { lines.append(("WIDENS", widened)) }
        for narrowed in proposal.change?.narrows ?? [] { lines.append(("narrows", narrowed)) }
        if let version {
            lines.append(("digest", version.digest.description))
            lines.append(("signed by", "\(version.publisher) with \(version.key), \(version.time)"))
            if let emergency = version.emergency { lines.append(("EMERGENCY", emergency)) }
            if let reason = version.abandoned { lines.append(("given up", reason)) }
            if let reason = version.recalled { lines.append(("recalled", reason)) }
            lines.append(("store", version.store ?? "none yet"))
        }
        for event in reviews {
            lines.append(
                (
                    event.event.body.kind.rawValue,
                    "\(event.event.person), \(event.event.time), \(event.event.id): \(EventSentence.of(event.event.body))"
                ))
        }
        for (name, text) in lines { Output.line(name.padding(toLength: 16, withPad: " ", startingAt: 0) + text) }
        Output.line("files           \(proposal.files.count)")
        for file in proposal.files { Output.line("  \(file.digest.short)  \(file.path)") }
    }

    private var reviews: [SignedEvent] {
        (record.remarks + record.approvals + [record.rejection].compactMap { $0 })
            .sorted { $0.event.index < $1.event.index }
    }

    private var object: [String: Any] {
        [
            "proposal": record.id, "tenant": history.tenant, "version": record.proposal.version, "status": status,
            "title": record.proposal.title, "authors": record.authors.sorted(), "time": record.time.description,
            "content_digest": record.proposal.contentDigest.description,
            "parent": record.proposal.parent?.description ?? NSNull(), "promotes": record.proposal.promotes,
            "restores": record.proposal.restores.map { ["version": $0.version, "reason": $0.reason] as [String: Any] }
                ?? NSNull(),
            "widens": record.proposal.change?.widens ?? [],
            "shadow_report": report.flatMap { try? JSONSerialization.jsonObject(with: Data($0)) } ?? NSNull(),
            "published": version.map(VersionView.object) ?? NSNull(),
            "reviews": reviews.map {
                [
                    "id": $0.event.id, "kind": $0.event.body.kind.rawValue, "person": $0.event.person,
                    "time": $0.event.time.description, "text": EventSentence.of($0.event.body),
                ]
            },
            "files": record.proposal.files.map { ["path": $0.path, "digest": $0.digest.description] },
        ]
    }

    /// The policies as they were authored.
    func write(to folder: String) async throws {
        let prefix = "policies/"
        for file in try await history.content(of: record) where file.path.hasPrefix(prefix) {
            let target = URL(fileURLWithPath: folder).appendingPathComponent(String(file.path.dropFirst(prefix.count)))
            do {
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.bytes).write(to: target, options: .withoutOverwriting)
            } catch {
                throw CommandFailure("`\(target.path)` cannot be written", fix: "choose an empty folder with --out")
            }
        }
    }
}

import ArgumentParser
import Foundation
import PolicyBundles
import PolicyLifecycle
import SignedTokens

struct PolicyHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Tell what happened to a tenant's policies: every proposal, review, version.",
        discussion: """
            Reads the history whole and believes none of it unproven: an altered byte stops it. `verify-history` tells more.

            EXAMPLES
              aegis policy history --tenant acme
              aegis policy history --json | jq -r '.events[] | select(.kind == "approved") | .person'
            """)

    @OptionGroup var options: HistoryOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            let history = try await options.read()
            if json {
                let events = try history.events.map { try JSONSerialization.jsonObject(with: Data($0.bytes)) }
                return Output.json([
                    "tenant": history.tenant, "head": history.state.head, "events": events,
                    "versions": history.state.versions.map(VersionView.object),
                ])
            }
            guard !history.events.isEmpty else {
                return Output.line("\(history.tenant): nothing has happened yet")
            }
            Output.table(
                ["#", "WHEN", "WHO", "EVENT", "ID", "WHAT"],
                history.events.map { event in
                    [
                        String(event.event.index), event.event.time.description, event.event.person,
                        event.event.body.kind.rawValue, event.event.id, EventSentence.of(event.event.body),
                    ]
                })
            let latest = history.state.versions.last.map { "version \($0.number), \($0.digest.short)" } ?? "no version"
            Output.line("\(history.tenant): \(latest); head \(history.state.head)")
            for owed in history.state.owedReviews {
                Output.line(
                    "version \(owed.number) was published in an emergency and waits for its review (\(owed.proposal))")
            }
            for rejected in history.state.rejectedEmergencies {
                Output.line(
                    "version \(rejected.number) was published in an emergency and REJECTED, and nothing has taken its place: aegis policy rollback"
                )
            }
        }
    }
}

/// What an event says, in one line.
enum EventSentence {
    static func of(_ body: EventBody) -> String {
        switch body {
        case .trusted(let root): return "trust root \(root.version)"
        case .proposed(let proposal):
            let reason = proposal.restores.map { " (\($0.reason))" } ?? ""
            return "version \(proposal.version): \(proposal.title)\(reason)"
        case .commented(let remark): return quoted(remark.comment)
        case .withdrawn(let remark): return "\(remark.proposal): \(quoted(remark.comment))"
        case .approved(let verdict), .rejected(let verdict):
            return
                "version \(verdict.version) as \(verdict.role)\(verdict.comment.isEmpty ? "" : ": \(quoted(verdict.comment))")"
        case .signed(let version):
            let emergency = version.emergency.map { "EMERGENCY \(quoted($0)), " } ?? ""
            let approvals = version.approvals.count
            return
                "version \(version.version), \(version.digest.short), \(emergency)\(approvals) approval\(approvals == 1 ? "" : "s")"
        case .published(let publication): return "version \(publication.version) to \(publication.store)"
        case .recalled(let recall):
            return "version \(recall.version) for \(recall.to) in \(recall.store): \(quoted(recall.reason))"
        case .abandoned(let abandonment): return "version \(abandonment.version): \(quoted(abandonment.reason))"
        }
    }

    private static func quoted(_ text: String) -> String {
        "“\(text.split(separator: "\n").joined(separator: " / "))”"
    }
}

/// A version for programs.
enum VersionView {
    static func object(_ version: VersionRecord) -> [String: Any] {
        [
            "version": version.number, "proposal": version.proposal, "digest": version.digest.description,
            "content_digest": version.contentDigest.description, "publisher": version.publisher, "key": version.key,
            "time": version.time.description, "emergency": version.emergency ?? NSNull(),
            "approvals": version.signed.approvals, "store": version.store ?? NSNull(),
            "abandoned": version.abandoned ?? NSNull(), "recalled": version.recalled ?? NSNull(),
        ]
    }
}

import ArgumentParser
import Foundation
import ObjectStores
import PolicyBundles
import PolicyImpact
import PolicyLifecycle
import SignedTokens

struct PolicyVerifyHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-history",
        abstract:
            "Verify a tenant's whole history offline: hashes, signatures, separation of duties, versions, bundles.",
        discussion: """
            Needs only the files and a trust root. Without --trust the history is judged by its own trust root: that finds damage
            and broken rules, but whoever could replace the whole history could replace its root too. With --store it also compares
            every bundle that was published there, and the pointer that gateways follow; regions may have stores of their own, so give
            it for each. With --head it tells whether the end is missing. What a version allows more than the one before, and nobody
            acknowledged, is worked out again and noted.

            EXAMPLES
              aegis policy verify-history --tenant acme --trust trust-root.json
              aegis policy verify-history --tenant acme --trust trust-root.json --store file:///var/lib/aegis/bundles --head sha256:9f…
            """)

    @OptionGroup var options: HistoryOptions

    @Option(help: "The digest of the last event, as you noted it.")
    var head: String?

    @Option(help: "A store whose bundles and pointer have to be those of the history. May be repeated.")
    var store: [String] = []

    @Flag(help: "Print the report as JSON.")
    var json = false

    func run() async throws {
        let report = try await LifecycleFailure.reporting {
            try await HistoryVerifier(
                tenant: options.tenantName, store: try options.store, pinned: try options.root(), expectedHead: head,
                stores: try store.map { address -> (name: String, store: any BundleStore) in
                    (address, try BundleService.store(at: address, environment: ProcessInfo.processInfo.environment))
                },
                now: LifecycleSession.now, meaning: ChangeNote.meaning
            ).verify()
        }
        for fault in report.faults { ErrorOutput.write(fault.description) }
        for note in report.notes { ErrorOutput.write("note: \(note)") }
        json ? Output.json(Self.object(report)) : Output.line(Self.summary(report))
        if !report.isIntact { throw ExitCode(1) }
    }

    private static func summary(_ report: HistoryReport) -> String {
        guard report.isIntact else {
            return "\(report.tenant): NOT intact, \(counted(report.faults.count, "fault"))"
        }
        let compared = report.compared > 0 ? ", \(counted(report.compared, "bundle")) in the store the same" : ""
        return
            "\(report.tenant): intact; \(counted(report.events, "event")), every signature and rule; "
            + "\(counted(report.versions, "version")) without a gap, \(counted(report.approvals, "approval"))"
            + "\(compared); head \(report.head)"
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func object(_ report: HistoryReport) -> [String: Any] {
        [
            "tenant": report.tenant, "intact": report.isIntact, "events": report.events, "head": report.head,
            "signatures": report.signatures, "approvals": report.approvals, "versions": report.versions,
            "objects": report.objects, "bundles_compared": report.compared, "notes": report.notes,
            "faults": report.faults.map { fault -> [String: Any] in
                var object: [String: Any] = ["code": fault.code.rawValue, "message": fault.message]
                if let location = fault.location { object["file"] = location }
                if let byte = fault.byte { object["byte"] = byte }
                return object
            },
        ]
    }
}

import AuditTrail
import Foundation
import PolicyDocuments

/// What a trail says for enforcing certain shadow policies: how many calls each of them spoke about, and which of those it
/// would have stopped. Calls of which a candidate bundle spoke in their place say nothing about them.
struct PromotionReport {
    private struct Subject {
        let policy: PolicyDocument
        var calls = 0
    }

    private var report: ShadowReport
    private var subjects: [Subject]
    private let start: String?
    private let tenant: String

    /// - Parameter start: RFC 3339 in UTC, as records write times.
    init(of names: [String], in tree: PolicyTree, tenant: String, from start: String?) {
        let wanted = Set(names)
        let catalog = PolicyCatalog(tree, findings: Findings(files: tree.files))
        subjects = catalog.policies.filter { wanted.contains($0.name) }.map { Subject(policy: $0) }
        report = ShadowReport(since: start, tenant: tenant, sampleCount: 3)
        self.start = start
        self.tenant = tenant
    }

    mutating func add(_ record: AuditRecordLine) {
        guard record["tenant"] == tenant, record.isMadeCall, record.candidateVersion == nil else { return }
        report.add(record)
        // A call that no shadow policy was asked about says nothing about this one.
        guard record["time"] ?? "" >= start ?? "", record["would_decision"] != nil, let agent = record["agent_id"],
            let tool = record["tool_name"]
        else { return }
        for index in subjects.indices {
            let policy = subjects[index].policy
            if policy.speaksAbout(agent: agent), policy.speaksAbout(tool: tool) { subjects[index].calls += 1 }
        }
    }

    /// Policies of which the trail shows no call.
    var unseen: [String] { subjects.filter { $0.calls == 0 }.map(\.policy.name) }

    /// What is kept with the proposal, as JSON.
    var object: [String: Any] {
        let names = Set(subjects.map(\.policy.name))
        let rows = report.rows.filter { names.contains($0.group.policy) }
        var object = PolicyShadowReport.object(report)
        object["rows"] = rows.map { (row: ShadowReport.Row) in PolicyShadowReport.object(row) }
        object["would_block"] = rows.reduce(0) { $0 + $1.count }
        object["policies"] = subjects.map { subject in
            [
                "policy": subject.policy.name, "calls": subject.calls,
                "would_block": rows.filter { $0.group.policy == subject.policy.name }.reduce(0) { $0 + $1.count },
            ] as [String: Any]
        }
        return object
    }

    /// A kept report in words; nothing where the bytes are none.
    static func lines(of kept: [UInt8]) -> [String] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(kept)) as? [String: Any] else { return [] }
        func texts(_ member: String, _ line: ([String: Any]) -> String) -> [String] {
            (object[member] as? [[String: Any]] ?? []).map(line)
        }
        func text(_ row: [String: Any], _ member: String) -> String { row[member].map { "\($0)" } ?? "" }
        let since = (object["since"] as? String).map { " since \($0)" } ?? ""
        return texts("policies") { policy in
            "in shadow\(since), `\(text(policy, "policy"))` spoke about \(text(policy, "calls")) calls and would have stopped \(text(policy, "would_block"))"
        }
            + texts("rows") { row in
                "  \(text(row, "count")) × \(text(row, "would_decision"))  \(text(row, "policy"))/\(text(row, "rule"))  \(text(row, "agent_id"))  \(text(row, "tool_name"))"
            }
    }
}

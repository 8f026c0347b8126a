import Approvals
import AuditTrail

/// Puts each person's verdict on an approval into the audit trail.
struct VerdictTrail: Sendable {
    let journal: AuditJournal

    func record(_ approval: Approval, _ approver: Approver) async throws {
        var draft = AuditRecordDraft(
            kind: .approval, tenant: approval.call.tenant, time: Timestamp.current().nanoseconds)
        draft.approvalID = approval.id.description
        draft.agentID = approval.call.agent
        draft.toolName = approval.call.tool
        draft.policyVersion = approval.call.policyVersion
        let vote = approval.votes.last { $0.approver == approver.name }
        draft.detail = CanonicalJSON(texts: [
            "approver": approver.name, "roles": approver.roles.joined(separator: " "),
            "verdict": vote?.verdict.rawValue ?? "", "comment": vote?.comment ?? "", "status": approval.state.rawValue,
        ])
        _ = try await journal.append(draft)
    }
}

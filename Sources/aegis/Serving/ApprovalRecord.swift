import Approvals
import AuditTrail
import Foundation
import RegoValues

/// The audit record of something that happened to an approval.
enum ApprovalRecord {
    static func draft(_ event: ApprovalEvent, of approval: Approval, now: Timestamp) throws -> AuditRecordDraft {
        var draft = AuditRecordDraft(kind: .approval, tenant: approval.call.tenant, time: now.nanoseconds)
        draft.idempotencyKey = approval.name(of: event)
        draft.approvalID = approval.id.description
        draft.agentID = approval.call.agent
        draft.callChain = approval.chain
        draft.sessionID = approval.sessionID
        draft.toolName = approval.call.tool
        draft.policyVersion = approval.call.policyVersion
        draft.rule = approval.terms.rule
        if event.kind == .asked {
            draft.decisionID = approval.decisionIDs.first
            let shown = try Document(json: Array(approval.shownParameters.utf8))
            draft.parametersShown = try withExtendedLifetime(shown) { try CanonicalJSON(shown.root) }
        }
        var detail = [
            "event": event.kind.rawValue, "at": event.at.description, "shown_digest": approval.shown.digest,
        ]
        switch event.kind {
        case .asked:
            detail["approvers"] = approval.terms.approvers.joined(separator: " ")
            detail["quorum"] = String(approval.terms.quorum)
            detail["expires_at"] = approval.expiresAt.description
        case .escalated: detail["approvers"] = approval.terms.escalateTo.joined(separator: " ")
        case .voted, .approved, .denied:
            detail["approver"] = event.by
            detail["roles"] = event.roles.joined(separator: " ")
        case .withdrawn: detail["by"] = event.by
        case .expired: break
        }
        detail["via"] = event.via
        detail["comment"] = event.comment
        draft.detail = CanonicalJSON(texts: detail)
        return draft
    }
}

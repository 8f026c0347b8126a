import Approvals
import AuditTrail
import Foundation
import RegoValues

/// The audit record of something that happened to an approval.
enum ApprovalRecord {
    /// - Parameter undelivered: the channels that there is no way to tell of it.
    static func draft(
        _ event: ApprovalEvent, of approval: Approval, undelivered: [String], now: Timestamp
    ) throws -> AuditRecordDraft {
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
            draft.actingFor = approval.actingFor
        }
        var detail = [
            "event": event.kind.rawValue, "at": event.at.description, "shown_digest": approval.shown.digest,
        ]
        switch event.kind {
        case .asked:
            for (number, requirement) in approval.terms.requirements.enumerated() {
                // The first keeps the plain names.
                let place = number == 0 ? "" : "_\(number + 1)"
                detail["rule\(place)"] = "\(requirement.policy)/\(requirement.rule)"
                detail["reason\(place)"] = requirement.reason
                detail["approvers\(place)"] = requirement.approvers.joined(separator: " ")
                detail["quorum\(place)"] = String(requirement.quorum)
            }
            detail["expires_at"] = approval.expiresAt.description
        case .escalated:
            let (before, after) = approval.entitled(around: event)
            detail["approvers"] = after.filter { !before.contains($0) }.joined(separator: " ")
        case .voted, .approved, .denied:
            detail["approver"] = event.by
            detail["roles"] = event.roles.joined(separator: " ")
        case .withdrawn: detail["by"] = event.by
        case .expired: break
        }
        if !undelivered.isEmpty { detail["undelivered"] = undelivered.joined(separator: " ") }
        detail["via"] = event.via
        detail["comment"] = event.comment
        draft.detail = CanonicalJSON(texts: detail)
        return draft
    }
}

extension Approval {
    /// The approval as the API shows it, at `now`. Votes name their approvers; the token is never part of it.
    public func write(to json: inout JSONText, now: Timestamp) {
        json.object { json in
            json.field("approval_id", id.description)
            json.field("status", state(at: now).rawValue)
            json.field("tenant", call.tenant)
            json.field("agent_id", call.agent)
            json.field("tool_name", call.tool)
            json.key("parameters_shown")
            json.raw(shownParameters.utf8)
            json.field("call_chain", chain)
            json.key("shown")
            json.raw(shown.json.utf8)
            json.field("shown_digest", shown.digest)
            json.field("policy_version", call.policyVersion)
            json.field("policy", terms.policy)
            json.field("rule", terms.rule)
            json.field("message", terms.message)
            json.field("approvers", entitled)
            json.field("quorum", Int64(terms.quorum))
            json.key("votes")
            json.array { list in
                for vote in votes {
                    list.object { entry in
                        entry.field("approver", vote.approver)
                        entry.field("verdict", vote.verdict.rawValue)
                        entry.field("comment", vote.comment)
                        entry.field("at", vote.at.description)
                    }
                }
            }
            json.field("decision_ids", decisionIDs)
            json.field("session_id", sessionID)
            json.field("created_at", createdAt.description)
            json.field("expires_at", expiresAt.description)
            json.field("escalated_at", escalatedAt?.description)
            json.field("changed_at", changedAt.description)
            json.field("redeemed_by", redeemedBy)
        }
    }
}

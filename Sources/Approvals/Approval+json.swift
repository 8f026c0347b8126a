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
            json.field("acting_for", actingFor)
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
            json.key("requirements")
            json.array { list in
                for requirement in terms.requirements {
                    list.object { entry in
                        entry.field("policy", requirement.policy)
                        entry.field("rule", requirement.rule)
                        entry.field("reason", requirement.reason)
                        entry.field("approvers", entitled(requirement))
                        entry.field("quorum", Int64(requirement.quorum))
                        entry.field("given", Int64(given(requirement)))
                    }
                }
            }
            json.key("votes")
            json.array { list in
                for vote in votes {
                    list.object { entry in
                        entry.field("approver", vote.approver)
                        entry.field("roles", vote.roles)
                        entry.field("verdict", vote.verdict.rawValue)
                        entry.field("comment", vote.comment)
                        entry.field("at", vote.at.description)
                    }
                }
            }
            json.field("notify", terms.notify)
            json.field("undelivered", undelivered)
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

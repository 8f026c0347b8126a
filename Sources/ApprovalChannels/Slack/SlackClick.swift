import Approvals
import RegoValues

/// A click on one of our buttons, read from the body of an interactivity request. Nothing in it but the user's id, the
/// button and the approval's id is believed.
struct SlackClick: Hashable, Sendable {
    struct Unreadable: Error, Hashable {
        let message: String
    }

    let userID: String
    let verdict: Approval.Vote.Verdict
    let approval: ApprovalID
    /// Where an answer to this click goes.
    let responseURL: String?
    /// Names the click: Slack repeats a request under the same one.
    let triggerID: String

    static let approveAction = "aegis_approve"
    static let denyAction = "aegis_deny"

    /// - Returns: nil for an interaction that is none of ours, such as a link button.
    init?(form bytes: [UInt8]) throws(Unreadable) {
        guard let payload = FormText(bytes)?["payload"], let document = try? Document(json: Array(payload.utf8)) else {
            throw Unreadable(message: "the body has no field `payload` with JSON in it")
        }
        defer { withExtendedLifetime(document) {} }
        let root = document.root
        guard root.lookup("type").string == "block_actions" else { return nil }
        guard root.lookup("actions").kind == .array, let action = root.lookup("actions").elements.first else {
            throw Unreadable(message: "the payload has no action")
        }
        switch action.lookup("action_id").string {
        case SlackClick.approveAction?: verdict = .approve
        case SlackClick.denyAction?: verdict = .deny
        default: return nil
        }
        guard let user = root.lookup("user").lookup("id").string, !user.isEmpty else {
            throw Unreadable(message: "the payload names no user")
        }
        guard let id = action.lookup("value").string.flatMap(ApprovalID.init(parsing:)) else {
            throw Unreadable(message: "the button names no approval")
        }
        userID = user
        approval = id
        responseURL = root.lookup("response_url").string
        triggerID = root.lookup("trigger_id").string ?? action.lookup("action_ts").string ?? ""
    }
}

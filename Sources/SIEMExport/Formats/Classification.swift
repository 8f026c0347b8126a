/// What kind of event a record is, in the closed words of ECS.
/// Source: ECS, "Categorization fields" and "Allowed values".
struct Classification: Sendable, Hashable {
    var kind = "event"
    var category: [String]
    var type: [String]
    var outcome: String
    var action: String

    init(_ event: SIEMEvent) {
        action = event.happening ?? event.kind
        switch event.kind {
        case "decision":
            category = ["api"]
            action = "execute_tool"
            switch event.text("decision") {
            case "allow": (type, outcome) = (["allowed"], "success")
            case "sanitize": (type, outcome) = (["allowed", "change"], "success")
            case "approval_needed": (type, outcome) = (["denied", "info"], "unknown")
            default: (type, outcome) = (["denied"], "failure")
            }
        case "approval", "token":
            (category, type) = (["iam"], ["info"])
            switch event.happening {
            case "approved", "redeemed": outcome = "success"
            case "denied", "expired", "refused": outcome = "failure"
            default: outcome = "unknown"
            }
        case "bundle", "policy_review", "key", "config":
            (category, type) = (["configuration"], ["change"])
            outcome = ["rejected", "withdrawn"].contains(event.happening) ? "failure" : "success"
        case "retention":
            (category, type, outcome) = (["configuration"], ["deletion"], "success")
        case "budget":
            (category, type) = (["api"], ["info"])
            outcome = event.happening == "budget_overrun" ? "failure" : "success"
            if event.happening == "budget_alert" || event.happening == "budget_overrun" { kind = "alert" }
        case "heartbeat":
            (kind, category, type, outcome) = ("state", ["configuration"], ["info"], "success")
        default:
            (category, type, outcome) = (["api"], ["info"], "unknown")
        }
    }
}

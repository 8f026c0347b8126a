import Approvals
import AuditTrail
import RegoSyntax

/// Holds the tenants and policies of retention rules against those of the trail. A rule that no record meets may be for one that
/// has not called yet, or misspelt: then the records that it was to keep go by the default.
struct RetentionRuleNames {
    /// The file of the rules.
    let file: String
    let rules: RetentionRules

    /// Warns of rules that no record meets.
    /// - Throws: ``CommandFailure`` where such a rule is nearly one for a name that is there and has none of its own.
    func check(_ plan: RetentionRun.Plan) throws(CommandFailure) {
        try check("tenants", rules.tenants, met: plan.tenants, what: "tenant")
        try check("policies", rules.policies, met: plan.policies, what: "policy")
    }

    private func check(
        _ member: String, _ classes: [String: String], met: Set<String>, what: String
    ) throws(CommandFailure) {
        let unruled = met.subtracting(classes.keys).sorted()
        for name in classes.keys.sorted() where !met.contains(name) {
            let said = VisibleText.of("\(file): `\(member).\(name)`: no record of this trail is of such a \(what)")
            if let near = NearMiss.of(name, among: unruled) {
                throw CommandFailure(
                    said,
                    fix: VisibleText.of(
                        "did you mean `\(near)`? Correct it, or give `\(near)` a class of its own; nothing was removed")
                )
            }
            ErrorOutput.write("warning: \(said)")
        }
    }
}

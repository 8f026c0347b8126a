import Approvals
import AuditTrail
import RegoSyntax

/// Holds the tenants and policies of retention rules against those of the trail. A rule that no record meets may be for one that
/// has not called yet, or misspelt: then the records that it was to keep go by the default.
struct RetentionRuleNames {
    /// The file of the rules.
    let file: String

    /// More of them say nothing more.
    private static let mostWarnings = 10

    /// Warns of rules that no record meets. Reads the trail where the rules name tenants or policies.
    /// - Throws: ``CommandFailure`` where such a rule is nearly one for a name that is there and has none of its own;
    ///   ``AuditError``.
    func check(_ rules: RetentionRules, against run: RetentionRun) throws {
        guard !rules.tenants.isEmpty || !rules.policies.isEmpty else { return }
        let names = try run.names()
        try check("tenants", rules.tenants, met: names.tenants, what: "tenant")
        try check("policies", rules.policies, met: names.policies, what: "policy")
    }

    private func check(
        _ member: String, _ classes: [String: String], met: Set<String>, what: String
    ) throws(CommandFailure) {
        let unruled = met.subtracting(classes.keys).sorted()
        let unmet = classes.keys.filter { !met.contains($0) }.sorted()
        for name in unmet {
            guard let near = NearMiss.of(name, among: unruled) else { continue }
            throw CommandFailure(
                said(member, name, what),
                fix: VisibleText.of(
                    "did you mean `\(near)`? Correct it, or give `\(near)` a class of its own; nothing was removed"))
        }
        for name in unmet.prefix(Self.mostWarnings) { ErrorOutput.write("warning: \(said(member, name, what))") }
        if unmet.count > Self.mostWarnings {
            ErrorOutput.write("warning: nor of \(unmet.count - Self.mostWarnings) others under `\(member)`")
        }
    }

    private func said(_ member: String, _ name: String, _ what: String) -> String {
        VisibleText.of("\(file): `\(member).\(name)`: no record of this trail is of such a \(what)")
    }
}

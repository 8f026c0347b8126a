import RegoSyntax

/// Checks what the fields of an `approval` say together.
struct ApprovalTermsChecker {
    let findings: Findings

    func check(_ policy: LocatedNode) {
        if let approval = policy[name: "approval"] { checkTerms(approval) }
        for rule in policy[name: "rules"]?.elements ?? [] {
            if let approval = rule[name: "approval"] { checkTerms(approval) }
        }
    }

    private func checkTerms(_ approval: LocatedNode) {
        checkEscalation(approval)
        checkQuorum(approval)
    }

    private func checkEscalation(_ approval: LocatedNode) {
        let (after, to) = (approval.entry("escalate_after"), approval.entry("escalate_to"))
        if let after, to == nil {
            findings.error(
                .needsField, "`escalate_after` needs `escalate_to`", at: after.keyLocation,
                fix: "add `escalate_to: [\"role:...\"]`: who may decide then")
        }
        if let to, after == nil {
            findings.error(
                .needsField, "`escalate_to` needs `escalate_after`", at: to.keyLocation,
                fix: "add `escalate_after: 10m`: how long nobody has decided")
        }
        guard let after, let delay = after.value.string.flatMap({ WholeDuration($0)?.seconds }) else { return }
        let end = approval[name: "expires_after"]?.string.flatMap { WholeDuration($0)?.seconds } ?? 1800
        if delay >= end {
            findings.error(
                .contradiction, "`escalate_after` is not before the approval expires", at: after.value.location,
                fix: "shorten it, or lengthen `expires_after` (`30m` by default)")
        }
    }

    /// People who are named are counted; how many hold a role is not known here.
    private func checkQuorum(_ approval: LocatedNode) {
        guard let quorum = approval[name: "quorum"], let count = quorum.integer else { return }
        let names = (approval[name: "approvers"]?.strings ?? []) + (approval[name: "escalate_to"]?.strings ?? [])
        guard !names.isEmpty, names.allSatisfy({ $0.value.hasPrefix("person:") }) else { return }
        if Set(names.map(\.value)).count < count {
            findings.error(
                .contradiction, "the quorum is \(count), and only \(Set(names.map(\.value)).count) people may decide",
                at: quorum.location, fix: "name more approvers, or lower `quorum`")
        }
    }
}

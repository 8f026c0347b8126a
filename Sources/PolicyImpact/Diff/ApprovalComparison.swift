import PolicyDocuments
import RegoSyntax

/// What changed in the terms of an approval.
struct ApprovalComparison {
    let place: String
    let rule: String
    let location: SourceLocation

    func changes(from a: PolicyDocument.Approval, to b: PolicyDocument.Approval) -> [PolicyChange] {
        var changes = people("approvers", a.approvers, b.approvers, isOptional: false)
        changes += people("escalate_to", a.escalateTo, b.escalateTo, isOptional: true)
        changes += number("quorum", a.quorum, b.quorum, moreWidens: false)
        changes += number("expires_after", a.expiresAfter, b.expiresAfter, moreWidens: true, unit: " s")
        if a.escalateAfter != b.escalateAfter {
            let isSooner = (b.escalateAfter ?? .max) < (a.escalateAfter ?? .max)
            changes.append(
                change(
                    isSooner ? .widens : .narrows, "more people may decide \(isSooner ? "sooner" : "later or never")",
                    a.escalateAfter.map { "\($0) s" }, b.escalateAfter.map { "\($0) s" }))
        }
        if a.notify != b.notify {
            changes.append(
                change(
                    .neutral, "other channels are told", a.notify.joined(separator: ", "),
                    b.notify.joined(separator: ", ")))
        }
        return changes
    }

    /// Without names, the tool's risk says who decides: whether these are fewer or more cannot be told here.
    private func people(_ field: String, _ a: [String], _ b: [String], isOptional: Bool) -> [PolicyChange] {
        let (was, now) = (Set(a), Set(b))
        guard was != now else { return [] }
        let texts = (a.joined(separator: ", "), b.joined(separator: ", "))
        if !isOptional, a.isEmpty || b.isEmpty {
            return [change(.mayWiden, "others approve than before", texts.0, texts.1)]
        }
        let added = now.subtracting(was).sorted()
        let removed = was.subtracting(now).sorted()
        var changes: [PolicyChange] = []
        if !added.isEmpty {
            changes.append(change(.widens, "\(PolicyComparison.listed(added)) may approve too", texts.0, texts.1))
        }
        if !removed.isEmpty {
            changes.append(
                change(.narrows, "\(PolicyComparison.listed(removed)) may not approve any more", texts.0, texts.1))
        }
        return changes
    }

    private func number(_ field: String, _ a: Int, _ b: Int, moreWidens: Bool, unit: String = "") -> [PolicyChange] {
        guard a != b else { return [] }
        return [
            change(
                (b > a) == moreWidens ? .widens : .narrows,
                "`\(field)` was \(b > a ? "raised" : "lowered") from \(a)\(unit) to \(b)\(unit)", "\(a)", "\(b)")
        ]
    }

    private func change(
        _ effect: PolicyChange.Effect, _ words: String, _ before: String?, _ after: String?
    ) -> PolicyChange {
        PolicyChange(
            effect, .approval, in: place, rule: rule, "the approval of `\(rule)`: \(words)", before: before,
            after: after, at: location)
    }
}

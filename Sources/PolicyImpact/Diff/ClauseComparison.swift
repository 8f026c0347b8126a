import PolicyDocuments
import RegoSyntax

/// What it means that a clause came, went or changed.
struct ClauseComparison {
    let old: PolicyDocument
    let new: PolicyDocument
    let before: DiffSide
    let after: DiffSide

    private var place: String { "policy \(new.name)" }

    // MARK: Came and went

    func appeared(_ clause: PolicyDocument.Clause, isAdded: Bool) -> [PolicyChange] {
        let verb = isAdded ? "came" : "is gone"
        func change(_ effect: PolicyChange.Effect, _ subject: PolicyChange.Subject, _ what: String) -> [PolicyChange] {
            let text = Self.text(clause, of: isAdded ? new : old)
            return [
                PolicyChange(
                    effect, subject, in: place, rule: clause.name, "\(what) `\(clause.name)` \(verb): \(text)",
                    before: isAdded ? nil : text, after: isAdded ? text : nil, at: clause.location)
            ]
        }
        let restricting: PolicyChange.Effect = isAdded ? .narrows : .widens
        let permitting: PolicyChange.Effect = isAdded ? .widens : .narrows
        if clause.asksForApproval {
            return change(isAdded ? effectOfMoreApprovals : effectOfFewerApprovals, .approval, "the approval")
        }
        switch clause.kind {
        case .effect(.allow): return change(permitting, .permit, "the permit")
        case .effect: return change(restricting, .denial, "the denial")
        case .rule(let rule):
            switch rule.effect {
            case .allow: return change(permitting, .permit, "the permit")
            case .sanitize: return change(restricting, .sanitizer, "the sanitizer")
            default: return change(restricting, .denial, "the denial")
            }
        case .sanitize: return change(restricting, .sanitizer, "the sanitizer")
        case .budget: return change(restricting, .budget, "the budget")
        case .rate: return change(restricting, .rate, "the rate")
        case .distinct: return change(restricting, .count, "the count")
        default: return change(restricting, .guard, "the guard")
        }
    }

    /// Calls that no policy let pass can pass with an approval; calls that passed freely wait for one.
    private var effectOfMoreApprovals: PolicyChange.Effect {
        Reach.pairs(of: new, in: after.catalog).allSatisfy(before.reach.isFree) ? .narrows : .mayWiden
    }

    /// Calls that waited pass, where something else permits them; else they are denied.
    private var effectOfFewerApprovals: PolicyChange.Effect {
        Reach.pairs(of: old, in: before.catalog).contains(where: after.reach.reaches) ? .widens : .narrows
    }

    /// What the clause says, as authored.
    static func text(_ clause: PolicyDocument.Clause, of policy: PolicyDocument) -> String {
        let lines = PolicyExplanation.lines(clause, of: policy).map(\.text)
        return lines.joined(separator: "; ")
    }

    // MARK: Changed

    func compare(_ was: PolicyDocument.Clause, _ now: PolicyDocument.Clause) -> [PolicyChange] {
        switch (was.kind, now.kind) {
        case (.effect(let a), .effect(let b)):
            guard a != b else { return approval(nil, nil, now) }
            return appeared(was, isAdded: false) + appeared(now, isAdded: true)
        case (.maximumAmount(let a, let wasHard), .maximumAmount(let b, let isHard)):
            let moved = threshold(a, b, now)
            guard wasHard == isHard else {
                let words =
                    isHard
                    ? "above `\(now.name)` calls are denied, and not held for approval any more"
                    : "above `\(now.name)` calls are held for approval, and not denied any more"
                return moved + [
                    PolicyChange(
                        isHard ? .narrows : .widens, .approval, in: place, rule: now.name, words, at: now.location)
                ]
            }
            return moved + (isHard ? [] : approval(nil, nil, now))
        case (.approvalNeeded(let a), .approvalNeeded(let b)):
            return conditions(a, b, .approvalNeeded, now) + approval(nil, nil, now)
        case (.rule(let a), .rule(let b)): return compare(a, b, was, now)
        case (.sanitize(let a), .sanitize(let b)): return sanitizers(a, b, now)
        case (.maximumDepth(let a), .maximumDepth(let b)): return threshold(String(a), String(b), now)
        case (.budget(_, let a), .budget(_, let b)):
            guard a.currency == b.currency else {
                return [changed(.mayWiden, .budget, "is in another currency", was, now)]
            }
            return a.micros == b.micros
                ? []
                : [
                    changed(
                        b.micros > a.micros ? .widens : .narrows, .budget,
                        b.micros > a.micros ? "was raised" : "was lowered", was, now)
                ]
        case (.rate(let a, let burst), .rate(let b, let newBurst)):
            guard a != b || burst != newBurst else { return [] }
            let isMore = newBurst > burst || Self.isMore(b, than: a)
            return [changed(isMore ? .widens : .narrows, .rate, isMore ? "was raised" : "was lowered", was, now)]
        case (.endpoints, .endpoints), (.domains, .domains): return lists(was, now, moreWidens: true)
        case (.deniedCallers, .deniedCallers): return lists(was, now, moreWidens: false)
        case (.require, .require): return requirements(was, now)
        case (.distinct(let a), .distinct(let b)): return counts(a, b, was, now)
        default: return appeared(was, isAdded: false) + appeared(now, isAdded: true)
        }
    }

    private func changed(
        _ effect: PolicyChange.Effect, _ subject: PolicyChange.Subject, _ how: String, _ was: PolicyDocument.Clause,
        _ now: PolicyDocument.Clause
    ) -> PolicyChange {
        let (a, b) = (Self.text(was, of: old), Self.text(now, of: new))
        return PolicyChange(
            effect, subject, in: place, rule: now.name, "`\(now.name)` \(how): \(a) became \(b)", before: a, after: b,
            at: now.location)
    }

    /// A limit above which calls are stopped.
    private func threshold(_ a: String, _ b: String, _ now: PolicyDocument.Clause) -> [PolicyChange] {
        guard let low = ExactDecimal(a), let high = ExactDecimal(b), low != high else { return [] }
        let isRaised = low < high
        return [
            PolicyChange(
                isRaised ? .widens : .narrows, .threshold, in: place, rule: now.name,
                "`\(now.name)` was \(isRaised ? "raised" : "lowered") from \(a) to \(b)", before: a, after: b,
                at: now.location)
        ]
    }

    private static func isMore(_ a: String, than b: String) -> Bool {
        guard let a = ExactDecimal(a), let b = ExactDecimal(b) else { return true }
        return a > b
    }

    // MARK: Rules

    private func compare(
        _ a: PolicyDocument.Rule, _ b: PolicyDocument.Rule, _ was: PolicyDocument.Clause, _ now: PolicyDocument.Clause
    ) -> [PolicyChange] {
        guard a.effect == b.effect else { return appeared(was, isAdded: false) + appeared(now, isAdded: true) }
        var changes = conditions(a.conditions, b.conditions, b.effect, now)
        if b.effect == .approvalNeeded { changes += approval(a.approval, b.approval, now) }
        if b.effect == .sanitize { changes += sanitizers(a.sanitizers, b.sanitizers, now) }
        if a.reason != b.reason {
            changes.append(
                PolicyChange(
                    .neutral, .text, in: place, rule: now.name, "the reason that `\(now.name)` gives changed",
                    before: a.reason, after: b.reason, at: now.location))
        }
        return changes
    }

    private func conditions(
        _ a: [LocatedNode], _ b: [LocatedNode], _ effect: PolicyDocument.Effect, _ now: PolicyDocument.Clause
    ) -> [PolicyChange] {
        let relation = ConditionRelation(from: a, to: b)
        guard relation != .same else { return [] }
        let texts = [a, b].map { $0.map(ConditionRelation.text).joined(separator: " and ") }
        let verb =
            effect == .allow ? "permits" : effect == .deny ? "denies" : effect == .sanitize ? "sanitizes" : "holds"
        let meaning: PolicyChange.Effect
        switch (relation, effect) {
        case (.unknown, _), (.same, _): meaning = .mayWiden
        case (.stronger, .allow), (.weaker, .deny), (.weaker, .sanitize): meaning = .narrows
        case (.weaker, .allow), (.stronger, .deny), (.stronger, .sanitize): meaning = .widens
        case (.weaker, .approvalNeeded): meaning = effectOfMoreApprovals
        case (.stronger, .approvalNeeded): meaning = effectOfFewerApprovals
        }
        let how =
            switch relation {
            case .stronger: "\(verb) fewer calls"
            case .weaker: "\(verb) more calls"
            default: "\(verb) other calls"
            }
        return [
            PolicyChange(
                meaning, .threshold, in: place, rule: now.name, "`\(now.name)` \(how): \(texts[0]) became \(texts[1])",
                before: texts[0], after: texts[1], at: now.location)
        ]
    }

    /// The terms that hold for a clause: its own, or else those of the policy.
    private func approval(
        _ a: PolicyDocument.Approval?, _ b: PolicyDocument.Approval?, _ now: PolicyDocument.Clause
    ) -> [PolicyChange] {
        guard now.asksForApproval else { return [] }
        return ApprovalComparison(place: place, rule: now.name, location: now.location).changes(
            from: a ?? old.approval ?? PolicyDocument.Approval(), to: b ?? new.approval ?? PolicyDocument.Approval())
    }

    // MARK: Lists

    private func entries(_ clause: PolicyDocument.Clause, _ policy: PolicyDocument) -> Set<String> {
        Set(policy.header.node[name: clause.name]?.strings.map(\.value) ?? [])
    }

    private func lists(_ was: PolicyDocument.Clause, _ now: PolicyDocument.Clause, moreWidens: Bool) -> [PolicyChange] {
        let (a, b) = (entries(was, old), entries(now, new))
        let sides = [
            ("also names", b.subtracting(a).sorted(), moreWidens),
            ("names no more", a.subtracting(b).sorted(), !moreWidens),
        ]
        return sides.compactMap { verb, names, widens -> PolicyChange? in
            guard !names.isEmpty else { return nil }
            return PolicyChange(
                widens ? .widens : .narrows, .guard, in: place, rule: now.name,
                "`\(now.name)` \(verb) \(PolicyComparison.listed(names))", before: a.sorted().joined(separator: ", "),
                after: b.sorted().joined(separator: ", "), at: now.location)
        }
    }

    private func requirements(_ was: PolicyDocument.Clause, _ now: PolicyDocument.Clause) -> [PolicyChange] {
        func values(_ policy: PolicyDocument, _ name: String) -> [String: Set<String>] {
            Dictionary(
                (policy.header.node[name: name]?.entries ?? []).map { entry in
                    let values = if case .list(let list) = entry.value.kind { list } else { [entry.value] }
                    return (entry.key, Set(values.map(RegoText.literal)))
                }, uniquingKeysWith: { first, _ in first })
        }
        let (a, b) = (values(old, was.name), values(new, now.name))
        return Set(a.keys).union(b.keys).sorted().compactMap { key -> PolicyChange? in
            guard a[key] != b[key] else { return nil }
            let isStricter = b[key].map { wanted in a[key].map { wanted.isSubset(of: $0) } ?? true } ?? false
            return PolicyChange(
                isStricter ? .narrows : .widens, .guard, in: place, rule: now.name,
                "`\(now.name)` asks \(b[key] == nil ? "nothing" : isStricter ? "more" : "less") of the context's `\(key)`",
                before: a[key].map { $0.sorted().joined(separator: ", ") },
                after: b[key].map { $0.sorted().joined(separator: ", ") }, at: now.location)
        }
    }

    private func counts(
        _ a: [PolicyDocument.Distinct], _ b: [PolicyDocument.Distinct], _ was: PolicyDocument.Clause,
        _ now: PolicyDocument.Clause
    ) -> [PolicyChange] {
        func limits(_ counts: [PolicyDocument.Distinct]) -> [String: Int] {
            Dictionary(counts.map { (ConditionRelation.text($0.of), $0.limit) }, uniquingKeysWith: { min($0, $1) })
        }
        let (before, after) = (limits(a), limits(b))
        return Set(before.keys).union(after.keys).sorted().compactMap { what -> PolicyChange? in
            guard before[what] != after[what] else { return nil }
            let isMore = (after[what] ?? .max) > (before[what] ?? .max)
            return PolicyChange(
                isMore ? .widens : .narrows, .count, in: place, rule: now.name,
                "a session may have \(after[what].map(String.init) ?? "any number of") different values of \(what)",
                before: before[what].map(String.init), after: after[what].map(String.init), at: now.location)
        }
    }

    private func sanitizers(
        _ a: [PolicyDocument.Sanitizer], _ b: [PolicyDocument.Sanitizer], _ now: PolicyDocument.Clause
    ) -> [PolicyChange] {
        func texts(_ sanitizers: [PolicyDocument.Sanitizer]) -> [String] {
            sanitizers.flatMap { one -> [String] in
                let paths = one.paths.isEmpty ? ["$"] : one.paths.map(\.value)
                return one.detectors.flatMap { detector in
                    paths.map { path in
                        "\(detector.value) at \(path)\(one.action.map { ", \($0)" } ?? "")\(one.isOnResult ? " of the result" : "")"
                    }
                }
            }
        }
        let (kept, wanted) = (Set(texts(a)), Set(texts(b)))
        let (gone, came) = (kept.subtracting(wanted).sorted(), wanted.subtracting(kept).sorted())
        var changes: [PolicyChange] = []
        if !gone.isEmpty {
            changes.append(
                PolicyChange(
                    .widens, .sanitizer, in: place, rule: now.name,
                    "`\(now.name)` leaves in: \(gone.joined(separator: "; "))",
                    before: gone.joined(separator: "; "), at: now.location))
        }
        if !came.isEmpty {
            changes.append(
                PolicyChange(
                    .narrows, .sanitizer, in: place, rule: now.name,
                    "`\(now.name)` takes out: \(came.joined(separator: "; "))",
                    after: came.joined(separator: "; "), at: now.location))
        }
        return changes
    }
}

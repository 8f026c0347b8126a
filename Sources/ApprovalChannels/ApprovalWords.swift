import Approvals
import RegoValues

/// An approval in words: the same in every channel.
enum ApprovalWords {
    struct Fact: Hashable {
        let name: String
        let value: String

        init(name: String, value: String) {
            self.name = name
            self.value = VisibleText.of(value)
        }
    }

    static func title(_ approval: Approval, now: Timestamp) -> String {
        let what = approval.call.tool
        return switch approval.state(at: now) {
        case .pending: approval.escalatedAt == nil ? "Approval needed: \(what)" : "Escalated, approval needed: \(what)"
        case .approved: "Approved: \(what)"
        case .denied: "Denied: \(what)"
        case .expired: "Expired: \(what)"
        case .withdrawn: "Withdrawn: \(what)"
        case .redeemed: "Approved and used: \(what)"
        }
    }

    /// At most ten, the number that a Slack section takes.
    static func facts(_ approval: Approval) -> [Fact] {
        let (call, terms) = (approval.call, approval.terms)
        var facts = [Fact(name: "Agent", value: call.agent)]
        if let asker = approval.actingFor { facts.append(Fact(name: "Asked by", value: asker)) }
        if !approval.chain.isEmpty {
            facts.append(Fact(name: "Called by", value: approval.chain.joined(separator: " → ")))
        }
        facts.append(Fact(name: "Tool", value: call.tool))
        if let document = try? Document(json: Array(approval.shown.json.utf8)) {
            withExtendedLifetime(document) {
                let request = document.root.lookup("request")
                if request.kind == .object {
                    let line = ["method", "host", "path"].map { (name: StaticString) in
                        request.lookup(name).string ?? ""
                    }
                    facts.append(Fact(name: "Request", value: "\(line[0]) \(line[1])\(line[2])"))
                }
                let context = document.root.lookup("context")
                if context.kind == .object, !context.entries.isEmpty {
                    facts.append(Fact(name: "Context", value: JSONWriter.text(context)))
                }
            }
        }
        facts += [
            Fact(name: "Reason", value: terms.message),
            Fact(name: "Policy", value: "\(terms.policy) / \(terms.rule), \(call.policyVersion)"),
            Fact(name: "Takes", value: takes(approval)), Fact(name: "Until", value: approval.expiresAt.description),
        ]
        return facts
    }

    /// Whose consent is asked for; where several rules ask, for which.
    private static func takes(_ approval: Approval) -> String {
        let requirements = approval.terms.requirements
        return requirements.map { requirement in
            let people = "\(requirement.quorum) of \(approval.entitled(requirement).joined(separator: ", "))"
            let reason = requirement.reason.map { ": \($0)" } ?? ""
            return requirements.count == 1
                ? people : "\(people) (\(requirement.policy) / \(requirement.rule)\(reason))"
        }.joined(separator: "; and ")
    }

    /// The redacted parameters as an approver sees them, a member a line.
    static func parameters(_ approval: Approval) -> String {
        guard let document = try? Document(json: Array(approval.shown.json.utf8)) else {
            return VisibleText.of(approval.shown.json)
        }
        return withExtendedLifetime(document) {
            let parameters = document.root.lookup("parameters")
            guard parameters.kind == .object else { return VisibleText.of(JSONWriter.text(parameters)) }
            let lines = parameters.entries.map { entry in
                "\(VisibleText.ofName(JSONWriter.text(entry.key))): \(VisibleText.of(JSONWriter.text(entry.value)))"
            }
            return lines.joined(separator: "\n")
        }
    }

    /// A word of warning where the call holds characters that do not show; nil where all of it does.
    static func caution(_ approval: Approval) -> String? {
        VisibleText.isWhole(approval.shown.json) ? nil : Self.hasHidden
    }

    static let hasHidden =
        "This call holds characters that do not show, or that change how text is drawn. They are written as \\u and four digits."

    /// What a message shows of a fact and of the parameters at most, in UTF-16 units.
    static let longestFact = 500
    static let longestParameters = 2500

    static func message(_ fact: Fact) -> String { "\(fact.name): \(fact.value)" }

    /// Whether a message shows all of the call. Where it doesn't, nobody approves by it.
    static func fitMessage(_ approval: Approval) -> Bool {
        facts(approval).allSatisfy { message($0).utf16.count <= longestFact }
            && parameters(approval).utf16.count <= longestParameters
    }

    static let tooLong =
        "This call is too long to show all of it here. Open the page to see it whole and to approve it."

    /// Who said what so far; nil where nothing has happened yet.
    static func progress(_ approval: Approval, now: Timestamp) -> String? {
        var lines = approval.events.compactMap { event -> String? in
            let who = event.by.map { " by \($0)" } ?? ""
            let via = event.via.map { " (\($0))" } ?? ""
            let comment = event.comment.map { ": \($0)" } ?? ""
            let word: String
            switch event.kind {
            case .asked: return nil
            case .voted: word = "Approved"
            case .escalated:
                let (before, after) = approval.entitled(around: event)
                let more = after.filter { !before.contains($0) }
                return "Escalated to \(more.joined(separator: ", ")), \(event.at)"
            case .approved: word = "Approved"
            case .denied: word = "Denied"
            case .withdrawn: word = "Withdrawn"
            case .expired: word = "Expired"
            }
            return VisibleText.of("\(word)\(who)\(via), \(event.at)\(comment)")
        }
        if approval.state(at: now) == .pending, approval.approvals > 0 {
            let given = approval.terms.requirements.map { "\(approval.given($0)) of \($0.quorum) approvals" }
            lines.append(given.joined(separator: ", "))
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// The beginning of a long text, and a word that it is no more.
    static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf16.count > limit else { return text }
        let mark = "… (cut)"
        var kept = ""
        var length = mark.utf16.count
        for character in text {
            length += String(character).utf16.count
            guard length <= limit else { break }
            kept.append(character)
        }
        return kept + mark
    }
}

import Approvals
import RegoValues

/// An approval in words: the same in every channel.
enum ApprovalWords {
    struct Fact: Hashable {
        let name: String
        let value: String
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
        var facts = [
            Fact(name: "Agent", value: approval.call.agent), Fact(name: "Tool", value: approval.call.tool),
            Fact(name: "Reason", value: approval.terms.message),
            Fact(name: "Policy", value: "\(approval.terms.policy) / \(approval.terms.rule)"),
            Fact(name: "Policy version", value: approval.call.policyVersion),
            Fact(name: "Takes", value: "\(approval.terms.quorum) of \(approval.entitled.joined(separator: ", "))"),
            Fact(name: "Until", value: approval.expiresAt.description),
        ]
        if !approval.chain.isEmpty {
            facts.insert(Fact(name: "Called by", value: approval.chain.joined(separator: " → ")), at: 1)
        }
        return facts
    }

    /// The redacted parameters as an approver sees them, a member a line, cut where they are very long.
    static func parameters(_ approval: Approval) -> String {
        guard let document = try? Document(json: Array(approval.shown.json.utf8)) else { return approval.shown.json }
        return withExtendedLifetime(document) {
            let parameters = document.root.lookup("parameters")
            guard parameters.kind == .object else { return JSONWriter.text(parameters) }
            let lines = parameters.entries.map { "\(JSONWriter.text($0.key)): \(JSONWriter.text($0.value))" }
            return cut(lines.joined(separator: "\n"), 2500)
        }
    }

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
            case .escalated: return "Escalated to \(approval.terms.escalateTo.joined(separator: ", ")), \(event.at)"
            case .approved: word = "Approved"
            case .denied: word = "Denied"
            case .withdrawn: word = "Withdrawn"
            case .expired: word = "Expired"
            }
            return "\(word)\(who)\(via), \(event.at)\(comment)"
        }
        if approval.state(at: now) == .pending, approval.approvals > 0 {
            lines.append("\(approval.approvals) of \(approval.terms.quorum) approvals")
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

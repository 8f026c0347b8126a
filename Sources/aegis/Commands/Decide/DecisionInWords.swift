import Approvals
import RegoValues

/// The decision API's answer as a person reads it: what was decided and why, then what there is to do or to know.
enum DecisionInWords {
    /// - Parameter answer: JSON, the answer's body.
    static func lines(_ answer: [UInt8]) -> [String] {
        guard let document = try? Document(json: answer) else { return [] }
        defer { withExtendedLifetime(document) {} }
        let root = document.root
        let reason = root.lookup("decision_reason")
        var lines = [
            "\(text(root, "decision")): \(text(reason, "message")) [\(text(reason, "code"))]"
        ]
        if root.lookup("decision").string == "sanitize" {
            var parameters: [UInt8] = []
            JSONWriter.write(root.lookup("parameters"), to: &parameters)
            lines.append("call it with: \(String(decoding: parameters, as: UTF8.self))")
        }
        if root.lookup("decision").string == "approval_needed" {
            let id = text(root.lookup("approval"), "approval_id")
            lines.append("a person decides: aegis approvals approve \(id); then ask again with --approval \(id)")
        }
        if let seconds = root.lookup("limits").lookup("retry_after_s").int64 {
            lines.append("asking again makes sense in \(seconds) s")
        }
        if let would = root.lookup("would_decision").lookup("decision").string {
            let reason = root.lookup("would_decision").lookup("decision_reason")
            lines.append("with shadow policies: \(would): \(text(reason, "message")) [\(text(reason, "code"))]")
        }
        return lines
    }

    private static func text(_ object: Value, _ name: StaticString) -> String {
        VisibleText.of(object.lookup(name).string ?? "")
    }
}

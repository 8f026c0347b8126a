import AuditTrail
import Foundation

/// How long records are kept, as operators write it: `{"default": "soc2", "classes": {"short": "90d"}, "tenants": {"acme": "hipaa"}}`.
enum RetentionRulesFile {
    private struct Rules: Decodable {
        var `default`: String
        var classes: [String: String]?
        var kinds: [String: String]?
        var policies: [String: String]?
        var tenants: [String: String]?
    }

    static func read(_ path: String) throws -> RetentionRules {
        let read: Rules
        let bytes = try InputFile.read(path, exitCode: 2)
        do { read = try JSONDecoder().decode(Rules.self, from: Data(bytes)) } catch {
            throw CommandFailure(
                "\(path) holds no rules", fix: #"write it as {"default": "soc2", "tenants": {"acme": "hipaa"}}"#,
                exitCode: 2)
        }
        var classes: [String: Int64] = [:]
        for (name, span) in read.classes ?? [:] {
            classes[name] = try span == "forever" ? 0 : TimeSpan.seconds(span, "\(path): classes.\(name)")
        }
        return try RetentionRules(
            standard: read.default, classes: classes, kinds: read.kinds ?? [:], policies: read.policies ?? [:],
            tenants: read.tenants ?? [:])
    }
}

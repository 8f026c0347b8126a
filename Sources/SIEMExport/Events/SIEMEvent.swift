import Approvals
import AuditTrail
import RegoValues

/// One record on its way to a sink, read once.
struct SIEMEvent: Sendable {
    let record: AuditRecordLine
    /// Up to and with this record.
    let place: ExportPlace
    let kind: String
    let time: Timestamp
    let tenant: String
    let log: String
    private let fields: RecordFields

    /// - Parameter fields: the record's.
    init(_ record: AuditRecordLine, _ fields: RecordFields, place: ExportPlace) {
        self.record = record
        self.place = place
        self.fields = fields
        kind = fields["kind"]?.string ?? ""
        time = fields["time"]?.string.flatMap(Timestamp.init(parsing:)) ?? Timestamp(nanoseconds: 0)
        tenant = fields["tenant"]?.string ?? ""
        log = fields["log"]?.string ?? ""
    }

    /// Its name, the same however often it is sent: the record's hash, which no other record has.
    var id: String { place.hash }

    func text(_ field: StaticString) -> String? { fields[field]?.string }
    func number(_ field: StaticString) -> Int64? { fields[field]?.integer }

    /// A member of a field that is an object.
    func text(_ field: StaticString, _ member: StaticString) -> String? { fields[field]?[member]?.string }

    func list(_ field: StaticString) -> [String] {
        guard let value = fields[field], !value.json.elementsEqual("[]".utf8),
            let document = try? Document(json: Array(value.json))
        else { return [] }
        return withExtendedLifetime(document) { document.root.elements.compactMap(\.string) }
    }

    /// A field's JSON; nil where the record has none.
    func json(_ field: StaticString) -> String? { fields[field].map { String(decoding: $0.json, as: UTF8.self) } }

    /// A text as the record writes it, for other JSON: quotes, escapes and all. nil where the field is none.
    func quoted(_ field: StaticString) -> ArraySlice<UInt8>? { fields[field].flatMap(Self.quoted) }

    /// The same of a member of a field that is an object.
    func quoted(_ field: StaticString, _ member: StaticString) -> ArraySlice<UInt8>? {
        fields[field]?[member].flatMap(Self.quoted)
    }

    private static func quoted(_ value: RecordValue) -> ArraySlice<UInt8>? { value.isString ? value.json : nil }

    /// The gateway that wrote it: its log's name before the tenant.
    var gateway: String { String(log.dropLast(tenant.utf8.count + 1)) }
    var index: Int64 { number("index") ?? 0 }
    /// What a record of another kind than `decision` tells of.
    var happening: String? { text("detail", "event") }
}

extension SIEMEvent {
    /// What a person reads first.
    var message: String {
        switch kind {
        case "decision":
            let what = text("tool_name") ?? "a call"
            let who = text("agent_id").map { " by \($0)" } ?? ""
            let words: String
            switch text("decision") {
            case "allow": words = "allowed"
            case "sanitize": words = "allowed, redacted"
            case "approval_needed": words = "held for approval"
            default: words = "denied"
            }
            return "\(what)\(who) \(words): \(text("decision_reason", "code") ?? "no reason")"
        case "approval":
            return "approval \(text("approval_id") ?? "") \(happening ?? "changed"): \(text("tool_name") ?? "a call")"
        default: return ([kind, happening].compactMap { $0 }).joined(separator: " ")
        }
    }

    /// How much it should trouble somebody.
    var severity: Severity {
        switch kind {
        case "decision":
            switch text("decision") {
            case "allow": return .informational
            case "sanitize", "approval_needed": return .low
            default: return Severity.faults.contains(text("decision_reason", "code") ?? "") ? .high : .medium
            }
        case "budget":
            switch happening {
            case "budget_overrun": return .high
            case "budget_alert": return text("detail", "percent") == "100" ? .medium : .low
            default: return .informational
            }
        case "bundle": return ["rejected", "withdrawn"].contains(happening) ? .high : .low
        case "key", "retention", "config", "policy_review": return .low
        default: return .informational
        }
    }
}

/// OCSF's scale, which the other formats follow.
enum Severity: Int64, Sendable {
    case informational = 1
    case low, medium, high, critical

    var name: String {
        switch self {
        case .informational: "Informational"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .critical: "Critical"
        }
    }

    /// Reasons for which Aegis itself, or somebody's attack on it, is to blame.
    static let faults: Set<String> = [
        "bundle_unavailable", "bundle_stale", "evaluation_error", "state_unavailable", "audit_unavailable",
        "token_invalid",
        "token_used",
        "tenant_mismatch", "chain_invalid",
    ]
}

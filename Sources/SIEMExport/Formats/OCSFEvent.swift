import Approvals

/// A record in the Open Cybersecurity Schema Framework: decisions are API Activity, alerts of budgets Detection Findings, what
/// happens to approvals, policies, keys and configuration Entity Management, and the rest the base event.
/// Source: OCSF 1.8.0, with the profiles `security_control` and `trace`.
enum OCSFEvent {
    static let version = "1.8.0"

    static func json(_ event: SIEMEvent, source: EventSource) -> [UInt8] {
        let type = OCSFClass(event)
        let profiles = OCSFProfiles(event, type)
        var json = JSONText(capacity: EventFormat.ocsf.expectedBytes(of: event))
        json.object { json in
            json.field("class_uid", type.uid)
            json.field("class_name", type.name)
            json.field("category_uid", type.category)
            json.field("activity_id", type.activity)
            json.field("type_uid", type.uid * 100 + type.activity)
            json.field("severity_id", event.severity.rawValue)
            json.field("severity", event.severity.name)
            json.field("time", event.time.nanoseconds / 1_000_000)
            json.field("message", event.message)
            write(profiles, event, source, to: &json)
            switch type.uid {
            case OCSFClass.apiActivity: writeCall(event, to: &json)
            case OCSFClass.detectionFinding: writeFinding(event, to: &json)
            case OCSFClass.entityManagement: writeEntity(event, to: &json)
            default: break
            }
            profiles.write(event, to: &json)
            json.key("unmapped")
            json.object { json in
                json.key("aegis")
                ECSDocument.writeOwn(event, to: &json)
            }
        }
        return json.bytes
    }

    private static func write(
        _ profiles: OCSFProfiles, _ event: SIEMEvent, _ source: EventSource, to json: inout JSONText
    ) {
        json.key("metadata")
        json.object { json in
            json.field("version", version)
            json.field("uid", event.id)
            json.optional("correlation_uid", event.quoted("decision_id"))
            json.field("log_name", event.log)
            json.field("log_provider", "aegis")
            json.field("event_code", event.kind)
            json.field("sequence", event.index)
            json.field("tenant_uid", event.tenant)
            json.optional("original_time", event.quoted("time"))
            if !profiles.names.isEmpty { json.field("profiles", profiles.names) }
            json.key("product")
            json.object { json in
                json.field("name", "Aegis")
                json.field("vendor_name", "Aegis")
                json.field("version", source.version)
            }
        }
    }

    private static func writeCall(_ event: SIEMEvent, to json: inout JSONText) {
        let agent = event.text("agent_id") ?? "unknown"
        json.key("actor")
        json.object { json in
            json.field("app_name", agent)
            json.optional("app_uid", event.quoted("agent_identity"))
            json.optional("invoked_by", event.list("call_chain").last)
            if let person = event.text("acting_for") {
                json.key("user")
                json.object { $0.field("uid", person) }
            }
            if let session = event.text("session_id") {
                json.key("session")
                json.object { $0.field("uid", session) }
            }
        }
        json.key("api")
        json.object { json in
            json.field("operation", event.text("tool_name") ?? "unknown")
            json.key("service")
            json.object { $0.field("name", event.text("enforcement_point") ?? "aegis") }
            if let call = event.text("idempotency_key") ?? event.text("decision_id") {
                json.key("request")
                json.object { $0.field("uid", call) }
            }
        }
        // Where the call came from is known as a service, not as an address.
        json.key("src_endpoint")
        json.object { $0.field("svc_name", agent) }
        if let tool = event.text("tool_name") {
            json.key("resources")
            json.array { json in
                json.object { json in
                    json.field("name", tool)
                    json.field("type", "tool")
                }
            }
        }
    }

    private static func writeFinding(_ event: SIEMEvent, to json: inout JSONText) {
        json.key("finding_info")
        json.object { json in
            json.field("uid", event.id)
            json.field("title", event.happening == "budget_overrun" ? "Budget overrun" : "Budget nearly spent")
            json.field("types", [event.happening ?? "budget"])
            json.optional("desc", event.quoted("detail", "budget"))
            json.field("created_time", event.time.nanoseconds / 1_000_000)
        }
    }

    private static func writeEntity(_ event: SIEMEvent, to json: inout JSONText) {
        json.key("entity")
        json.object { json in
            let name: String? =
                switch event.kind {
                case "approval", "token": event.text("approval_id")
                case "bundle", "policy_review": event.text("policy_version")
                case "config": event.text("agent_id")
                default: nil
                }
            json.field("name", name ?? event.tenant)
            json.field("type", event.kind)
            json.optional("version", event.quoted("policy_version"))
        }
        json.optional("comment", event.quoted("detail", "comment"))
        if let who = event.text("detail", "approver") ?? event.text("detail", "by") {
            json.key("actor")
            json.object { json in
                json.key("user")
                json.object { $0.field("name", who) }
            }
        }
    }
}

/// Which class a record is of, and which of its activities.
struct OCSFClass: Sendable, Hashable {
    static let apiActivity: Int64 = 6003
    static let detectionFinding: Int64 = 2004
    static let entityManagement: Int64 = 3004

    var uid: Int64
    var name: String
    var category: Int64
    var activity: Int64

    init(_ event: SIEMEvent) {
        func set(_ uid: Int64, _ name: String, _ category: Int64, _ activity: Int64) -> OCSFClass {
            OCSFClass(uid: uid, name: name, category: category, activity: activity)
        }
        switch (event.kind, event.happening) {
        // What a tool does is not known, only that it was called.
        case ("decision", _): self = set(Self.apiActivity, "API Activity", 6, 99)
        case ("budget", "budget_alert"), ("budget", "budget_overrun"):
            self = set(Self.detectionFinding, "Detection Finding", 2, 1)
        case ("approval", "asked"): self = set(Self.entityManagement, "Entity Management", 3, 1)
        case ("approval", "withdrawn"), ("approval", "expired"), ("retention", _):
            self = set(Self.entityManagement, "Entity Management", 3, 4)
        case ("bundle", "activated"): self = set(Self.entityManagement, "Entity Management", 3, 10)
        case ("config", "agent_disabled"): self = set(Self.entityManagement, "Entity Management", 3, 9)
        case ("config", "agent_enabled"): self = set(Self.entityManagement, "Entity Management", 3, 8)
        case ("approval", _), ("token", _), ("bundle", _), ("policy_review", _), ("key", _), ("config", _):
            self = set(Self.entityManagement, "Entity Management", 3, 3)
        default: self = set(0, "Base Event", 0, 99)
        }
    }

    private init(uid: Int64, name: String, category: Int64, activity: Int64) {
        self.uid = uid
        self.name = name
        self.category = category
        self.activity = activity
    }
}

import Approvals

/// A record in the Elastic Common Schema; what has no place there is under `aegis`.
/// Source: ECS 9.x field reference.
enum ECSDocument {
    static let version = "9.4.0"

    static func json(_ event: SIEMEvent, source: EventSource) -> [UInt8] {
        var json = JSONText(capacity: EventFormat.ecs.expectedBytes(of: event))
        json.object { json in
            json.field("@timestamp", event.time.description)
            json.key("ecs")
            json.object { $0.field("version", version) }
            json.field("message", event.message)
            write(Classification(event), event, to: &json)
            object("rule", to: &json) { json in
                json.optional("name", event.quoted("rule") ?? event.quoted("decision_reason", "rule"))
                json.optional("ruleset", event.quoted("decision_reason", "policy"))
                json.optional("version", event.quoted("policy_version"))
            }
            object("user", to: &json) { $0.optional("id", event.quoted("acting_for")) }
            object("service", to: &json) { json in
                json.field("name", "aegis")
                json.field("version", source.version)
                json.field("id", event.gateway)
            }
            object("host", to: &json) { $0.field("hostname", source.host) }
            object("organization", to: &json) { $0.field("id", event.tenant) }
            object("trace", to: &json) { $0.optional("id", event.quoted("trace_id")) }
            object("span", to: &json) { $0.optional("id", event.quoted("span_id")) }
            writeGenAI(event, to: &json)
            let users = [event.text("agent_id"), event.text("acting_for")].compactMap { $0 }
            if !users.isEmpty { object("related", to: &json) { $0.field("user", users) } }
            object("labels", to: &json) { json in
                json.field("tenant", event.tenant)
                json.optional("region", event.quoted("region"))
            }
            json.key("aegis")
            writeOwn(event, to: &json)
        }
        return json.bytes
    }

    private static func write(_ classification: Classification, _ event: SIEMEvent, to json: inout JSONText) {
        object("event", to: &json) { json in
            json.field("id", event.id)
            json.field("kind", classification.kind)
            json.field("category", classification.category)
            json.field("type", classification.type)
            json.field("outcome", classification.outcome)
            json.field("action", classification.action)
            json.optional("reason", event.quoted("decision_reason", "message"))
            json.optional("code", event.quoted("decision_reason", "code"))
            if let latency = event.number("latency_us") {
                json.field("duration", latency.multipliedReportingOverflow(by: 1000).partialValue)
            }
            json.field("module", "aegis")
            json.field("dataset", "aegis.\(event.kind)")
            json.field("provider", event.gateway)
            json.field("severity", event.severity.rawValue)
            json.field("sequence", event.index)
            json.field("hash", event.id)
        }
    }

    private static func writeGenAI(_ event: SIEMEvent, to json: inout JSONText) {
        object("gen_ai", to: &json) { json in
            if event.kind == "decision" { object("operation", to: &json) { $0.field("name", "execute_tool") } }
            object("agent", to: &json) { json in
                json.optional("id", event.quoted("agent_id"))
                json.optional("name", event.quoted("agent_id"))
            }
            object("tool", to: &json) { json in
                json.optional("name", event.quoted("tool_name"))
                object("call", to: &json) { $0.optional("id", event.quoted("idempotency_key")) }
            }
        }
    }

    /// Flat, and every field of one type for ever: what may have any shape is JSON text, so that no record is refused for
    /// the mapping of another.
    static func writeOwn(_ event: SIEMEvent, to json: inout JSONText) {
        json.object { json in
            json.field("kind", event.kind)
            json.field("log", event.log)
            json.field("index", event.index)
            json.field("hash", event.id)
            json.optional("prev_hash", event.quoted("prev_hash"))
            json.optional("happening", event.happening)
            json.optional("decision_id", event.quoted("decision_id"))
            json.optional("decision", event.quoted("decision"))
            json.optional("would_decision", event.quoted("would_decision"))
            json.optional("mode", event.quoted("mode"))
            json.optional("policy_version", event.quoted("policy_version"))
            json.optional("bundle_digest", event.quoted("bundle_digest"))
            json.optional("approval_id", event.quoted("approval_id"))
            json.optional("agent_identity", event.quoted("agent_identity"))
            json.optional("session_id", event.quoted("session_id"))
            json.optional("enforcement_point", event.quoted("enforcement_point"))
            json.optional("parameters_digest", event.quoted("parameters_digest"))
            json.optional("parameters_shown", event.json("parameters_shown"))
            json.optional("redactions", event.json("redactions"))
            json.optional("limits", event.json("limits"))
            json.optional("detail", event.json("detail"))
            let chain = event.list("call_chain")
            if !chain.isEmpty { json.field("call_chain", chain) }
        }
    }

    /// An object that is left out where nothing is in it.
    static func object(_ name: String, to json: inout JSONText, _ content: (inout JSONText) -> Void) {
        var inner = JSONText()
        inner.object(content)
        guard inner.bytes.count > 2 else { return }
        json.key(name)
        json.raw(inner.bytes)
    }
}

extension JSONText {
    /// A field that is left out where there is no value.
    mutating func optional(_ name: StaticString, _ value: String?) {
        if let value { field(name, value) }
    }

    /// The same of a value that is JSON already.
    mutating func optional(_ name: StaticString, _ value: ArraySlice<UInt8>?) {
        guard let value else { return }
        key(name)
        raw(value)
    }
}

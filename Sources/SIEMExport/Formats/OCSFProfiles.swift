import Approvals

/// The profiles that an event has fields of; those of a profile that is not named would not be allowed.
struct OCSFProfiles: Sendable, Hashable {
    private let isControl: Bool
    private let trace: String?
    private let span: String?

    init(_ event: SIEMEvent, _ type: OCSFClass) {
        isControl = event.kind == "decision"
        trace = type.uid == OCSFClass.apiActivity ? event.text("trace_id") : nil
        span = event.text("span_id")
    }

    var names: [String] { (isControl ? ["security_control"] : []) + (trace == nil ? [] : ["trace"]) }

    func write(_ event: SIEMEvent, to json: inout JSONText) {
        if isControl { writeControl(event, to: &json) }
        guard let trace else { return }
        json.key("trace")
        json.object { json in
            json.field("uid", trace)
            guard let span else { return }
            let end = event.time.nanoseconds / 1_000_000
            json.key("span")
            json.object { json in
                json.field("uid", span)
                json.field("start_time", end - (event.number("latency_us") ?? 0) / 1000)
                json.field("end_time", end)
            }
        }
    }

    private func writeControl(_ event: SIEMEvent, to json: inout JSONText) {
        let code = event.text("decision_reason", "code") ?? "unknown"
        // action: 1 allowed, 2 denied, 3 observed, 4 modified; disposition: 1 allowed, 2 blocked, 11 corrected, 14 delayed,
        // 17 logged. Status: 1 success, 2 failure, 99 other.
        let (action, disposition, status): (Int64, Int64, Int64) =
            switch event.text("decision") {
            case "allow" where event.text("would_decision").map { $0 != "allow" && $0 != "sanitize" } ?? false:
                (3, 17, 1)
            case "allow": (1, 1, 1)
            case "sanitize": (4, 11, 1)
            case "approval_needed": (2, 14, 99)
            default: (2, 2, 2)
            }
        json.field("action_id", action)
        json.field("disposition_id", disposition)
        json.field("status_id", status)
        json.field("status_code", code)
        json.optional("status_detail", event.quoted("decision_reason", "message"))
        if let policy = event.text("decision_reason", "policy") {
            json.key("policy")
            json.object { json in
                json.field("name", policy)
                json.optional("version", event.quoted("policy_version"))
                json.key("is_applied")
                json.boolean(event.text("mode") == "enforce")
            }
        }
    }
}

import Approvals
import ExportTransport

/// Datadog's log intake.
/// Source: Datadog, "Send logs" (API v2): 1000 logs, 5 MB a request, 1 MB a log, no older than 18 hours.
struct DatadogSink: EventSink {
    let limits = BatchLimits(events: 500, bytes: 2 << 20)

    private let target: DatadogTarget
    private let source: EventSource
    private let poster: HTTPPoster
    private static let oldestSeconds: Int64 = 17 * 3600

    init(_ target: DatadogTarget, source: EventSource, on loop: BackgroundLoop) throws(TransportError) {
        self.target = target
        self.source = source
        poster = try HTTPPoster(on: loop, tls: target.tls)
    }

    func close() async { await poster.shutdown() }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        let now = Wall.now.seconds
        var json = JSONText()
        json.array { json in for event in events { write(event, now, to: &json) } }
        let answer: HTTPPoster.Answer
        do throws(TransportError) {
            answer = try await poster.post(
                target.url, headers: [("dd-api-key", target.apiKey), ("content-type", "application/json")],
                body: json.bytes, gzip: !ReceiverPlace.isHere(target.url), timeout: .seconds(30))
        } catch { throw SinkFailure(error.message) }
        switch answer.status {
        case 200..<300: return []
        case 413: throw SinkFailure("status 413", .tooLarge)
        case 400: throw SinkFailure("status 400: \(String(decoding: answer.body.prefix(200), as: UTF8.self))", .refused)
        case 401, 403, 404: throw SinkFailure("status \(answer.status): check the API key", .configuration)
        default: throw SinkFailure("status \(answer.status)", .retry(after: answer.retryAfter))
        }
    }

    private func write(_ event: SIEMEvent, _ now: Int64, to json: inout JSONText) {
        json.object { json in
            json.field("ddsource", "aegis")
            json.field("service", "aegis")
            json.field("hostname", source.host)
            json.field(
                "ddtags", (target.tags + ["tenant:\(event.tenant)", "gateway:\(event.gateway)"]).joined(separator: ","))
            json.field("message", event.message)
            // Older ones would be dropped without a word: they are filed under their arrival, and tell their time themselves.
            if event.time.seconds > now - Self.oldestSeconds { json.field("timestamp", event.time.description) }
            json.field("status", status(event.severity))
            json.optional("trace_id", event.quoted("trace_id"))
            json.optional("span_id", event.quoted("span_id"))
            json.key("evt")
            json.object { json in
                json.field("id", event.id)
                json.field("name", event.happening ?? event.kind)
                let outcome = Classification(event).outcome
                json.field("outcome", outcome)
            }
            if let person = event.text("acting_for") {
                json.key("usr")
                json.object { $0.field("id", person) }
            }
            json.key("aegis")
            json.object { json in
                json.field("time", event.time.description)
                json.optional("agent_id", event.quoted("agent_id"))
                json.optional("tool_name", event.quoted("tool_name"))
                json.optional("reason", event.quoted("decision_reason", "code"))
                json.optional("policy", event.quoted("decision_reason", "policy"))
                json.optional("rule", event.quoted("rule"))
                json.key("record")
                ECSDocument.writeOwn(event, to: &json)
            }
        }
    }

    private func status(_ severity: Severity) -> String {
        switch severity {
        case .informational: "info"
        case .low: "notice"
        case .medium: "warning"
        case .high: "error"
        case .critical: "critical"
        }
    }
}

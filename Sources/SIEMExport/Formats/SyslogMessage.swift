import Approvals

/// A record as a syslog message: what is searched for most as structured data, the whole as JSON behind it.
/// Source: RFC 5424, section 6; framing by octet counting, RFC 5425, section 4.3.
enum SyslogMessage {
    /// The enterprise number kept free for examples: we have none of our own.
    private static let dataID = "aegis@32473"

    /// The frame: length, space, message.
    static func frame(_ event: SIEMEvent, _ target: SyslogTarget, source: EventSource) -> [UInt8] {
        let message = message(event, target, source: source)
        return Array("\(message.count) ".utf8) + message
    }

    static func message(_ event: SIEMEvent, _ target: SyslogTarget, source: EventSource) -> [UInt8] {
        let priority = target.facility * 8 + level(event.severity)
        var text = "<\(priority)>1 \(time(event)) \(header(source.host, 255)) aegis \(header(event.gateway, 128)) "
        text += "\(header(event.kind, 32)) [\(dataID)"
        func add(_ name: String, _ value: String?) {
            guard let value else { return }
            text += " \(name)=\"\(escaped(value))\""
        }
        add("id", event.id)
        add("tenant", event.tenant)
        add("log", event.log)
        add("index", String(event.index))
        add("event", event.happening)
        add("decision", event.text("decision"))
        add("reason", event.text("decision_reason", "code"))
        add("agent", event.text("agent_id"))
        add("tool", event.text("tool_name"))
        add("decision_id", event.text("decision_id"))
        add("approval_id", event.text("approval_id"))
        add("trace_id", event.text("trace_id"))
        text += "] "
        // The byte order mark says that the rest is UTF-8.
        return Array(text.utf8) + [0xef, 0xbb, 0xbf] + source.payload(event, as: target.format)
    }

    /// Six digits of a second at most.
    private static func time(_ event: SIEMEvent) -> String {
        guard let text = event.text("time"), text.utf8.count == 30 else { return "-" }
        return String(text.dropLast(4)) + "Z"
    }

    /// Syslog's levels: 6 informational, 5 notice, 4 warning, 3 error, 2 critical.
    private static func level(_ severity: Severity) -> Int {
        switch severity {
        case .informational: 6
        case .low: 5
        case .medium: 4
        case .high: 3
        case .critical: 2
        }
    }

    /// Printable ASCII without spaces, so much at most; `-` for nothing.
    private static func header(_ text: String, _ limit: Int) -> String {
        let kept = text.utf8.prefix(limit).map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
        return kept.isEmpty ? "-" : String(decoding: kept, as: UTF8.self)
    }

    /// Source: RFC 5424, section 6.3.3. Control characters could break a receiver's lines.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\", "]":
                result += "\\"
                result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7f}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

import Approvals
import Decisions
import Logging

/// Decisions as the event `aegis.decision`, and lines of the log, each under its trace.
/// Source: OpenTelemetry Logs Data Model, "Trace Context Fields" and "Severity Fields".
enum LogRecords {
    /// The fields of a `LogRecord`.
    static func write(_ call: DecidedCall, to record: inout ProtobufWriter) {
        let (number, text): (UInt64, StaticString) =
            switch call.outcome {
            case _ where call.reason.code.isFault: (17, "ERROR")
            case .deny: (13, "WARN")
            case .allow, .sanitize, .approvalNeeded: (9, "INFO")
            }
        let time = UInt64(clamping: call.ended.nanoseconds)
        record.fixed64(1, time)
        record.varint(2, number)
        record.text(3, text)
        record.message(5) { body in
            body.message(1) { text in
                text.letters(call.toolName ?? "a call")
                text.letters(": ")
                text.letters(call.outcome.rawValue)
                text.letters(" (")
                text.letters(call.reason.code.rawValue)
                text.letters(")")
            }
        }
        DecisionAttributes.write(call, as: 6, to: &record)
        if let span = call.span ?? call.parent {
            if span.isSampled { record.fixed32(8, 1) }
            record.identifier(9, span.traceID)
            record.identifier(10, span.spanID)
        }
        record.fixed64(11, time)
        record.text(12, call.kind == .call ? "aegis.decision" : "aegis.result")
    }

    /// The fields of a `LogRecord`.
    static func write(_ line: LogLine, to record: inout ProtobufWriter) {
        let time = UInt64(clamping: line.at)
        record.fixed64(1, time)
        record.varint(2, severity(line.level))
        record.text(3, line.level.rawValue.uppercased())
        record.message(5) { $0.text(1, line.message) }
        for field in line.fields where field.name != "trace_id" && field.name != "span_id" {
            record.attribute(6, field.name, field.value)
        }
        record.attribute(6, "logger", line.label)
        if let trace = line.field("trace_id"), let span = line.field("span_id") {
            record.identifier(9, trace)
            record.identifier(10, span)
        }
        record.fixed64(11, time)
    }

    private static func severity(_ level: Logger.Level) -> UInt64 {
        switch level {
        case .trace: 1
        case .debug: 5
        case .info: 9
        case .notice: 10
        case .warning: 13
        case .error: 17
        case .critical: 21
        }
    }
}

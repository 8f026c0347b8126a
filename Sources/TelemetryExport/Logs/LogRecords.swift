import Approvals
import Decisions
import Foundation
import Logging
import SwiftProtobuf

/// Decisions as the event `aegis.decision`, and lines of the log, each under its trace.
/// Source: OpenTelemetry Logs Data Model, "Trace Context Fields" and "Severity Fields".
struct LogRecords: Sendable {
    let resource: OTLPResource
    let scope: OTLPInstrumentationScope

    func message(_ entries: ArraySlice<LogEntry>) -> [UInt8]? {
        var logs = OTLPScopeLogs()
        logs.scope = scope
        logs.logRecords = entries.map { entry in
            switch entry {
            case .decision(let call): Self.record(call)
            case .line(let line): Self.record(line)
            }
        }
        var whole = OTLPResourceLogs()
        whole.resource = resource
        whole.scopeLogs = [logs]
        var request = OTLPExportLogsServiceRequest()
        request.resourceLogs = [whole]
        return try? request.serializedBytes() as [UInt8]
    }

    static func record(_ call: DecidedCall) -> OTLPLogRecord {
        var record = OTLPLogRecord()
        record.timeUnixNano = UInt64(clamping: call.ended.nanoseconds)
        record.observedTimeUnixNano = record.timeUnixNano
        record.eventName = call.kind == .call ? "aegis.decision" : "aegis.result"
        let (number, text): (Int32, String) =
            switch call.outcome {
            case _ where call.reason.code.isFault: (17, "ERROR")
            case .deny: (13, "WARN")
            case .allow, .sanitize, .approvalNeeded: (9, "INFO")
            }
        (record.severityNumber, record.severityText) = (number, text)
        record.body.stringValue =
            "\(call.toolName ?? "a call"): \(call.outcome.rawValue) (\(call.reason.code.rawValue))"
        record.attributes = DecisionAttributes.list(call)
        if let span = call.span ?? call.parent {
            record.traceID = OTLPIdentifier.bytes(span.traceID)
            record.spanID = OTLPIdentifier.bytes(span.spanID)
            record.flags = span.isSampled ? 1 : 0
        }
        return record
    }

    static func record(_ line: LogLine) -> OTLPLogRecord {
        var record = OTLPLogRecord()
        record.timeUnixNano = UInt64(clamping: line.at)
        record.observedTimeUnixNano = record.timeUnixNano
        record.severityNumber = severity(line.level)
        record.severityText = line.level.rawValue.uppercased()
        record.body.stringValue = line.message
        var attributes = OTLPAttributes(line.fields.filter { $0.name != "trace_id" && $0.name != "span_id" })
        attributes.add("logger", line.label)
        record.attributes = attributes.list
        if let trace = line.field("trace_id"), let span = line.field("span_id") {
            record.traceID = OTLPIdentifier.bytes(trace)
            record.spanID = OTLPIdentifier.bytes(span)
        }
        return record
    }

    private static func severity(_ level: Logger.Level) -> Int32 {
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

import Approvals
import Decisions
import Logging
import SwiftProtobuf
@testable import TelemetryExport
import Testing

/// What is written by hand, read and written again by the protobuf library: it has to come out the same, byte for byte.
struct OTLPMessageTests {
    private static let envelope = OTLPEnvelope(
        resource: [("service.name", "aegis"), ("service.instance.id", "gw-1")], version: "1.0")
    private static let own = TraceContext(
        traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "1111111111111111", state: "a=b")
    private static let parent = TraceContext(traceID: own.traceID, spanID: "00f067aa0ba902b7")

    private static func calls(_ agent: String) -> [DecidedCall] {
        [
            DecisionObservingTests.call(agent: agent, span: own, parent: parent),
            DecisionObservingTests.call(.deny, .stateUnavailable, agent: agent, span: own),
            DecisionObservingTests.call(.allow, .policyAllow, agent: agent, span: own, parent: parent),
        ]
    }

    /// The requests in which a gateway would send what it is told of.
    private static func sent(_ calls: [DecidedCall], _ lines: [LogLine] = []) -> (traces: [UInt8], logs: [UInt8]) {
        let (spans, records) = (OTLPQueue(limit: 100_000, batch: 100), OTLPQueue(limit: 100_000, batch: 100))
        let observing = DecisionObserving(
            metrics: DecisionMetrics(now: { Timestamp(seconds: 100) }), spans: spans, records: records, sampler: .usual)
        for call in calls { observing.end(call) }
        for line in lines { records.offer { LogRecords.write(line, to: &$0) } }
        func request(_ queue: OTLPQueue) -> [UInt8] {
            queue.takeAll().first.map { envelope.message($0.items) } ?? []
        }
        return (request(spans), request(records))
    }

    // Around the lengths at which a length takes one more byte.
    @Test(arguments: [0, 1, 100, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 16_377, 16_384, 2_097_152])
    func `messages are those of the protobuf library`(length: Int) throws {
        let calls = Self.calls(String(repeating: "é", count: length / 2) + String(repeating: "x", count: length % 2))
        let line = LogLine(
            at: 1_000, level: .warning, label: "aegis", message: calls[0].agentID ?? "",
            fields: [("trace_id", Self.own.traceID), ("span_id", Self.own.spanID), ("agent", calls[0].agentID ?? "")])
        let (traces, logs) = Self.sent(calls, [line])
        let spans = try OTLPExportTraceServiceRequest(serializedBytes: traces)
        #expect(try spans.serializedBytes() as [UInt8] == traces)
        #expect(spans.resourceSpans.first?.scopeSpans.first?.spans.count == calls.count)
        let records = try OTLPExportLogsServiceRequest(serializedBytes: logs)
        #expect(try records.serializedBytes() as [UInt8] == logs)
        #expect(records.resourceLogs.first?.scopeLogs.first?.logRecords.count == calls.count + 1)
    }

    @Test func `a message says whose it is`() throws {
        let bytes = Self.sent(Self.calls("finance-agent")).traces
        let whole = try #require(try OTLPExportTraceServiceRequest(serializedBytes: bytes).resourceSpans.first)
        #expect(
            whole.resource.attributes.map { "\($0.key)=\($0.value.stringValue)" }
                == ["service.name=aegis", "service.instance.id=gw-1"])
        let scope = try #require(whole.scopeSpans.first?.scope)
        #expect(scope == .aegis(version: "1.0"))
    }

    @Test func `a log record has the decision, and its trace`() throws {
        let bytes = Self.sent(Self.calls("finance-agent")).logs
        let records = try OTLPExportLogsServiceRequest(serializedBytes: bytes).resourceLogs[0].scopeLogs[0].logRecords
        #expect(records.map(\.severityText) == ["WARN", "ERROR", "INFO"])
        #expect(records.map(\.severityNumber) == [13, 17, 9])
        #expect(
            records.map(\.body.stringValue) == [
                "payments.transfer: deny (policy_deny)", "payments.transfer: deny (state_unavailable)",
                "payments.transfer: allow (policy_allow)",
            ])
        for record in records {
            #expect(record.eventName == "aegis.decision")
            #expect(record.timeUnixNano == 1_003_000_000 && record.observedTimeUnixNano == 1_003_000_000)
            #expect(Array(record.spanID) == Array(repeating: 0x11, count: 8) && record.flags == 1)
            #expect(record.attributes.contains { $0.key == "tool_name" && $0.value.stringValue == "payments.transfer" })
        }
    }

    @Test func `a line of the log is under the trace that it names`() throws {
        let line = LogLine(
            at: 5, level: .error, label: "aegis.journal", message: "the disk is full",
            fields: [("disk", "/var"), ("span_id", Self.own.spanID), ("trace_id", Self.own.traceID)])
        let bytes = Self.sent([], [line]).logs
        let record = try #require(
            try OTLPExportLogsServiceRequest(serializedBytes: bytes).resourceLogs[0].scopeLogs[0].logRecords.first)
        #expect(record.body.stringValue == "the disk is full")
        #expect(record.severityText == "ERROR")
        #expect(record.attributes.map { "\($0.key)=\($0.value.stringValue)" } == ["disk=/var", "logger=aegis.journal"])
        #expect(record.traceID.count == 16 && record.spanID.count == 8)
    }
}

import Approvals
@testable import Decisions
import Foundation
import Redaction
import SwiftProtobuf
@testable import TelemetryExport
import Testing

struct DecisionObservingTests {
    static func call(
        _ outcome: Outcome = .deny, _ code: ReasonCode = .policyDeny, agent: String = "finance-agent",
        tool: String = "payments.transfer", would: Outcome? = nil, mode: String = "enforce",
        span: TraceContext? = nil, parent: TraceContext? = nil, budgets: [BudgetLevel] = []
    ) -> DecidedCall {
        DecidedCall(
            kind: .call, id: DecisionID(high: 0x0194_0000_0000_7000, low: 0x8000_0000_0000_0001), outcome: outcome,
            reason: DecisionReason(code, "words", policy: "payments", rule: "large"),
            would: would.map {
                Decision.Would($0, DecisionReason(.policyDeny, "words", policy: "freeze", rule: "no-dollars"))
            }, tenant: "acme",
            agentID: agent, toolName: tool, policyVersion: "acme/42@sha256:1f0c", mode: mode,
            approvalID: nil, redactions: [RedactedPlace(path: "/memo", detector: "us_ssn", count: 2)], budgets: budgets,
            callID: "call-1", sessionID: nil, point: "envoy", span: span, parent: parent,
            begun: Timestamp(nanoseconds: 1_000_000_000), ended: Timestamp(nanoseconds: 1_003_000_000),
            recording: 2_000_000, isRepeated: false)
    }

    private static func observing(queued: Int = 16, sampler: Sampler = .usual) -> DecisionObserving {
        DecisionObserving(
            metrics: DecisionMetrics(now: { Timestamp(seconds: 100) }), spans: OTLPQueue(limit: queued, batch: 8),
            records: OTLPQueue(limit: queued, batch: 8), sampler: sampler)
    }

    @Test func `a span begins in the caller's trace, or in a new one`() throws {
        let observing = Self.observing()
        let parent = TraceContext(
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7", isSampled: true, state: "a=b")
        let child = try #require(observing.begin(under: parent))
        #expect(child.traceID == parent.traceID)
        #expect(child.spanID != parent.spanID)
        #expect(child.state == "a=b")
        let root = try #require(observing.begin(under: nil))
        #expect(TraceContext(traceparent: root.traceparent) == root)
        #expect(root.traceID != parent.traceID)
    }

    @Test func `a caller that keeps no spans gets none, and the trace goes on`() throws {
        let observing = Self.observing()
        let parent = TraceContext(
            traceID: String(repeating: "a", count: 32), spanID: "00f067aa0ba902b7", isSampled: false)
        let span = try #require(observing.begin(under: parent))
        #expect(!span.isSampled)
        observing.end(Self.call(span: span, parent: parent))
        #expect(observing.spans?.count == 0)
        // The log has every decision, whatever is sampled.
        #expect(observing.records?.count == 1)
    }

    @Test func `a full queue drops and counts, and takes nothing from the metrics`() {
        let observing = Self.observing(queued: 3)
        for _ in 0..<10 { observing.end(Self.call(span: observing.begin(under: nil))) }
        #expect(observing.spans?.count == 3)
        #expect(observing.spans?.dropped == 7)
        #expect(
            PrometheusText.text(observing.metrics.families).contains(
                #"aegis_decisions_total{tenant="acme",decision="deny",mode="enforce",reason="policy_deny"} 10"#))
    }

    /// A call's span as a collector reads it.
    private static func span(_ call: DecidedCall) throws -> OTLPSpan {
        let observing = observing()
        observing.end(call)
        let waiting = try #require(observing.spans?.takeAll().first)
        let envelope = OTLPEnvelope(resource: [("service.name", "aegis")], version: "1.0")
        let request = try OTLPExportTraceServiceRequest(serializedBytes: envelope.message(waiting.items))
        return try #require(request.resourceSpans.first?.scopeSpans.first?.spans.first)
    }

    @Test func `a span says what the contract names, and never a parameter`() throws {
        let parent = TraceContext(traceID: "4bf92f3577b34da6a3ce929d0e0e4736", spanID: "00f067aa0ba902b7")
        let own = TraceContext(traceID: parent.traceID, spanID: "1111111111111111")
        let span = try Self.span(Self.call(span: own, parent: parent))
        #expect(span.name == "execute_tool payments.transfer")
        #expect(span.kind == .internal)
        #expect(span.traceID.count == 16 && span.spanID.count == 8)
        #expect(Array(span.parentSpanID) == [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7])
        #expect(span.endTimeUnixNano - span.startTimeUnixNano == 3_000_000)
        #expect(span.status.code == .unset)
        let attributes = Dictionary(uniqueKeysWithValues: span.attributes.map { ($0.key, $0.value.stringValue) })
        for (name, value) in [
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "payments.transfer",
            "gen_ai.tool.call.id": "call-1", "gen_ai.agent.id": "finance-agent", "aegis.decision": "deny",
            "aegis.decision_reason": "policy_deny", "aegis.policy_version": "acme/42@sha256:1f0c",
            "aegis.mode": "enforce", "aegis.tenant": "acme", "agent_id": "finance-agent",
            "tool_name": "payments.transfer", "policy_version": "acme/42@sha256:1f0c", "decision_reason": "policy_deny",
        ] { #expect(attributes[name] == value, "\(name)") }
    }

    @Test func `only a fault of our own is an error`() throws {
        let span = TraceContext(traceID: String(repeating: "b", count: 32), spanID: "1111111111111111")
        let fault = try Self.span(Self.call(.deny, .stateUnavailable, span: span))
        #expect(fault.status.code == .error)
        #expect(fault.attributes.contains { $0.key == "error.type" && $0.value.stringValue == "state_unavailable" })
    }

    @Test func `budgets are shown until their window ends, and those of sessions never`() throws {
        func level(_ scope: SpendScope, endsAt: Int64) throws -> BudgetLevel {
            BudgetLevel(
                budget: BudgetKey(
                    counter: CounterKey(
                        tenant: "acme", books: .enforced, policy: "llm", rule: "daily_budget", scope: scope,
                        subject: "x"),
                    window: .day, windowStart: 0, currency: "USD"), limit: try #require(MicroUnits(20_000_000)),
                remaining: try #require(MicroUnits(13_400_000)), endsAt: endsAt)
        }
        let observing = Self.observing()
        observing.end(
            Self.call(
                .allow, .policyAllow,
                budgets: [
                    try level(.agent, endsAt: 101), try level(.session, endsAt: 101), try level(.tool, endsAt: 99),
                ]))
        let text = PrometheusText.text(observing.metrics.families)
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("aegis_budget_remaining{") }
        #expect(
            lines == [
                #"aegis_budget_remaining{tenant="acme",policy="llm",rule="daily_budget",scope="agent",subject="x",window="day",currency="USD"} 13.4"#
            ])
    }

    @Test(
        arguments: [
            ("enforce", "payments.transfer", .allow, .deny, "deny"),
            ("shadow", "payments.transfer", .sanitize, .approvalNeeded, "approval_needed"),
            ("dry_run", "payments.transfer", .allow, .deny, nil), ("shadow", "aegis.delegate", .allow, .deny, nil),
            ("enforce", "payments.transfer", .deny, .deny, nil),
            ("enforce", "payments.transfer", .allow, .sanitize, nil),
        ] as [(String, String, Outcome, Outcome, String?)])
    func `what would have been stopped counts where a call went ahead, and no dry run or delegation does`(
        mode: String, tool: String, outcome: Outcome, would: Outcome, counted: String?
    ) {
        let observing = Self.observing()
        observing.end(Self.call(outcome, .policyAllow, tool: tool, would: would, mode: mode))
        let text = PrometheusText.text(observing.metrics.families)
        let lines = text.split(separator: "\n").map { String($0) }.filter { $0.hasPrefix("aegis_would_block_total{") }
        let expected = counted.map {
            #"aegis_would_block_total{tenant="acme",policy="freeze",rule="no-dollars",decision="\#($0)"} 1"#
        }
        #expect(lines == [expected].compactMap { $0 })
    }

    @Test func `too many series are counted together`() {
        var counter = SeriesCounter(limit: 2, overflow: "_other")
        for name in ["a", "b", "c", "d", "a"] { counter.add(name) }
        #expect(counter.counts == ["a": 2, "b": 1, "_other": 2])
    }
}

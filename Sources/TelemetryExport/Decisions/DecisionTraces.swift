import Approvals
import Decisions
import Foundation
import SwiftProtobuf

/// Decisions as spans: `execute_tool TOOL`, kind internal.
/// Source: OpenTelemetry semantic conventions for generative AI, "Execute tool span"; the `aegis.` names are our own.
struct DecisionTraces: Sendable {
    let resource: OTLPResource
    let scope: OTLPInstrumentationScope

    func message(_ calls: ArraySlice<DecidedCall>) -> [UInt8]? {
        var spans = OTLPScopeSpans()
        spans.scope = scope
        spans.spans = calls.compactMap(Self.span)
        var whole = OTLPResourceSpans()
        whole.resource = resource
        whole.scopeSpans = [spans]
        var request = OTLPExportTraceServiceRequest()
        request.resourceSpans = [whole]
        return try? request.serializedBytes() as [UInt8]
    }

    static func span(_ call: DecidedCall) -> OTLPSpan? {
        guard let own = call.span else { return nil }
        var span = OTLPSpan()
        span.traceID = OTLPIdentifier.bytes(own.traceID)
        span.spanID = OTLPIdentifier.bytes(own.spanID)
        if let parent = call.parent { span.parentSpanID = OTLPIdentifier.bytes(parent.spanID) }
        if let state = own.state { span.traceState = state }
        // Sampled; whether the parent is elsewhere is known, and where there is one it is.
        span.flags = 0x01 | 0x100 | (call.parent == nil ? 0 : 0x200)
        let operation = call.kind == .call ? "execute_tool" : "redact_result"
        span.name = call.toolName.map { "\(operation) \($0)" } ?? operation
        span.kind = .internal
        span.startTimeUnixNano = UInt64(clamping: call.begun.nanoseconds)
        span.endTimeUnixNano = UInt64(clamping: max(call.begun, call.ended).nanoseconds)
        span.attributes = DecisionAttributes.list(call)
        // A deny is a right answer; an error is only what went wrong here.
        if call.reason.code.isFault { span.status.code = .error }
        return span
    }
}

/// What a span and a log record say of a decision.
enum DecisionAttributes {
    static func list(_ call: DecidedCall) -> [OTLPKeyValue] {
        var list = OTLPAttributes(reserving: 28)
        if call.kind == .call { list.add("gen_ai.operation.name", "execute_tool") }
        list.add("gen_ai.tool.name", call.toolName)
        list.add("gen_ai.tool.call.id", call.callID)
        list.add("gen_ai.agent.id", call.agentID)
        list.add("gen_ai.conversation.id", call.sessionID)
        list.add("aegis.decision", call.outcome.rawValue)
        list.add("aegis.decision_reason", call.reason.code.rawValue)
        list.add("aegis.policy_version", call.policyVersion)
        list.add("aegis.approval_id", call.approvalID)
        list.add("aegis.mode", call.mode)
        list.add("aegis.would_decision", call.would?.outcome.rawValue)
        list.add("aegis.tenant", call.tenant)
        list.add("aegis.decision_id", call.id.description)
        list.add("aegis.enforcement_point", call.point)
        if call.isRepeated { list.add("aegis.repeated", true) }
        list.add("security_rule.ruleset.name", call.reason.policy)
        list.add("security_rule.name", call.reason.rule)
        list.add("agent_id", call.agentID)
        list.add("tool_name", call.toolName)
        list.add("policy_version", call.policyVersion)
        list.add("decision_reason", call.reason.code.rawValue)
        list.add("approval_id", call.approvalID)
        if call.reason.code.isFault { list.add("error.type", call.reason.code.rawValue) }
        return list.list
    }
}

extension ReasonCode {
    /// Something of ours failed; everything else is a right answer.
    var isFault: Bool {
        switch self {
        case .bundleUnavailable, .evaluationError, .stateUnavailable, .auditUnavailable: true
        default: false
        }
    }
}

import Approvals
import Decisions

/// Decisions as spans: `execute_tool TOOL`, kind internal.
/// Source: OpenTelemetry semantic conventions for generative AI, "Execute tool span"; the `aegis.` names are our own.
enum DecisionTraces {
    /// The fields of a `Span`.
    /// - Parameter own: the call's.
    static func write(_ call: DecidedCall, _ own: TraceContext, to span: inout ProtobufWriter) {
        span.identifier(1, own.traceID)
        span.identifier(2, own.spanID)
        if let state = own.state { span.text(3, state) }
        if let parent = call.parent { span.identifier(4, parent.spanID) }
        span.message(5) { name in
            name.letters(call.kind == .call ? "execute_tool" : "redact_result")
            if let tool = call.toolName {
                name.letters(" ")
                name.letters(tool)
            }
        }
        span.varint(6, kindInternal)
        span.fixed64(7, UInt64(clamping: call.begun.nanoseconds))
        span.fixed64(8, UInt64(clamping: max(call.begun, call.ended).nanoseconds))
        DecisionAttributes.write(call, as: 9, to: &span)
        // A deny is a right answer; an error is only what went wrong here.
        if call.reason.code.isFault { span.message(15) { $0.varint(3, statusError) } }
        // Sampled; whether the parent is elsewhere is known, and where there is one it is.
        span.fixed32(16, 0x01 | 0x100 | (call.parent == nil ? 0 : 0x200))
    }

    private static let kindInternal: UInt64 = 1
    private static let statusError: UInt64 = 2
}

/// What a span and a log record say of a decision.
enum DecisionAttributes {
    static func write(_ call: DecidedCall, as field: UInt64, to item: inout ProtobufWriter) {
        func add(_ key: StaticString, _ value: String?) { item.attribute(field, key, value) }
        if call.kind == .call { add("gen_ai.operation.name", "execute_tool") }
        add("gen_ai.tool.name", call.toolName)
        add("gen_ai.tool.call.id", call.callID)
        add("gen_ai.agent.id", call.agentID)
        add("gen_ai.conversation.id", call.sessionID)
        add("aegis.decision", call.outcome.rawValue)
        add("aegis.decision_reason", call.reason.code.rawValue)
        add("aegis.policy_version", call.policyVersion)
        add("aegis.approval_id", call.approvalID)
        add("aegis.mode", call.mode)
        add("aegis.would_decision", call.would?.outcome.rawValue)
        add("aegis.tenant", call.tenant)
        add("aegis.decision_id", call.id.description)
        add("aegis.enforcement_point", call.point)
        if call.isRepeated { item.attribute(field, "aegis.repeated", true) }
        add("security_rule.ruleset.name", call.reason.policy)
        add("security_rule.name", call.reason.rule)
        add("agent_id", call.agentID)
        add("tool_name", call.toolName)
        add("policy_version", call.policyVersion)
        add("decision_reason", call.reason.code.rawValue)
        add("approval_id", call.approvalID)
        if call.reason.code.isFault { add("error.type", call.reason.code.rawValue) }
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

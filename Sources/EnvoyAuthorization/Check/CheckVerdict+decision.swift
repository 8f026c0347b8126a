import Decisions

extension CheckVerdict {
    /// What Envoy is told of a decision on `request`.
    ///
    /// Only a plain allow lets the request through: this enforcement point cannot rewrite a body.
    init(_ decision: Decision, on request: CheckedRequest) {
        if decision.outcome == .allow, decision.problem == nil {
            self = .allowing(decision, request)
        } else if decision.outcome == .sanitize {
            var refused = decision
            refused.outcome = .deny
            refused.reason = DecisionReason(
                .sanitizeUnsupported, "this call needs its parameters rewritten, which cannot be done here",
                policy: decision.reason.policy, rule: decision.reason.rule)
            refused.parameters = nil
            refused.repeatedAnswer = nil
            self = .denying(refused)
        } else {
            self = .denying(decision)
        }
    }

    private static func allowing(_ decision: Decision, _ request: CheckedRequest) -> CheckVerdict {
        let identifier = Header(CarriedHeaders.decisionID, decision.id.description)
        var headers = [identifier]
        var removed = CarriedHeaders.credentials
        removed.append(CarriedHeaders.approvalID)
        if let version = decision.policyVersion {
            headers.append(Header(CarriedHeaders.policyVersion, version))
        } else {
            removed.append(CarriedHeaders.policyVersion)
        }
        if let span = decision.span { headers.append(Header(CarriedHeaders.traceParent, span.traceparent)) }
        if let delegation = decision.delegation {
            headers.append(Header(CarriedHeaders.delegation, delegation))
            // The agent behind the tool has to call within the session that its chain belongs to.
            removed.removeAll { $0 == CarriedHeaders.delegation || $0 == CarriedHeaders.session }
        }
        if decision.proof == .token || APIKey.isCarried(in: request.headers[CarriedHeaders.authorization]) {
            removed.append(CarriedHeaders.authorization)
        }
        // With it the agent can report what the call has cost.
        return .allow(headers: headers, removed: removed, answered: [identifier], metadata: metadata(of: decision))
    }

    private static func denying(_ decision: Decision) -> CheckVerdict {
        var headers = [
            Header("content-type", "application/json"), Header(CarriedHeaders.decisionID, decision.id.description),
        ]
        if let approval = decision.approval {
            headers.append(Header(CarriedHeaders.approvalID, approval.id))
        }
        if let seconds = decision.limits.retryAfterSeconds {
            headers.append(Header("retry-after", String(max(1, seconds))))
        }
        return .deny(
            status: status(of: decision), headers: headers, body: String(decoding: decision.json, as: UTF8.self),
            metadata: metadata(of: decision))
    }

    private static func status(of decision: Decision) -> Int {
        if let problem = decision.problem { return problem.status }
        return switch decision.reason.code {
        case .rateExceeded, .budgetExceeded: 429
        case .unauthenticatedAgent: 401
        case .requestTooLarge: 413
        default: 403
        }
    }

    private static func metadata(of decision: Decision) -> [Field] {
        var fields = [
            Field("decision", decision.outcome.rawValue), Field("decision_id", decision.id.description),
            Field("reason", decision.reason.code.rawValue), Field("mode", decision.mode.rawValue),
        ]
        func add(_ name: String, _ value: String?) {
            if let value { fields.append(Field(name, value)) }
        }
        add("policy_version", decision.policyVersion)
        add("agent_id", decision.agentID)
        add("tool_name", decision.toolName)
        add("would_decision", decision.wouldOutcome?.rawValue)
        return fields
    }
}

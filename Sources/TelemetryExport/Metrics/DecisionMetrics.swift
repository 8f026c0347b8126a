import Redaction
import Approvals
import Decisions
import Synchronization

/// What is counted of decisions. Labels are bounded: names from policies and the catalog, never ids; beyond a number of
/// series what is new is counted as `_other`.
public final class DecisionMetrics: Sendable {
    private struct Verdict: Hashable, Sendable {
        var tenant: String
        var decision: String
        var mode: String
        var reason: String
    }

    private struct Offence: Hashable, Sendable {
        var tenant: String
        var agent: String
        var tool: String
        var decision: String
    }

    private struct Firing: Hashable, Sendable {
        var tenant: String
        var policy: String
        var rule: String
        var decision: String
    }

    private struct Find: Hashable, Sendable {
        var tenant: String
        var detector: String
    }

    private struct Counts: Sendable {
        var verdicts = SeriesCounter(
            limit: DecisionMetrics.limit,
            overflow: Verdict(
                tenant: DecisionMetrics.other, decision: DecisionMetrics.other, mode: DecisionMetrics.other,
                reason: DecisionMetrics.other))
        var offences = SeriesCounter(
            limit: DecisionMetrics.limit,
            overflow: Offence(
                tenant: DecisionMetrics.other, agent: DecisionMetrics.other, tool: DecisionMetrics.other,
                decision: DecisionMetrics.other))
        var firings = SeriesCounter(
            limit: DecisionMetrics.limit,
            overflow: Firing(
                tenant: DecisionMetrics.other, policy: DecisionMetrics.other, rule: DecisionMetrics.other,
                decision: DecisionMetrics.other))
        var wouldBlock = SeriesCounter(
            limit: DecisionMetrics.limit,
            overflow: Firing(
                tenant: DecisionMetrics.other, policy: DecisionMetrics.other, rule: DecisionMetrics.other,
                decision: DecisionMetrics.other))
        var results = SeriesCounter(
            limit: DecisionMetrics.limit,
            overflow: Verdict(
                tenant: DecisionMetrics.other, decision: DecisionMetrics.other, mode: DecisionMetrics.other,
                reason: DecisionMetrics.other))
        var finds = SeriesCounter(
            limit: DecisionMetrics.limit, overflow: Find(tenant: DecisionMetrics.other, detector: DecisionMetrics.other)
        )
        var repeats: UInt64 = 0
        var duration = Histogram.seconds
        var recording = Histogram.seconds
        var budgets: [CounterKey: BudgetLevel] = [:]
    }

    private static let limit = 5000
    private static let other = "_other"
    private let counts = Mutex(Counts())
    private let now: @Sendable () -> Timestamp

    init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    func count(_ call: DecidedCall) {
        let tenant = call.tenant ?? AuditTrailRecorder.unknownTenant
        counts.withLock { counts in
            guard !call.isRepeated else {
                counts.repeats += 1
                return
            }
            let verdict = Verdict(
                tenant: tenant, decision: call.outcome.rawValue, mode: call.mode, reason: call.reason.code.rawValue)
            for redaction in call.redactions {
                counts.finds.add(Find(tenant: tenant, detector: redaction.detector), UInt64(max(0, redaction.count)))
            }
            counts.recording.observe(Double(call.recording) / 1e9)
            guard call.kind == .call else { return counts.results.add(verdict) }
            counts.verdicts.add(verdict)
            counts.duration.observe(Double(max(0, call.ended.nanoseconds - call.begun.nanoseconds)) / 1e9)
            if let agent = call.agentID {
                counts.offences.add(
                    Offence(
                        tenant: tenant, agent: agent, tool: call.toolName ?? "", decision: call.outcome.rawValue))
            }
            if let policy = call.reason.policy {
                counts.firings.add(
                    Firing(
                        tenant: tenant, policy: policy, rule: call.reason.rule ?? "", decision: call.outcome.rawValue))
            }
            // After a dry run nothing goes ahead, and a delegation is no call.
            if let would = call.would, would.outcome == .deny || would.outcome == .approvalNeeded,
                call.outcome == .allow || call.outcome == .sanitize, call.mode != "dry_run",
                call.toolName != "aegis.delegate"
            {
                counts.wouldBlock.add(
                    Firing(
                        tenant: tenant, policy: would.reason.policy ?? "", rule: would.reason.rule ?? "",
                        decision: would.outcome.rawValue))
            }
            // Sessions have ids; what is left of theirs is in the records.
            for level in call.budgets where level.budget.counter.scope != .session {
                if counts.budgets.count < Self.limit || counts.budgets[level.budget.counter] != nil {
                    counts.budgets[level.budget.counter] = level
                }
            }
        }
    }

    /// The families as they stand.
    public var families: [MetricFamily] {
        let seconds = now().seconds
        let counts = counts.withLock { counts in
            counts.budgets = counts.budgets.filter { $0.value.endsAt > seconds }
            return counts
        }
        func verdict(_ key: Verdict) -> [MetricFamily.Label] {
            [
                .init("tenant", key.tenant), .init("decision", key.decision), .init("mode", key.mode),
                .init("reason", key.reason),
            ]
        }
        func firing(_ key: Firing) -> [MetricFamily.Label] {
            [
                .init("tenant", key.tenant), .init("policy", key.policy), .init("rule", key.rule),
                .init("decision", key.decision),
            ]
        }
        return [
            counts.verdicts.family("aegis_decisions_total", "Decisions on calls.", verdict),
            counts.results.family("aegis_results_total", "Decisions on what may be shown of tools' results.", verdict),
            counts.offences.family("aegis_agent_decisions_total", "Decisions by agent and tool.") { key in
                [
                    .init("tenant", key.tenant), .init("agent", key.agent), .init("tool", key.tool),
                    .init("decision", key.decision),
                ]
            },
            counts.firings.family("aegis_policy_decisions_total", "Decisions by the rule that made them.", firing),
            counts.wouldBlock.family(
                "aegis_would_block_total", "Calls that went ahead and that shadow policies would have stopped.", firing),
            counts.finds.family("aegis_redactions_total", "Places that were redacted, by detector.") { key in
                [.init("tenant", key.tenant), .init("detector", key.detector)]
            },
            .single(
                "aegis_repeated_answers_total", .counter, "Retries that got the answer of the first call.",
                Double(counts.repeats)),
            MetricFamily(
                "aegis_decision_duration_seconds", .histogram, "From admission until the record is durable.",
                [.init(labels: [], reading: .histogram(counts.duration))]),
            MetricFamily(
                "aegis_audit_append_duration_seconds", .histogram, "Until a decision's record is durable.",
                [.init(labels: [], reading: .histogram(counts.recording))]),
            Self.budgets(
                "aegis_budget_remaining", "What is left of budgets in their current window.", counts.budgets,
                \.remaining),
            Self.budgets("aegis_budget_limit", "What budgets allow in a window.", counts.budgets, \.limit),
        ]
    }

    private static func budgets(
        _ name: String, _ help: String, _ levels: [CounterKey: BudgetLevel], _ amount: (BudgetLevel) -> MicroUnits
    ) -> MetricFamily {
        MetricFamily(
            name, .gauge, help,
            levels.map { key, level in
                MetricFamily.Sample(
                    labels: [
                        .init("tenant", key.tenant), .init("policy", key.policy), .init("rule", key.rule),
                        .init("scope", key.scope.rawValue), .init("subject", key.subject),
                        .init("window", level.budget.window.rawValue), .init("currency", level.budget.currency),
                    ], reading: .number(Double(amount(level).value) / 1e6))
            })
    }
}

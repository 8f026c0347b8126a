import AccessControl
import Approvals
import AuditTrail
import Decisions
import HTTPEndpoints
import Hummingbird

/// What the audit trail says of a tenant: its records, and what shadow policies would have stopped.
struct TrailRoutes: EndpointSet {
    let gate: AccessGate
    let desk: TrailDesk

    private static let decisions = ["allow", "deny", "sanitize", "approval_needed"]

    static let records = Operation(
        .get, "/v1/tenants/{tenant}/audit/records", id: "queryRecords", tag: "audit", access: .person(.seeTrail),
        summary: "Records of the tenant's log, newest first, each as it stands in the trail.",
        parameters: [
            .tenant, .init("limit", in: .query, .integer(1...Page.largest), "How many; 100 where absent."),
            .init(
                "before", in: .query, .integer(0...Int.max),
                "Only records with a lower index: `next` of the page before."),
            .init("kind", in: .query, .choice(AuditRecordKind.allCases.map(\.rawValue)), "Only records of this kind."),
            .init("agent", in: .query, .text(1...256), "Only records about this agent."),
            .init("tool", in: .query, .text(1...256), "Only calls of this tool."),
            .init("decision", in: .query, .choice(decisions), "Only these decisions."),
            .init("decision_id", in: .query, .text(1...256), "Only records of this decision."),
            .init("approval_id", in: .query, .text(1...256), "Only records about this approval."),
            .init("since", in: .query, .time, "Only records from then on."),
            .init("until", in: .query, .time, "Only records before then."),
        ],
        answers: [
            .ok(
                "The records.",
                .object([
                    .init("records", .list(.object([], open: true))),
                    .init("next", .nullable(.integer(0...Int.max)), "`before` of the next page; null at the end."),
                ]))
        ], problems: [503])
    static let shadow = Operation(
        .get, "/v1/tenants/{tenant}/shadow-report", id: "shadowReport", tag: "audit", access: .person(.seeShadow),
        summary: "What would have been blocked, had shadow policies been enforced.",
        parameters: [
            .tenant, .init("since", in: .query, .time, "Only calls from then on."),
            .init("samples", in: .query, .integer(0...20), "The newest calls of each kind; 3 where absent."),
        ], answers: [.ok("The report.", .named("ShadowReport"))], problems: [503])

    var schemas: [String: Schema] {
        let count = Schema.integer(0...Int.max)
        let sample = Schema.object(
            [
                .init("decision_id", .text()), .init("time", .time),
                .init("parameters_shown", .anything, "Redacted; null where the record shows none."),
            ], open: true)
        let row = Schema.object(
            [
                .init("count", count), .init("would_decision", .text()),
                .init("candidate", .nullable(.text()), "The candidate's version; null where shadow policies say so."),
                .init("policy", .text()), .init("rule", .text()), .init("code", .text()), .init("agent_id", .text()),
                .init("tool_name", .text()),
                .init("samples", .list(sample)),
            ], open: true)
        return [
            "ShadowReport": .object(
                [
                    .init("since", .nullable(.time)), .init("decisions", count), .init("shadowed", count),
                    .init("would_block", count), .init("rows", .list(row)),
                ], open: true)
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.records) { request, context in
                let (_, tenant) = try gate.enter(Self.records, request, context)
                let limit = try request.number("limit", in: 1...Page.largest) ?? 100
                let query = try AuditQuery(request, tenant: tenant, decisions: Self.decisions)
                // One more than asked for tells whether there is a next page.
                let found = try await desk.newest(limit + 1, query, for: tenant)
                let page = found.suffix(limit).reversed()
                var json = JSONText()
                json.object { json in
                    json.key("records")
                    json.array { json in for record in page { json.raw(record.bytes) } }
                    json.key("next")
                    if found.count > limit, let index = page.last.flatMap({ $0["index"] }) {
                        json.raw(index.utf8)
                    } else {
                        json.null()
                    }
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.shadow) { request, context in
                let (_, tenant) = try gate.enter(Self.shadow, request, context)
                let since = try request.time("since")
                let samples = try request.number("samples", in: 0...20) ?? 3
                let report = try await desk.ask(for: tenant) { reader in
                    var report = ShadowReport(
                        since: since.map { String($0.description.dropLast()) }, tenant: tenant, sampleCount: samples)
                    if let since { try reader.skip(toTime: since.nanoseconds) }
                    while true {
                        let records = try reader.next()
                        if records.isEmpty { return report }
                        for record in records { report.add(record) }
                    }
                }
                return Response(json: Self.view(report, since: since))
            },
        ]
    }

    private static func view(_ report: ShadowReport, since: Timestamp?) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.field("since", since?.description)
            json.field("decisions", Int64(report.decisions))
            json.field("shadowed", Int64(report.shadowed))
            json.field("would_block", Int64(report.blocked))
            json.key("rows")
            json.array { json in
                for row in report.rows {
                    json.object { json in
                        json.field("count", Int64(row.count))
                        json.field("would_decision", row.group.would)
                        json.field("candidate", row.group.candidate)
                        json.field("policy", row.group.policy)
                        json.field("rule", row.group.rule)
                        json.field("code", row.group.code)
                        json.field("agent_id", row.group.agent)
                        json.field("tool_name", row.group.tool)
                        json.key("samples")
                        json.array { json in
                            for sample in row.samples {
                                json.object { json in
                                    json.field("decision_id", sample.decisionID)
                                    json.field("time", sample.time)
                                    json.key("parameters_shown")
                                    json.raw((sample.parameters ?? "null").utf8)
                                }
                            }
                        }
                    }
                }
            }
        }
        return json.bytes
    }
}

extension AuditQuery {
    /// The tenant is the path's, which the caller was let into.
    fileprivate init(_ request: Request, tenant: String, decisions: [String]) throws {
        self.init()
        self.tenant = tenant
        before = try request.number("before", in: 0...Int.max).map(UInt64.init)
        from = try request.time("since")?.nanoseconds
        until = try request.time("until")?.nanoseconds
        kind = try request.choice("kind", of: AuditRecordKind.allCases.map(\.rawValue))
        decision = try request.choice("decision", of: decisions)
        agent = try request.word("agent")
        tool = try request.word("tool")
        decisionID = try request.word("decision_id")
        approval = try request.word("approval_id")
        // Ids tell when their decisions were begun, and no record of one is older than that, but for clocks that are set back.
        if let decisionID, let begun = InputName(decisionID: decisionID)?.time {
            from = max(from ?? .min, begun - 3_600_000_000_000)
        }
    }
}

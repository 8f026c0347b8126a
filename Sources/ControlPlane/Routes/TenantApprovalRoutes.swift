import AccessControl
import Approvals
import HTTPEndpoints
import Hummingbird

/// The approvals of any tenant that a person has a right to see. Who decides one does so by its own routes, in their own
/// tenant.
struct TenantApprovalRoutes: EndpointSet {
    let gate: AccessGate
    let approvals: any ApprovalLedger
    let now: @Sendable () -> Timestamp

    static let list = Operation(
        .get, "/v1/tenants/{tenant}/approvals", id: "listTenantApprovals", tag: "approvals",
        access: .person(.seeApprovals), summary: "The approvals of a tenant, newest first.",
        parameters: [
            .tenant,
            .init("status", in: .query, .choice(Approval.State.allCases.map(\.rawValue)), "Only these."),
            .init("limit", in: .query, .integer(1...Page.largest), "How many; 100 where absent."),
        ],
        answers: [.ok("The approvals.", .object([.init("approvals", .list(.object([], open: true)))]))])

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.list) { request, context in
                let (_, tenant) = try gate.enter(Self.list, request, context)
                let state = try request.choice("status", of: Approval.State.allCases.map(\.rawValue))
                    .flatMap(Approval.State.init(rawValue:))
                let limit = try request.number("limit", in: 1...Page.largest) ?? 100
                let found = try await approvals.approvals(
                    tenant: tenant, states: state.map { [$0] } ?? [], limit: limit)
                let now = now()
                var json = JSONText()
                json.object { json in
                    json.key("approvals")
                    json.array { json in
                        // The clock may have moved some out of the state they were found in.
                        for approval in found where state == nil || approval.state(at: now) == state {
                            approval.write(to: &json, now: now)
                        }
                    }
                }
                return Response(json: json.bytes)
            }
        ]
    }
}

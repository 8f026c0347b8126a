import HTTPEndpoints
import HTTPTypes

extension StopRoutes {
    static let getStops = Operation(
        .get, "/v1/bundles/{tenant}/stops", id: "getStops", tag: "bundles", access: .caller,
        summary:
            "The tenant's signed list of agents that are switched off on all gateways; for keys with the grant `bundles`. Where the server hands out bundles.",
        parameters: [
            .init("tenant", in: .path, .text(), "The tenant."),
            .init("if-none-match", in: .header, .text(), "The `etag` that the caller has."),
            .init("prefer", in: .header, .text(), "`wait=N`: wait up to N seconds, 50 at most, for another one."),
        ],
        answers: [
            .init(200, "The list, a compact JWS.", .text(), contentType: "application/jwt", headers: ["etag"]),
            .init(204, "No agent was ever switched there.", headers: ["etag"]), .init(304, "The caller has it."),
        ], problems: [403, 503])
}

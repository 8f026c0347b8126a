import HTTPEndpoints
import HTTPTypes

extension BundleRoutes {
    static let getLatest = Operation(
        .get, "/v1/bundles/{tenant}", id: "getLatestBundle", tag: "bundles", access: .caller,
        summary:
            "The tenant's latest bundle, as Open Policy Agent asks a bundle service; for keys with the grant `bundles`. Where the server hands out bundles.",
        parameters: [
            .init("tenant", in: .path, .text(), "The tenant."),
            .init("if-none-match", in: .header, .text(), "The `etag` that the caller has."),
            .init("prefer", in: .header, .text(), "`wait=N`: wait up to N seconds, 50 at most, for another one."),
        ],
        answers: [
            .init(
                200, "The signed archive.", .text(), contentType: "application/gzip",
                headers: ["etag", "aegis-bundle-pointer"]),
            .init(304, "The caller has it. `aegis-bundle-pointer` is the newest signed word all the same."),
        ], problems: [403, 404, 503])
}

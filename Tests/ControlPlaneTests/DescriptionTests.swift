import AegisTesting
import Decisions
import Foundation
import HTTPEndpoints
import Hummingbird
import HummingbirdTesting
import Logging
import ObjectStores
import PolicyLifecycle
import StateStoreSQLite
import Testing

@testable import ControlPlane
@testable import DecisionAPI

/// The API's description and its routes are one thing: nothing is served that is not described, nor the other way round.
@Suite struct DescriptionTests {
    /// The whole API: decisions, approvals, health, channels, and the control plane.
    private static func server() throws -> HTTPServer {
        let fixture = try DecisionFixture()
        let folder = NSTemporaryDirectory() + "description-\(UUID().uuidString)"
        let control = ControlPlaneRoutes(
            .init(
                prover: APIKeyProver([]), ledger: try SQLiteStateStore(path: folder + ".sqlite"),
                directory: NoTenants(), approvals: fixture.ledger, bundles: BundleHistory(directory: folder),
                histories: FileHistoryStore(directory: folder),
                auditDirectory: folder, now: { fixture.clock.now }))
        return DecisionAPIServer(
            configuration: .init(port: 0), decisions: fixture.point, desk: fixture.desk, prover: APIKeyProver([]),
            version: "test", logger: Logger(label: "test"), now: { fixture.clock.now },
            channels: ChannelEndpoints(
                slack: { _, _, _ in 200 }, showReview: { _ in (200, "") }, decideReview: { _ in (200, "") }),
            bundles: { _, _, _ in nil }, stops: { _, _, _ in nil },
            more: control.sets
        ).server
    }

    private struct NoTenants: TenantDirectory {
        func state(of tenant: String) -> TenantState? { nil }
        func agents(of tenant: String) -> [String: String?] { [:] }
    }

    private static func described(_ server: HTTPServer) async throws -> [String: Any] {
        try await server.application.test(.router) { client in
            try await client.execute(uri: "/openapi.json", method: .get) { response in
                #expect(response.status == .ok)
                let object = try JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
                return try #require(object as? [String: Any])
            }
        }
    }

    @Test func `every route is described, and everything described is a route`() async throws {
        let server = try Self.server()
        let routes = server.router.routes.map { route in
            let path = route.path.description.split(separator: "/").map { part in
                part.hasPrefix("{") || !part.hasPrefix(":") ? String(part) : "{\(part.dropFirst())}"
            }
            return "\(route.method.rawValue) /" + path.joined(separator: "/")
        }
        let paths = try #require(try await Self.described(server)["paths"] as? [String: [String: Any]])
        let told = paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } }
        #expect(told.sorted() == routes.sorted())
        #expect(Set(routes).count == routes.count)
        #expect(routes.count > 25)
    }

    @Test func `operations have ids of their own, and name only schemas that are there`() async throws {
        let document = try await Self.described(try Self.server())
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        let ids = paths.values.flatMap { $0.values.compactMap { $0["operationId"] as? String } }
        #expect(Set(ids).count == ids.count)
        let components = try #require(document["components"] as? [String: [String: Any]])
        let known = Set((components["schemas"] ?? [:]).keys)
        let text = String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self)
        let named = Set(text.matches(of: /#\\?\/components\\?\/schemas\\?\/(\w+)/).map { String($0.1) })
        #expect(named.isSubset(of: known), "\(named.subtracting(known))")
        #expect(known.subtracting(["Problem"]).isSubset(of: named), "\(known.subtracting(named))")
    }

    /// `AEGIS_REWRITE_OPENAPI=1 swift test --filter DescriptionTests` writes the file anew.
    @Test func `the published description is the one that is served`() async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../schema/openapi.json").standardizedFileURL
        var document = try await Self.described(try Self.server())
        document["info"] = (document["info"] as? [String: Any])?.merging(["version": "0.1.0"]) { $1 }
        if ProcessInfo.processInfo.environment["AEGIS_REWRITE_OPENAPI"] != nil {
            let text = try JSONSerialization.data(
                withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
            try (text + Data("\n".utf8)).write(to: file)
        }
        let published = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        func plain(_ json: Any) throws -> Data {
            try JSONSerialization.data(withJSONObject: json, options: .sortedKeys)
        }
        #expect(try plain(published) == plain(document), "write it anew with AEGIS_REWRITE_OPENAPI=1")
    }
}

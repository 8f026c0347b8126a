import Decisions
import Logging
import NIOCore
import SwiftProtobuf
import Testing

@testable import EnvoyAuthorization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Checks with bytes changed, taken out and put in: each is answered, none with an allow that nobody gave.
@Suite struct DamagedCheckTests {
    private static func check() throws -> [UInt8] {
        var check = EnvoyCheckRequest()
        check.attributes.request.http.method = "POST"
        check.attributes.request.http.host = "payments.acme.example"
        check.attributes.request.http.path = "/v1/transfers?dry=1"
        check.attributes.request.http.headers = [
            ":path": "/v1/transfers", "x-aegis-api-key": "aegis_k_s",
            "traceparent": "00-\(String(repeating: "ab", count: 16))-00f067aa0ba902b7-01",
        ]
        check.attributes.request.http.rawBody = Data(#"{"amount": 1}"#.utf8)
        check.attributes.contextExtensions["tenant"] = "acme"
        check.attributes.source.principal = "spiffe://acme/agent"
        return try check.serializedBytes()
    }

    /// Converts the request as the server does, then denies it.
    private static let method = CheckMethod.make(
        limits: ServerLimits(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { request in
        _ = request.decisionRequest()
        return .deny(status: 403, headers: [], body: "no", metadata: [])
    }

    @Test(arguments: 0..<20) func `a damaged check is denied and never traps`(seed: UInt64) async throws {
        let whole = try Self.check()
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for round in 0..<100 {
            var bytes = whole
            for _ in 0...below(4) where !bytes.isEmpty {
                let place = below(bytes.count)
                switch below(4) {
                case 0: bytes[place] = UInt8(below(256))
                case 1: bytes.remove(at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(30)))
                default: bytes.insert(contentsOf: bytes[0..<min(place, 40)], at: place)
                }
            }
            let answer = try await Self.method.serve(ByteBuffer(bytes: bytes))
            let response = try EnvoyCheckResponse(serializedBytes: [UInt8](buffer: answer))
            #expect(response.status.code != 0, "seed \(seed), round \(round)")
        }
    }
}

import NIOCore
import SwiftProtobuf
import Testing

@testable import EnvoyAuthorization

@Suite struct CheckResponseEncoderTests {
    private struct Broken: Error {}

    private let denial = CheckVerdict.deny(
        status: 403, headers: [.init("content-type", "application/json")], body: #"{"decision":"deny"}"#,
        metadata: [.init("decision", "deny")])
    private let allowance = CheckVerdict.allow(
        headers: [.init("x-aegis-decision-id", "0194")], removed: ["x-aegis-api-key"],
        answered: [.init("x-aegis-decision-id", "0195")],
        metadata: [.init("decision", "allow")])

    /// What Envoy does with a `CheckResponse`: code 0 is permission, and nothing else counts.
    private func envoyLetsThrough(_ bytes: ByteBuffer) -> Bool {
        guard let response = try? EnvoyCheckResponse(serializedBytes: [UInt8](buffer: bytes)) else { return false }
        return response.status.code == 0
    }

    @Test func `an allow sets headers, removes credentials and carries metadata`() throws {
        let response = try EnvoyCheckResponse(serializedBytes: [UInt8](buffer: CheckResponseEncoder.encode(allowance)))
        #expect(response.status.code == 0)
        #expect(response.okResponse.headers.map(\.header.key) == ["x-aegis-decision-id"])
        #expect(response.okResponse.headers.map(\.header.value) == ["0194"])
        #expect(response.okResponse.headers.allSatisfy { !$0.hasAppend }, "an unset `append` overwrites")
        #expect(response.okResponse.headersToRemove == ["x-aegis-api-key"])
        #expect(response.okResponse.responseHeadersToAdd.map(\.header.key) == ["x-aegis-decision-id"])
        #expect(response.okResponse.responseHeadersToAdd.map(\.header.value) == ["0195"])
        #expect(response.okResponse.responseHeadersToAdd.allSatisfy { $0.hasAppend && !$0.append.value })
        #expect(response.dynamicMetadata.fields["decision"]?.stringValue == "allow")
    }

    @Test func `a deny carries its status, headers and body`() throws {
        let response = try EnvoyCheckResponse(serializedBytes: [UInt8](buffer: CheckResponseEncoder.encode(denial)))
        #expect(response.status.code == 7)
        #expect(response.deniedResponse.status.code == 403)
        #expect(response.deniedResponse.headers.map(\.header.key) == ["content-type"])
        #expect(response.deniedResponse.body == #"{"decision":"deny"}"#)
        #expect(response.dynamicMetadata.fields["decision"]?.stringValue == "deny")
    }

    @Test func `zero bytes would be permission, which is why they never leave`() {
        #expect(envoyLetsThrough(ByteBuffer()))
        #expect(!envoyLetsThrough(CheckResponseEncoder.barestDenial))
    }

    @Test(arguments: [true, false])
    func `an encoder that fails or writes nothing denies`(throwing: Bool) {
        for verdict in [denial, allowance] {
            let bytes = CheckResponseEncoder.encode(verdict) { (_) throws in
                if throwing { throw Broken() }
                return []
            }
            #expect(bytes == CheckResponseEncoder.barestDenial)
            #expect(!envoyLetsThrough(bytes))
        }
    }

    @Test func `a deny whose code was lost in encoding is denied all the same`() {
        let bytes = CheckResponseEncoder.encode(denial) { (response) throws in
            var changed = response
            changed.status.code = 0
            return try changed.serializedBytes()
        }
        #expect(bytes == CheckResponseEncoder.barestDenial)
        let without = CheckResponseEncoder.encode(denial) { (response) throws in
            var changed = response
            changed.clearStatus()
            return try changed.serializedBytes()
        }
        #expect(without == CheckResponseEncoder.barestDenial)
    }

    @Test(arguments: [0, 200, 204, 302, 399, 600, 1000, -1])
    func `a deny never looks like success`(status: Int) throws {
        let bytes = CheckResponseEncoder.encode(.deny(status: status, headers: [], body: "", metadata: []))
        let response = try EnvoyCheckResponse(serializedBytes: [UInt8](buffer: bytes))
        #expect(response.status.code == 7)
        #expect(response.deniedResponse.status.code == 403)
    }

    @Test func `a header value cannot start another header`() throws {
        let verdict = CheckVerdict.allow(
            headers: [.init("x-aegis-policy-version", "a\r\nx-evil: 1\u{7F}ü")], removed: [], answered: [], metadata: []
        )
        let response = try EnvoyCheckResponse(serializedBytes: [UInt8](buffer: CheckResponseEncoder.encode(verdict)))
        #expect(response.okResponse.headers.map(\.header.value) == ["a??x-evil: 1???"])
    }
}

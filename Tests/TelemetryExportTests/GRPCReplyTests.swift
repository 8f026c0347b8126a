import NIOCore
import NIOHPACK
@testable import TelemetryExport
import Testing

struct GRPCReplyTests {
    @Test(arguments: [
        ("0", nil, OTLPAnswer.taken(rejected: 0, message: "")),
        ("14", nil, .tryAgain("grpc-status 14: come%back", after: nil)),
        ("4", nil, .tryAgain("grpc-status 4: come%back", after: nil)),
        ("8", nil, .refused("grpc-status 8: come%back")),
        // A google.rpc.Status with a RetryInfo among its details, padding left off.
        (
            "8", "CAgaKwopdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbw",
            .tryAgain("grpc-status 8: come%back", after: nil)
        ),
        ("3", nil, .refused("grpc-status 3: come%back")), ("16", nil, .refused("grpc-status 16: come%back")),
    ])
    func `a status says whether to try again`(status: String, details: String?, answer: OTLPAnswer) {
        var reply = GRPCReply()
        reply.take([":status": "200", "content-type": "application/grpc"] as HPACKHeaders)
        var trailers: HPACKHeaders = ["grpc-status": status]
        if status != "0" { trailers.add(name: "grpc-message", value: "come%25back") }
        if let details { trailers.add(name: "grpc-status-details-bin", value: details) }
        reply.take(trailers)
        #expect(reply.answer == answer)
    }

    @Test(arguments: [
        ("503", OTLPAnswer.tryAgain("status 503", after: nil)), ("404", .refused("status 404, and no gRPC")),
    ])
    func `whoever does not speak gRPC is judged by the HTTP status`(status: String, answer: OTLPAnswer) {
        var reply = GRPCReply()
        reply.take([":status": status] as HPACKHeaders)
        #expect(reply.answer == answer)
    }

    @Test func `a partial success is told by the message, in however many pieces`() {
        var reply = GRPCReply()
        reply.take([":status": "200"] as HPACKHeaders)
        let message: [UInt8] = [0x0a, 0x07, 0x08, 0x05, 0x12, 0x03] + Array("old".utf8)
        for byte in [0, 0, 0, 0, UInt8(message.count)] + message { reply.take(ByteBuffer(bytes: [byte])) }
        reply.take(["grpc-status": "0"] as HPACKHeaders)
        #expect(reply.answer == .taken(rejected: 5, message: "old"))
    }
}

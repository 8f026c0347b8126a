import NIOCore
import NIOHPACK
import Testing

@testable import EnvoyAuthorization

@Suite struct UnaryCallTests {
    let methods = table(reversing())

    /// A call whose headers are in.
    private func accepted(_ changes: [String: String?] = [:]) -> UnaryCall {
        var call = UnaryCall()
        _ = call.receive(headers: requestHeaders(changes), endStream: false, methods: methods)
        return call
    }

    @Test func `a whole message in one frame is served`() {
        var call = UnaryCall()
        let step = call.receive(headers: requestHeaders(["grpc-timeout": "250m"]), endStream: false, methods: methods)
        guard case .accept(let method, let timeout) = step else {
            Issue.record("not accepted: \(step)")
            return
        }
        #expect(method.path == "/test.Echo/Reverse")
        #expect(timeout == .milliseconds(250))
        #expect(call.receive(data: framed("abc"), endStream: true).served == ByteBuffer(string: "abc"))
        let reply = call.finish(.success(ByteBuffer(string: "cba")))
        #expect(reply?.headers == [":status": "200", "content-type": "application/grpc"])
        #expect(reply?.text == "cba")
        #expect(reply?.trailers == ["grpc-status": "0"])
        #expect(reply?.stopsRequest == false)
    }

    @Test func `a message cut anywhere is served whole`() {
        let whole = framed("a message")
        for first in 0...whole.readableBytes {
            for second in first...whole.readableBytes {
                var call = accepted()
                let cuts = [0, first, second, whole.readableBytes]
                var steps: [Bool] = []
                for (from, to) in zip(cuts, cuts.dropFirst()) {
                    let part = whole.getSlice(at: from, length: to - from) ?? ByteBuffer()
                    steps.append(call.receive(data: part, endStream: false).waits)
                }
                #expect(steps == [true, true, true])
                #expect(call.receive(data: ByteBuffer(), endStream: true).served == ByteBuffer(string: "a message"))
            }
        }
    }

    @Test func `an empty message is a message`() {
        var call = accepted()
        #expect(call.receive(data: framed(""), endStream: true).served == ByteBuffer())
    }

    @Test(arguments: [
        ("no message at all", ByteBuffer(), "12", "this method takes one request message, and none came"),
        ("half a prefix", ByteBuffer(bytes: [0, 0, 0]), "13", "the request ends inside a message prefix"),
        ("half a message", framed("abc", length: 9), "13", "the request ends after 3 of 9 message bytes"),
        (
            "two messages", ByteBuffer(bytes: [0, 0, 0, 0, 1, 65, 0, 0, 0, 0, 1, 66]), "12",
            "this method takes one request message, and more follows the first"
        ),
        ("a message over the limit", framed("", length: 65), "8", "the message has 65 bytes; the limit is 64"),
        (
            "the longest length", framed("", length: Int(UInt32.max)), "8",
            "the message has 4294967295 bytes; the limit is 64"
        ),
        ("unknown flags", framed("abc", flags: 2), "13", "the message prefix has unknown flags: 2"),
        (
            "compressed without saying how", framed("abc", flags: 1), "13",
            "the message is marked as compressed, but grpc-encoding names no compression"
        ),
    ])
    func `a broken message ends the call`(what: String, body: ByteBuffer, status: String, message: String) {
        var call = accepted()
        let reply = call.receive(data: body, endStream: true).reply
        #expect(reply?.grpcStatus == status, "\(what)")
        #expect(reply?.grpcMessage == message, "\(what)")
        #expect(reply?.trailers == nil, "\(what): one block of headers says it all")
    }

    @Test func `a compressed message is not supported, and the answer says what is`() {
        var call = accepted(["grpc-encoding": "gzip"])
        let reply = call.receive(data: framed("abc", flags: 1), endStream: true).reply
        #expect(reply?.grpcStatus == "12")
        #expect(reply?.grpcMessage == "grpc-encoding `gzip` is not supported; send messages uncompressed")
        #expect(reply?.headers.first(name: "grpc-accept-encoding") == "identity")
    }

    @Test func `a client that may compress but does not is served`() {
        var call = accepted(["grpc-encoding": "gzip"])
        #expect(call.receive(data: framed("abc"), endStream: true).served == ByteBuffer(string: "abc"))
    }

    @Test(
        arguments: [
            ([":method": "GET"], "405", "allow", "POST"),
            (["content-type": nil], "415", "accept", "application/grpc"),
            (["content-type": "application/json"], "415", "accept", "application/grpc"),
            (["content-type": "application/grpc-web"], "415", "accept", "application/grpc"),
            (["content-type": "application/grpc+json"], "415", "accept", "application/grpc"),
        ] as [([String: String?], String, String, String)])
    func `a request that is not gRPC gets an HTTP status`(
        changes: [String: String?], status: String, name: String, value: String
    ) {
        var call = UnaryCall()
        let reply = call.receive(headers: requestHeaders(changes), endStream: true, methods: methods).reply
        #expect(reply?.headers == HPACKHeaders([(":status", status), (name, value)]))
        #expect(reply?.stopsRequest == false)
    }

    @Test(arguments: [
        "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", "Application/gRPC",
    ])
    func `the content types of protobuf messages are taken`(contentType: String) {
        var call = UnaryCall()
        let step = call.receive(
            headers: requestHeaders(["content-type": contentType]), endStream: false, methods: methods)
        #expect(step.reply == nil)
    }

    @Test func `an unknown method is unimplemented, and the client is asked to stop sending`() {
        var call = UnaryCall()
        let reply = call.receive(headers: requestHeaders(path: "/test.Echo/Nope"), endStream: false, methods: methods)
            .reply
        #expect(reply?.grpcStatus == "12")
        #expect(reply?.grpcMessage == "no such method")
        #expect(reply?.stopsRequest == true)
        #expect(call.receive(data: framed("abc"), endStream: true).waits, "what still arrives has no effect")
    }

    @Test func `a malformed timeout is refused`() {
        var call = UnaryCall()
        let headers = requestHeaders(["grpc-timeout": "soon"])
        let reply = call.receive(headers: headers, endStream: false, methods: methods).reply
        #expect(reply?.grpcStatus == "13")
        #expect(reply?.grpcMessage == "grpc-timeout is malformed")
    }

    @Test func `a deadline while receiving ends the call and stops the client`() {
        var call = accepted()
        _ = call.receive(data: framed("abc", length: 9), endStream: false)
        let reply = call.expire()
        #expect(reply?.grpcStatus == "4")
        #expect(reply?.stopsRequest == true)
        #expect(call.receive(data: ByteBuffer(string: "defghi"), endStream: true).waits)
        #expect(call.expire() == nil)
    }

    @Test func `a call is answered once, whoever comes first`() {
        var expired = accepted()
        _ = expired.receive(data: framed("abc"), endStream: true)
        #expect(expired.expire()?.grpcStatus == "4")
        #expect(expired.finish(.success(ByteBuffer(string: "late"))) == nil)

        var answered = accepted()
        _ = answered.receive(data: framed("abc"), endStream: true)
        #expect(answered.finish(.success(ByteBuffer()))?.grpcStatus == "0")
        #expect(answered.expire() == nil)
        #expect(answered.finish(.success(ByteBuffer())) == nil)

        var cancelled = accepted()
        _ = cancelled.receive(data: framed("abc"), endStream: true)
        cancelled.cancel()
        #expect(cancelled.finish(.success(ByteBuffer())) == nil)
        #expect(cancelled.expire() == nil)
    }

    @Test func `a failure is a status, percent-encoded`() {
        var call = accepted()
        _ = call.receive(data: framed("abc"), endStream: true)
        let reply = call.finish(.failure(RPCStatus(.internal, "100% größer\n")))
        #expect(reply?.grpcStatus == "13")
        #expect(reply?.grpcMessage == "100%25 gr%C3%B6%C3%9Fer%0A")
    }

    @Test(arguments: [UnaryMethod.Fault.failed, .deadlineExceeded])
    func `a method with a last resort never ends in an error`(fault: UnaryMethod.Fault) {
        let guarded = UnaryMethod(path: "/test.Guard/Check", maximumMessageBytes: 64) {
            $0
        } lastResort: {
            ByteBuffer(string: "denied: \($0)")
        }
        var call = UnaryCall()
        _ = call.receive(headers: requestHeaders(path: guarded.path), endStream: false, methods: table(guarded))
        _ = call.receive(data: framed("abc"), endStream: true)
        let reply = fault == .failed ? call.finish(.failure(RPCStatus(.unavailable, "no"))) : call.expire()
        #expect(reply?.grpcStatus == "0")
        #expect(reply?.text == "denied: \(fault)")
    }

    @Test func `a request that must be shed is refused with its resources exhausted`() {
        var call = accepted()
        let reply = call.shed(endStream: false)
        #expect(reply?.grpcStatus == "8")
        #expect(reply?.stopsRequest == true)
        #expect(call.shed(endStream: false) == nil)
    }

    @Test func `the client's trailers end its message`() {
        var call = accepted()
        #expect(call.receive(data: framed("abc"), endStream: false).waits)
        let step = call.receive(headers: ["x-checksum": "1"], endStream: true, methods: methods)
        #expect(step.served == ByteBuffer(string: "abc"))
    }

    @Test func `headers alone are no request`() {
        var call = UnaryCall()
        let reply = call.receive(headers: requestHeaders(), endStream: true, methods: methods).reply
        #expect(reply?.grpcStatus == "12")
        #expect(reply?.grpcMessage == "this method takes one request message, and none came")
        #expect(reply?.stopsRequest == false)
    }
}

import Logging
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import EnvoyAuthorization

/// The server's pipeline, frame by frame, against NIO's own HTTP/2 client: bytes go from one to the other by hand.
@Suite struct ConnectionTests {
    @Test func `a call is answered on its stream`() throws {
        let pair = try Connection(methods: table(reversing()))
        try pair.call(1, framed("abc"))
        #expect(pair.answer(1) == Answer(status: "200", grpcStatus: "0", text: "cba", ended: true))
        try pair.close()
    }

    @Test func `calls on one connection do not mix`() throws {
        let pair = try Connection(methods: table(reversing()))
        let ids = stride(from: 1, to: 41, by: 2).map { HTTP2StreamID($0) }
        for id in ids {
            try pair.send(id, .headers(.init(headers: requestHeaders())))
        }
        for id in ids.reversed() {
            try pair.send(id, .data(.init(data: .byteBuffer(framed("call \(Int(id))")), endStream: true)))
        }
        for id in ids {
            #expect(pair.answer(id).text == String("call \(Int(id))".reversed()))
        }
        try pair.close()
    }

    @Test func `the settings announce the limits`() throws {
        var limits = ServerLimits()
        limits.concurrentCalls = 7
        limits.headerListBytes = 2048
        limits.messageBytes = 100_000
        limits.frameBytes = 32_768
        let pair = try Connection(methods: table(reversing()), limits: limits)
        let settings = pair.received.compactMap { frame -> [HTTP2Setting]? in
            if case .settings(.settings(let settings)) = frame.payload { settings } else { nil }
        }.joined()
        #expect(settings.contains(HTTP2Setting(parameter: .maxConcurrentStreams, value: 7)))
        #expect(settings.contains(HTTP2Setting(parameter: .maxHeaderListSize, value: 2048)))
        #expect(settings.contains(HTTP2Setting(parameter: .maxFrameSize, value: 32_768)))
        #expect(settings.contains(HTTP2Setting(parameter: .initialWindowSize, value: 132_768)))
        try pair.close()
    }

    @Test func `a refused request is answered at once, and its sender stopped`() throws {
        let pair = try Connection(methods: table(reversing()))
        try pair.send(1, .headers(.init(headers: requestHeaders(path: "/nope"))))
        #expect(pair.answer(1) == Answer(status: "200", grpcStatus: "12", text: nil, ended: true))
        #expect(pair.reset(1) == .noError)
        try pair.call(3, framed("still here"))
        #expect(pair.answer(3).grpcStatus == "0")
        try pair.close()
    }

    @Test func `a message over the limit is refused from its prefix on`() throws {
        let pair = try Connection(methods: table(reversing(limit: 10)))
        try pair.send(1, .headers(.init(headers: requestHeaders())))
        try pair.send(1, .data(.init(data: .byteBuffer(framed("", length: 11)))))
        #expect(pair.answer(1).grpcStatus == "8")
        #expect(pair.reset(1) == .noError)
        try pair.close()
    }

    @Test func `request bytes of all calls together have a limit`() throws {
        var limits = ServerLimits()
        limits.bufferedBytes = 100
        let pair = try Connection(methods: table(reversing(limit: 1000)), limits: limits)
        try pair.send(1, .headers(.init(headers: requestHeaders())))
        try pair.send(1, .data(.init(data: .byteBuffer(framed(String(repeating: "a", count: 90), length: 91)))))
        try pair.send(3, .headers(.init(headers: requestHeaders())))
        try pair.send(3, .data(.init(data: .byteBuffer(framed("too much")), endStream: true)))
        #expect(pair.answer(3).grpcStatus == "8")
        try pair.send(1, .data(.init(data: .byteBuffer(ByteBuffer(string: "a")), endStream: true)))
        #expect(pair.answer(1).grpcStatus == "0", "the call that was within the limit goes on")
        try pair.call(5, framed("room again"))
        #expect(pair.answer(5).grpcStatus == "0")
        try pair.close()
    }

    @Test func `a large message flows through windows that open again`() throws {
        var limits = ServerLimits()
        limits.messageBytes = 1 << 16
        let pair = try Connection(methods: table(counting(limit: 1 << 16)), limits: limits)
        let text = String(repeating: "0123456789abcdef", count: (1 << 12) - 1)
        for id in stride(from: 1, to: 41, by: 2) {
            try pair.send(HTTP2StreamID(id), .headers(.init(headers: requestHeaders())))
            var rest = framed(text)
            while let part = rest.readSlice(length: min(16_384, rest.readableBytes)), part.readableBytes > 0 {
                let endStream = rest.readableBytes == 0
                try pair.send(HTTP2StreamID(id), .data(.init(data: .byteBuffer(part), endStream: endStream)))
            }
            #expect(pair.answer(HTTP2StreamID(id)).text == String(text.utf8.count))
        }
        let updates = pair.received.filter { frame in
            if case .windowUpdate = frame.payload { frame.streamID == .rootStream } else { false }
        }
        #expect(updates.count > 1, "1.3 MB do not fit the window that was open at the start")
        try pair.close()
    }

    @Test func `an answer waits for the client's window, and its end comes last`() throws {
        let pair = try Connection(methods: table(reversing()), clientWindow: 4)
        try pair.call(1, framed("0123456789"))
        #expect(pair.answer(1).ended == false)
        #expect(pair.answer(1).grpcStatus == nil)
        try pair.send(1, .windowUpdate(windowSizeIncrement: 100))
        #expect(pair.answer(1) == Answer(status: "200", grpcStatus: "0", text: "9876543210", ended: true))
        try pair.close()
    }

    @Test func `a deadline ends a call that does not end by itself`() async throws {
        let pair = try Connection(methods: table(reversing()))
        try pair.send(1, .headers(.init(headers: requestHeaders(["grpc-timeout": "100m"]))))
        pair.advance(.milliseconds(99))
        #expect(pair.answer(1).ended == false)
        pair.advance(.milliseconds(1))
        #expect(pair.answer(1) == Answer(status: "200", grpcStatus: "4", text: nil, ended: true))
        try pair.close()
    }

    @Test func `a call without a deadline has the server's`() throws {
        var limits = ServerLimits()
        limits.callTime = .seconds(5)
        let pair = try Connection(methods: table(reversing()), limits: limits)
        try pair.send(1, .headers(.init(headers: requestHeaders(["grpc-timeout": "99999999H"]))))
        try pair.send(3, .headers(.init(headers: requestHeaders())))
        pair.advance(.seconds(5))
        #expect(pair.answer(1).grpcStatus == "4")
        #expect(pair.answer(3).grpcStatus == "4")
        try pair.close()
    }

    @Test func `a reset call leaves nothing behind`() throws {
        let pair = try Connection(methods: table(reversing()))
        try pair.send(1, .headers(.init(headers: requestHeaders(["grpc-timeout": "100m"]))))
        try pair.send(1, .rstStream(.cancel))
        pair.advance(.seconds(1))
        #expect(pair.answer(1) == Answer(status: nil, grpcStatus: nil, text: nil, ended: false))
        try pair.call(3, framed("next"))
        #expect(pair.answer(3).text == "txen")
        try pair.close()
    }

    @Test func `shutdown says goodbye twice, lets calls finish, then closes`() throws {
        let pair = try Connection(methods: table(reversing()))
        try pair.send(1, .headers(.init(headers: requestHeaders())))
        pair.quiesce()
        #expect(pair.goodbyes == [.maxID, 1])
        #expect(pair.server.isActive)
        try pair.send(1, .data(.init(data: .byteBuffer(framed("last words")), endStream: true)))
        #expect(pair.answer(1).text == "sdrow tsal")
        pair.run()
        #expect(!pair.server.isActive)
    }

    @Test func `an idle connection is closed`() throws {
        var limits = ServerLimits()
        limits.idleTime = .seconds(10)
        let pair = try Connection(methods: table(reversing()), limits: limits)
        try pair.call(1, framed("abc"))
        pair.advance(.seconds(9))
        #expect(pair.goodbyes.isEmpty)
        pair.advance(.seconds(1))
        #expect(pair.goodbyes.first == .maxID)
        pair.run()
        #expect(!pair.server.isActive)
    }

    @Test func `a client that floods resets is cut off`() throws {
        var limits = ServerLimits()
        limits.concurrentCalls = 2
        let pair = try Connection(methods: table(reversing()), limits: limits)
        for id in stride(from: 1, to: 201, by: 2) where pair.server.isActive {
            try? pair.send(HTTP2StreamID(id), .headers(.init(headers: requestHeaders())))
            try? pair.send(HTTP2StreamID(id), .rstStream(.cancel))
        }
        #expect(!pair.server.isActive)
    }

    @Test func `headers over the limit close the connection`() throws {
        var limits = ServerLimits()
        limits.headerListBytes = 1024
        let pair = try Connection(methods: table(reversing()), limits: limits)
        try? pair.send(1, .headers(.init(headers: requestHeaders(["x-long": String(repeating: "a", count: 2000)]))))
        #expect(!pair.server.isActive)
    }

    @Test func `bytes that are not HTTP 2 close the connection`() throws {
        let pair = try Connection(methods: table(reversing()), handshake: false)
        _ = try? pair.server.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nhost: aegis\r\n\r\n"))
        #expect(!pair.server.isActive)
    }
}

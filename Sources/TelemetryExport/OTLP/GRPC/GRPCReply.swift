import Foundation
import NIOCore
import NIOHPACK

/// What came back of one unary call.
struct GRPCReply {
    private var status: Int?
    /// `grpc-status`; nil where whoever answered does not speak gRPC.
    private(set) var code: Int?
    private var words = ""
    private var details: String?
    private var body = ByteBuffer()
    /// The longest answer that is kept; it says no more than how much was refused.
    private static let longestBody = 64 << 10

    mutating func take(_ headers: HPACKHeaders) {
        if let text = headers.first(name: ":status") { status = Int(text) }
        if let text = headers.first(name: "grpc-status") { code = Int(text) }
        if let text = headers.first(name: "grpc-message") { words = text.removingPercentEncoding ?? text }
        if let text = headers.first(name: "grpc-status-details-bin") { details = text }
    }

    mutating func take(_ bytes: ByteBuffer) {
        var bytes = bytes
        if body.readableBytes + bytes.readableBytes <= Self.longestBody { body.writeBuffer(&bytes) }
    }

    /// Source: OTLP specification 1.x, "Failures": the codes that may be tried again.
    var answer: OTLPAnswer {
        guard let code else {
            switch status {
            case 429, 502, 503, 504: return .tryAgain("status \(status ?? 0)", after: nil)
            case let status?: return .refused("status \(status), and no gRPC")
            case nil: return .tryAgain("the call ended without an answer", after: nil)
            }
        }
        let text = "grpc-status \(code)\(words.isEmpty ? "" : ": \(words.prefix(200))")"
        switch code {
        case 0: return OTLPPartialSuccess.answer(message)
        case 1, 4, 10, 11, 14, 15: return .tryAgain(text, after: nil)
        case 8 where saysWhenToRetry: return .tryAgain(text, after: nil)
        default: return .refused(text)
        }
    }

    private var message: [UInt8] {
        var body = body
        guard body.readInteger(as: UInt8.self) == 0, let length = body.readInteger(as: UInt32.self),
            let bytes = body.readBytes(length: Int(length))
        else { return [] }
        return bytes
    }

    // RESOURCE_EXHAUSTED is worth another try only with a RetryInfo among its details.
    private var saysWhenToRetry: Bool {
        guard var text = details else { return false }
        while !text.count.isMultiple(of: 4) { text.append("=") }
        guard let bytes = Data(base64Encoded: text) else { return false }
        return bytes.range(of: Data("google.rpc.RetryInfo".utf8)) != nil
    }
}

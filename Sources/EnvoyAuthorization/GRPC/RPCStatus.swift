import NIOHPACK

/// The end of a gRPC call: a code and, unless it went well, a message for the caller's log.
/// Source: gRPC over HTTP/2, "Responses"; status codes and their use in the library.
struct RPCStatus: Error, Equatable {
    enum Code: Int {
        case ok = 0
        case cancelled = 1
        case unknown = 2
        case invalidArgument = 3
        case deadlineExceeded = 4
        case notFound = 5
        case permissionDenied = 7
        case resourceExhausted = 8
        case unimplemented = 12
        case `internal` = 13
        case unavailable = 14
    }

    var code: Code
    var message: String

    static let ok = RPCStatus(.ok, "")

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Adds `grpc-status` and, where there is one, `grpc-message` to a block of trailers.
    func write(to trailers: inout HPACKHeaders) {
        trailers.add(name: "grpc-status", value: String(code.rawValue), indexing: .indexable)
        if !message.isEmpty {
            trailers.add(name: "grpc-message", value: Self.percentEncoded(message))
        }
    }

    /// Printable ASCII but `%` stands for itself; every other byte of the UTF-8 text is `%XX`.
    static func percentEncoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x20...0x24, 0x26...0x7E:
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

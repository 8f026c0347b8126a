import Approvals
import Crypto

/// Slack's signature over a request: HMAC-SHA-256 over `v0:TIMESTAMP:BODY`, checked over the raw bytes.
/// Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
struct SlackSignature: Sendable {
    enum Fault: String, Error, Hashable, CaseIterable {
        case absent = "the request has no signature"
        case stale = "the request is older or newer than five minutes"
        case wrong = "the signature does not fit the request"
    }

    static let windowSeconds: Int64 = 300

    private let key: SymmetricKey

    init(secret: String) { key = SymmetricKey(data: Array(secret.utf8)) }

    /// The comparison takes as long for every wrong signature.
    func check(timestamp: String?, signature: String?, body: [UInt8], now: Timestamp) throws(Fault) {
        guard let timestamp, let signature, signature.utf8.count == 67, signature.hasPrefix("v0="),
            let time = Int64(timestamp), String(time) == timestamp, time >= 0
        else { throw .absent }
        let (age, overflow) = now.seconds.subtractingReportingOverflow(time)
        guard !overflow, (-Self.windowSeconds...Self.windowSeconds).contains(age) else { throw .stale }
        guard let given = Self.bytes(hexadecimal: signature.dropFirst(3)) else { throw .wrong }
        let message = Array("v0:\(timestamp):".utf8) + body
        guard HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: message, using: key) else { throw .wrong }
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}

import Crypto
import Glibc
import SignedTokens

/// AWS Signature Version 4 for S3, in the `Authorization` header.
///
/// Invariant: pure; the time comes in as a parameter.
/// Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", Amazon S3 API Reference.
public struct S3Signature: Sendable {
    public let credentials: S3Credentials
    public let region: String

    public init(credentials: S3Credentials, region: String) {
        self.credentials = credentials
        self.region = region
    }

    /// The headers to send, those that came in and `x-amz-date`, `x-amz-content-sha256`, `x-amz-security-token` and `authorization`.
    /// - Parameters:
    ///   - path: percent-encoded once, as it is sent.
    ///   - query: not encoded.
    ///   - headers: all are signed; `host` is among them.
    ///   - now: seconds since 1970.
    public func headers(
        method: String, path: String, query: [(name: String, value: String)], headers: [(name: String, value: String)],
        body: [UInt8], now: Int64
    ) -> [(name: String, value: String)] {
        let time = StoreTime.basic(now)
        let digest = Hexadecimal.encode(SHA256.hash(data: body))
        var headers = headers + [("x-amz-content-sha256", digest), ("x-amz-date", time)]
        if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        let signed = headers.map { ($0.name.lowercased(), Self.trimmed($0.value)) }.sorted { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical =
            [method, path, QueryText.encoded(query)].joined(separator: "\n") + "\n"
            + signed.map { "\($0.0):\($0.1)\n" }.joined() + "\n\(names)\n\(digest)"
        let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
        let text =
            "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Hexadecimal.encode(SHA256.hash(data: Array(canonical.utf8))))"
        let signature = Hexadecimal.encode(Self.hmac(text, key: signingKey(day: String(time.prefix(8)))))
        headers.append(
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.keyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
            ))
        return headers
    }

    private func signingKey(day: String) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(credentials.secret)".utf8))
        for part in [day, region, "s3", "aws4_request"] { key = SymmetricKey(data: Array(Self.hmac(part, key: key))) }
        return key
    }

    private static func hmac(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
}

/// Times as the object stores write them, in UTC.
enum StoreTime {
    /// `20130524T000000Z`
    static func basic(_ seconds: Int64) -> String { text(seconds, "%Y%m%dT%H%M%SZ") }

    /// `2013-05-24T00:00:00Z`
    static func extended(_ seconds: Int64) -> String { text(seconds, "%Y-%m-%dT%H:%M:%SZ") }

    static var now: Int64 { Int64(time(nil)) }

    private static func text(_ seconds: Int64, _ format: String) -> String {
        var instant = time_t(seconds)
        var parts = tm()
        gmtime_r(&instant, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

internal import Crypto
internal import Foundation
import RegoValues

/// Signatures of requests to AWS (Signature Version 4).
enum AWSBuiltins {
    static let family: Builtins.Family = [.init("providers.aws.sign_req", signRequest)]

    private static let requiredKeys = ["aws_access_key", "aws_region", "aws_secret_access_key", "aws_service"]

    /// The request with the headers that sign it.
    static func signRequest(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let heap = context.heap
        guard a[1].kind == .object else { throw .wrongType(0, a[1], ["object"]) }
        guard a[2].kind == .number else { throw .wrongType(0, a[2], ["number"]) }
        let (request, configuration) = (try a.object(0), a[1])
        try checkKeys(configuration)
        guard let time = a[2].writtenInteger else {
            throw .operand(2, "could not convert time_ns value into a unix timestamp")
        }
        try SystemBuiltins.checkRequest(request)
        let headers = request.lookup("headers")
        guard headers.isUndefined || headers.kind == .object else { throw .wrongType(-1, headers, ["object"]) }
        let wrong = ["method", "url"].filter { request.lookup(heap.string($0)).kind != .string }
        if !wrong.isEmpty { throw .operand(0, "invalid values for required request parameters(s): \(list(wrong))") }
        let signsBody: Bool
        switch configuration.lookup("disable_payload_signing") {
        case let flag where flag.isUndefined: signsBody = true
        case let flag where flag.kind == .boolean: signsBody = !flag.isTruthy
        default: throw .operand(1, "invalid value for 'disable_payload_signing' in AWS config")
        }
        var signer = AWSSigner(
            accessKey: text(configuration, "aws_access_key"), secretKey: text(configuration, "aws_secret_access_key"),
            region: text(configuration, "aws_region"), service: text(configuration, "aws_service"),
            sessionToken: text(configuration, "aws_session_token"),
            seconds: CivilTime.floorDivide(Int64(time), 1_000_000_000))
        signer.method = text(request, "method")
        do throws(URLError) {
            signer.url = try URLText(text(request, "url"))
        } catch {
            throw .failure(error.message)
        }
        signer.bodyDigest = signsBody ? AWSSigner.digest(body(request)) : "UNSIGNED-PAYLOAD"
        let given = headers.entries.map { ($0.key.string ?? "", $0.value.string ?? "") }
        let (authorization, added) = signer.sign(given)
        let all = given + [("Authorization", authorization)] + added
        let signed = heap.object(all.map { (heap.string($0.0), heap.string($0.1)) })
        return heap.object(Array(request.entries) + [Entry(key: heap.string("headers" as String), value: signed)])
    }

    private static func checkKeys(_ configuration: Value) throws(BuiltinError) {
        let members = requiredKeys.map { key in
            (key, configuration.entries.first { $0.key.string == key }?.value ?? .undefined)
        }
        let missing = members.filter { $0.1.isUndefined }.map(\.0)
        if !missing.isEmpty { throw .operand(1, "missing required AWS config parameters(s): \(list(missing))") }
        let wrong = members.filter { $0.1.kind != .string }.map(\.0)
        if !wrong.isEmpty { throw .operand(1, "invalid values for required AWS config parameters(s): \(list(wrong))") }
    }

    private static func list(_ names: [String]) -> String {
        "{\(names.map { GoText.quoted($0) }.joined(separator: ", "))}"
    }

    /// Empty where there is no such string.
    private static func text(_ object: Value, _ name: StaticString) -> String { object.lookup(name).string ?? "" }

    private static func body(_ request: Value) -> [UInt8] {
        let raw = request.lookup("raw_body")
        if !raw.isUndefined { return Array(raw.utf8) }
        let body = request.lookup("body")
        var bytes: [UInt8] = []
        if !body.isUndefined { JSONWriter.write(body, options: .html, to: &bytes) }
        return bytes
    }
}

/// Signs one request.
struct AWSSigner {
    let accessKey: String
    let secretKey: String
    let region: String
    let service: String
    let sessionToken: String
    /// Since 1970.
    let seconds: Int64
    var method = ""
    var url = URLText()
    /// The body's SHA-256, or what stands for it.
    var bodyDigest = ""

    init(
        accessKey: String, secretKey: String, region: String, service: String, sessionToken: String, seconds: Int64
    ) {
        (self.accessKey, self.secretKey, self.region) = (accessKey, secretKey, region)
        (self.service, self.sessionToken, self.seconds) = (service, sessionToken, seconds)
    }

    static func digest(_ bytes: [UInt8]) -> String {
        String(decoding: Hexadecimal.encode(SHA256.hash(data: bytes)), as: UTF8.self)
    }

    /// Headers that proxies change are not signed.
    private static let unsigned: Set<String> = ["authorization", "user-agent", "x-amzn-trace-id"]

    /// The `Authorization` header and the others that must be sent with it.
    func sign(_ headers: [(String, String)]) -> (authorization: String, added: [(String, String)]) {
        let clock = CivilTime(seconds: seconds)
        let date = [(clock.year, 4), (clock.month, 2), (clock.day, 2)].map { TimeLayout.padded($0, $1) }.joined()
        let time = [clock.hour, clock.minute, clock.second].map { TimeLayout.padded($0) }.joined()
        var added = [("host", url.host), ("x-amz-date", "\(date)T\(time)Z")]
        if service == "s3" || service == "glacier" { added.append(("x-amz-content-sha256", bodyDigest)) }
        if !sessionToken.isEmpty { added.append(("x-amz-security-token", sessionToken)) }
        var signed = Dictionary(added, uniquingKeysWith: { $1 })
        for (name, value) in headers where !Self.unsigned.contains(name.lowercased()) {
            signed[name.lowercased()] = value
        }
        let names = signed.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let list = names.joined(separator: ";")
        let lines = names.map { "\($0):\(signed[$0] ?? "")\n" }.joined()
        let request = "\(method)\n\(url.escapedPath)\n\(url.rawQuery)\n\(lines)\n\(list)\n\(bodyDigest)"
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(date)T\(time)Z\n\(scope)\n\(Self.digest(Array(request.utf8)))"
        var key = Array("AWS4\(secretKey)".utf8)
        for part in [date, region, service, "aws4_request", text] { key = code(part, key) }
        let signature = String(decoding: Hexadecimal.encode(key), as: UTF8.self)
        return ("AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope),SignedHeaders=\(list),Signature=\(signature)", added)
    }

    private func code(_ message: String, _ key: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(message.utf8), using: SymmetricKey(data: key)))
    }
}

import Crypto
import SignedTokens

/// A bucket of S3, or of a store that speaks its protocol (MinIO, Ceph).
public struct S3ObjectStore: ObjectStore {
    let address: S3Address
    private let credentials: S3CredentialSource
    private let clock: @Sendable () -> Int64

    public var name: String { "s3://\(address.bucket)" + (address.prefix.isEmpty ? "" : "/\(address.prefix)") }

    /// - Parameter environment: for credentials and what the address leaves out.
    public init(_ address: StoreAddress, environment: [String: String]) throws(ObjectStoreError) {
        self.address = try S3Address(address, environment: environment)
        credentials = S3CredentialSource(environment: environment)
        clock = { StoreTime.now }
    }

    public func get(
        _ key: String, unless known: ObjectTag?, limit: Int
    ) async throws(ObjectStoreError) -> ObjectAnswer {
        try ObjectKey.check(key, in: name)
        let headers = known.map { [(name: "if-none-match", value: $0.text)] } ?? []
        let answer = try await send(.get, key, headers: headers, limit: limit)
        switch answer.status {
        case 200:
            guard let tag = answer.header("etag") else { throw invalid("an object without ETag", key) }
            return .object(answer.body, tag: ObjectTag(tag))
        case 304: return .unchanged
        case 404 where XMLText(answer.body).first("Code") != "NoSuchBucket": return .absent
        default: throw failure(answer, key)
        }
    }

    public func put(
        _ bytes: [UInt8], at key: String, when condition: PutCondition, retention: ObjectRetention?
    ) async throws(ObjectStoreError) -> ObjectTag {
        try ObjectKey.check(key, in: name)
        var headers = [
            (name: "x-amz-checksum-sha256", value: Base64.encodeStandard(SHA256.hash(data: bytes)))
        ]
        switch condition {
        case .any: break
        case .absent: headers.append(("if-none-match", "*"))
        case .unchanged(let tag): headers.append(("if-match", tag.text))
        }
        if let retention {
            headers += S3ObjectLock.headers(retention, body: bytes)
        }
        let answer = try await send(.put, key, headers: headers, body: bytes)
        guard answer.status == 200 else { throw failure(answer, key) }
        guard let tag = answer.header("etag") else { throw invalid("a write without ETag", key) }
        return ObjectTag(tag)
    }

    public func inspect(_ key: String, limit: Int) async throws(ObjectStoreError) -> StoredObject? {
        try ObjectKey.check(key, in: name)
        let answer = try await send(.get, key, limit: limit, expected: limit)
        switch answer.status {
        case 200: return StoredObject(bytes: answer.body, retention: S3ObjectLock.read(answer))
        case 404 where XMLText(answer.body).first("Code") != "NoSuchBucket": return nil
        default: throw failure(answer, key)
        }
    }

    public func retain(_ key: String, _ retention: ObjectRetention) async throws(ObjectStoreError) {
        try ObjectKey.check(key, in: name)
        for (part, body) in S3ObjectLock.changes(retention) {
            let answer = try await send(
                .put, key, query: [(name: part, value: "")], headers: [S3ObjectLock.digest(body)], body: body)
            guard answer.status == 200 else { throw failure(answer, key) }
        }
    }

    public func list(prefix: String, next: String?) async throws(ObjectStoreError) -> ObjectPage {
        var query = [
            (name: "list-type", value: "2"), (name: "encoding-type", value: "url"),
            (name: "prefix", value: address.qualified(prefix)),
        ]
        if let next { query.append(("continuation-token", next)) }
        let answer = try await send(.get, nil, query: query, limit: 8 << 20)
        guard answer.status == 200 else { throw failure(answer, nil) }
        let xml = XMLText(answer.body)
        guard let isTruncated = xml.first("IsTruncated") else { throw invalid("no listing", nil) }
        let start = address.qualified("")
        var keys: [String] = []
        for escaped in xml.all("Key") {
            guard let key = ObjectKey.unescaped(escaped.replacing("+", with: " ")), key.hasPrefix(start) else {
                throw invalid("the listing holds what was not asked for", nil)
            }
            keys.append(String(key.dropFirst(start.count)))
        }
        let following = isTruncated == "true" ? xml.first("NextContinuationToken") : nil
        guard following != nil || isTruncated == "false" else { throw invalid("a listing without its end", nil) }
        return ObjectPage(keys: keys, next: following)
    }

    private func send(
        _ method: HTTPExchange.Method, _ key: String?, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = [], limit: Int = 1 << 20,
        expected: Int = 0
    ) async throws(ObjectStoreError) -> HTTPExchange.Answer {
        let path = address.path(key)
        return try await Retrying.run(isPassing: { Retrying.isPassing($0.status) || Self.isConflict($0) }) {
            () async throws(ObjectStoreError) in
            let now = clock()
            let signature = S3Signature(
                credentials: try await credentials.credentials(now: now), region: address.region)
            var exchange = HTTPExchange(method, address.url(path: path, query: QueryText.encoded(query)))
            exchange.headers = signature.headers(
                method: method.rawValue, path: path, query: query, headers: [("host", address.host)] + headers,
                body: body,
                now: now)
            exchange.body = body
            exchange.limit = limit
            exchange.deadline = .transfer(of: max(body.count, expected))
            return try await exchange.run()
        }
    }

    /// Another write of the same name was under way: it is not known yet whether that one took place.
    /// Source: S3, "Conditional writes".
    private static func isConflict(_ answer: HTTPExchange.Answer) -> Bool {
        answer.status == 409 && XMLText(answer.body).first("Code") == "ConditionalRequestConflict"
    }

    private func place(_ key: String?) -> String { key.map { "\(name)/\($0)" } ?? name }

    private func invalid(_ what: String, _ key: String?) -> ObjectStoreError {
        ObjectStoreError(
            .answerInvalid, "the store's answer is none: \(what)", location: place(key), fix: "is this an S3 store?")
    }

    private func failure(_ answer: HTTPExchange.Answer, _ key: String?) -> ObjectStoreError {
        let xml = XMLText(answer.body)
        let code = xml.first("Code")
        let said = [code, xml.first("Message")].compactMap { $0 }.joined(separator: ": ")
        let message = "status \(answer.status)" + (said.isEmpty ? "" : ", \(said)")
        func error(_ code: ObjectStoreError.Code, _ message: String, fix: String?) -> ObjectStoreError {
            ObjectStoreError(code, message, location: place(key), fix: fix)
        }
        switch (answer.status, code) {
        case (412, _): return error(.conditionFailed, "somebody else has written it", fix: nil)
        case (409, _) where Self.isConflict(answer):
            return error(.unavailable, "others write it at this very moment", fix: "try again")
        case (404, _):
            return error(
                .storeMissing, "there is no bucket `\(address.bucket)`", fix: "create it, or check the address")
        case (301, _), (307, _), (400, "AuthorizationHeaderMalformed"?), (400, "IllegalLocationConstraintException"?):
            let region = xml.first("Region") ?? answer.header("x-amz-bucket-region")
            return error(
                .addressInvalid, "the bucket is not in the region \(address.region)",
                fix: "add ?region=\(region ?? "REGION") to the address")
        case (400, "InvalidRequest"?) where S3ObjectLock.isMissing(said):
            return error(
                .unsupported, "the bucket `\(address.bucket)` has no Object Lock",
                fix: "turn Object Lock on for the bucket, or ask for no lock")
        case (403, "RequestTimeTooSkewed"?): return error(.accessDenied, message, fix: "set this machine's clock")
        case (401, _), (403, _):
            return error(
                .accessDenied, message,
                fix: "check the credentials and their rights: s3:GetObject, s3:PutObject, s3:ListBucket")
        case (let status, _) where Retrying.isPassing(status): return error(.unavailable, message, fix: nil)
        default: return error(.answerInvalid, message, fix: nil)
        }
    }
}

import RegoValues

/// A bucket of Google Cloud Storage, through its JSON API.
///
/// Conditions go by generations, which count a bucket's writes of a name; ETags play no part.
/// Source: Google Cloud Storage, "Request preconditions" and JSON API v1.
public struct GCSObjectStore: ObjectStore {
    private let bucket: String
    private let prefix: String
    private let endpoint: String
    private let tokens: GCSTokenSource

    public var name: String { "gs://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix)") }

    /// - Parameter environment: `GOOGLE_APPLICATION_CREDENTIALS` names a key file; `STORAGE_EMULATOR_HOST` stands in for Google.
    public init(_ address: StoreAddress, environment: [String: String]) throws(ObjectStoreError) {
        try address.checkOptions(["endpoint"])
        bucket = address.container
        prefix = address.prefix
        guard (3...222).contains(bucket.utf8.count), !bucket.contains("/") else {
            throw address.invalid("`\(bucket)` cannot be the name of a bucket")
        }
        let emulator = environment["STORAGE_EMULATOR_HOST"].flatMap { $0.isEmpty ? nil : $0 }
            .map { $0.contains("://") ? $0 : "http://\($0)" }
        let custom = address.options["endpoint"] ?? emulator
        endpoint =
            try custom.map { (custom) throws(ObjectStoreError) in try address.checkedEndpoint(custom) }
            ?? "https://storage.googleapis.com"
        tokens = try GCSTokenSource(environment: environment, isAnonymous: custom != nil)
    }

    public func get(
        _ key: String, unless known: ObjectTag?, limit: Int
    ) async throws(ObjectStoreError) -> ObjectAnswer {
        try await get(key, unless: known, limit: limit, expected: 0)
    }

    private func get(
        _ key: String, unless known: ObjectTag?, limit: Int, expected: Int
    ) async throws(ObjectStoreError) -> ObjectAnswer {
        try ObjectKey.check(key, in: name)
        let path = "/storage/v1/b/\(bucket)/o/\(escaped(key))"
        for _ in 0..<3 {
            switch try await generation(path, key, unless: known) {
            case .absent: return .absent
            case .unchanged: return .unchanged
            case .at(let generation):
                let query = [(name: "alt", value: "media"), (name: "generation", value: generation)]
                let answer = try await send(.get, path, query, limit: limit, expected: expected)
                if answer.status == 200 { return .object(answer.body, tag: ObjectTag(generation)) }
                // 404: it was overwritten meanwhile.
                guard answer.status == 404 else { throw failure(answer, key) }
            }
        }
        throw ObjectStoreError(.unavailable, "others overwrite it again and again", location: place(key))
    }

    private enum Generation {
        case absent
        case unchanged
        case at(String)
    }

    /// Which content there is now. Asking for that first keeps polls small, and lets the content be asked for by its generation.
    private func generation(
        _ path: String, _ key: String, unless known: ObjectTag?
    ) async throws(ObjectStoreError) -> Generation {
        var query = [(name: "fields", value: "generation")]
        if let known { query.append(("ifGenerationNotMatch", known.text)) }
        let answer = try await send(.get, path, query)
        switch answer.status {
        case 304: return .unchanged
        case 404 where !Self.isMissingBucket(answer): return .absent
        case 200:
            let generation = try generation(in: answer, key)
            return generation == known?.text ? .unchanged : .at(generation)
        default: throw failure(answer, key)
        }
    }

    private func generation(in answer: HTTPExchange.Answer, _ key: String) throws(ObjectStoreError) -> String {
        guard let document = try? Document(json: answer.body) else { throw invalid("no JSON", key) }
        defer { withExtendedLifetime(document) {} }
        let generation = document.root.lookup("generation")
        guard let text = generation.string ?? generation.int64.map(String.init),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw invalid("an object without generation", key) }
        return text
    }

    public func put(
        _ bytes: [UInt8], at key: String, when condition: PutCondition, retention: ObjectRetention?
    ) async throws(ObjectStoreError) -> ObjectTag {
        try ObjectKey.check(key, in: name)
        var query = [(name: "name", value: qualified(key))]
        switch condition {
        case .any: break
        case .absent: query.append(("ifGenerationMatch", "0"))
        case .unchanged(let tag): query.append(("ifGenerationMatch", tag.text))
        }
        let upload = retention.map { GCSUpload(bytes, retention: $0, name: qualified(key)) } ?? GCSUpload(bytes)
        query.append(("uploadType", upload.type))
        let answer = try await send(
            .post, "/upload/storage/v1/b/\(bucket)/o", query, contentType: upload.contentType, body: upload.body)
        guard answer.status == 200 else { throw failure(answer, key) }
        return ObjectTag(try generation(in: answer, key))
    }

    public func inspect(_ key: String, limit: Int) async throws(ObjectStoreError) -> StoredObject? {
        guard case .object(let bytes, let tag) = try await get(key, unless: nil, limit: limit, expected: limit) else {
            return nil
        }
        let query = [
            (name: "fields", value: "retention,temporaryHold"), (name: "generation", value: tag.text),
        ]
        let answer = try await send(.get, "/storage/v1/b/\(bucket)/o/\(escaped(key))", query)
        guard answer.status == 200 else { throw failure(answer, key) }
        return StoredObject(bytes: bytes, retention: GCSRetention.read(answer.body))
    }

    public func retain(_ key: String, _ retention: ObjectRetention) async throws(ObjectStoreError) {
        try ObjectKey.check(key, in: name)
        let answer = try await send(
            .patch, "/storage/v1/b/\(bucket)/o/\(escaped(key))", [], contentType: "application/json",
            body: GCSRetention.json(retention))
        guard answer.status == 200 else { throw failure(answer, key) }
    }

    public func list(prefix: String, next: String?) async throws(ObjectStoreError) -> ObjectPage {
        var query = [(name: "prefix", value: qualified(prefix)), (name: "fields", value: "items(name),nextPageToken")]
        if let next { query.append(("pageToken", next)) }
        let answer = try await send(.get, "/storage/v1/b/\(bucket)/o", query, limit: 8 << 20)
        guard answer.status == 200 else { throw failure(answer, nil) }
        guard let document = try? Document(json: answer.body), document.root.kind == .object else {
            throw invalid("no listing", nil)
        }
        defer { withExtendedLifetime(document) {} }
        let start = qualified("")
        var keys: [String] = []
        for item in document.root.lookup("items").elements {
            guard let key = item.lookup("name").string, key.hasPrefix(start) else {
                throw invalid("the listing holds what was not asked for", nil)
            }
            if key.hasPrefix(qualified(prefix)) { keys.append(String(key.dropFirst(start.count))) }
        }
        return ObjectPage(keys: keys, next: document.root.lookup("nextPageToken").string)
    }

    private func send(
        _ method: HTTPExchange.Method, _ path: String, _ query: [(name: String, value: String)],
        contentType: String? = nil,
        body: [UInt8] = [], limit: Int = 1 << 20, expected: Int = 0
    ) async throws(ObjectStoreError) -> HTTPExchange.Answer {
        try await Retrying.run { () async throws(ObjectStoreError) in
            var exchange = HTTPExchange(method, "\(endpoint)\(path)?\(QueryText.encoded(query))")
            if let token = try await tokens.token(now: StoreTime.now) {
                exchange.headers.append(("authorization", "Bearer \(token)"))
            }
            if let contentType { exchange.headers.append(("content-type", contentType)) }
            exchange.body = body
            exchange.limit = limit
            exchange.deadline = .transfer(of: max(body.count, expected))
            return try await exchange.run()
        }
    }

    private func qualified(_ key: String) -> String { prefix.isEmpty ? key : prefix + "/" + key }
    private func escaped(_ key: String) -> String { ObjectKey.escaped(qualified(key), keepingSlashes: false) }
    private func place(_ key: String?) -> String { key.map { "\(name)/\($0)" } ?? name }

    private func invalid(_ what: String, _ key: String?) -> ObjectStoreError {
        ObjectStoreError(.answerInvalid, "the store's answer is none: \(what)", location: place(key))
    }

    /// Whether a 404 is about the bucket. One about an object quotes the object's name, which may hold any words.
    private static func isMissingBucket(_ answer: HTTPExchange.Answer) -> Bool {
        guard let message = message(answer)?.lowercased(), !message.hasPrefix("no such object") else { return false }
        return message.contains("bucket does not exist")
    }

    private static func message(_ answer: HTTPExchange.Answer) -> String? {
        guard let document = try? Document(json: answer.body) else { return nil }
        return withExtendedLifetime(document) { document.root.lookup("error").lookup("message").string }
    }

    private func failure(_ answer: HTTPExchange.Answer, _ key: String?) -> ObjectStoreError {
        let message = "status \(answer.status)" + (Self.message(answer).map { ", \($0)" } ?? "")
        let (code, fix): (ObjectStoreError.Code, String?) =
            switch answer.status {
            case 412: (.conditionFailed, nil)
            case 404: (.storeMissing, "create the bucket, or check the address")
            case 401, 403: (.accessDenied, "give the account roles/storage.objectUser on the bucket")
            case let status where Retrying.isPassing(status): (.unavailable, nil)
            default: (.answerInvalid, nil)
            }
        return ObjectStoreError(
            code, code == .conditionFailed ? "somebody else has written it" : message, location: place(key), fix: fix)
    }
}

import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

@testable import ObjectStores

/// A small server that keeps objects as S3 does (path style) and as Google's JSON API does, honours conditions, and misbehaves
/// when told to.
final class BucketServer: Sendable {
    enum Fault: Sendable {
        case status(Int, String)
        /// 200 with a body that is no answer.
        case garbage
        /// No answer at all until the client gives up.
        case silence
        /// A body that never gets far.
        case trickle
    }

    struct Seen: Sendable {
        let method: String
        let target: String
        let headers: HTTPFields
        let body: [UInt8]
    }

    struct Object: Sendable {
        var bytes: [UInt8]
        var generation: Int
        /// What S3 calls the lock: its headers.
        var lock: HTTPFields = [:]
        var etag: String { "\"\(Insecure.MD5.hash(data: bytes).map { String($0, radix: 16) }.joined())\"" }
    }

    struct State {
        var objects: [String: Object] = [:]
        var writes = 1_700_000_000_000
        var faults: [Fault] = []
        var seen: [Seen] = []
        var pageSize = 1000
        /// Whether the bucket was made for locks; nil: it was not, and does not say so.
        var keepsLocks: Bool? = true
        var answers: [String: [UInt8]] = [:]
    }

    let state = Mutex(State())
    let port: Int

    private init(port: Int) { self.port = port }

    /// - Parameter body: gets the server; it ends with it.
    static func run<Result: Sendable>(_ body: @Sendable @escaping (BucketServer) async throws -> Result) async throws
        -> Result
    {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let holder = Mutex<BucketServer?>(nil)
        let responder = CallbackResponder<BasicRequestContext> { request, _ in
            guard let server = holder.withLock({ $0 }) else { throw HTTPError(.serviceUnavailable) }
            return try await server.answer(request)
        }
        var logger = Logger(label: "bucket")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
            }, logger: logger)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            var iterator = ports.makeAsyncIterator()
            let server = BucketServer(port: await iterator.next() ?? 0)
            holder.withLock { $0 = server }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    var endpoint: String { "http://127.0.0.1:\(port)" }
    func fail(_ faults: Fault...) { state.withLock { $0.faults = faults } }
    var seen: [Seen] { state.withLock { $0.seen } }

    private func answer(_ request: Request) async throws -> Response {
        let body = Array(try await request.body.collect(upTo: 64 << 20).readableBytesView)
        let (fault, fixed) = state.withLock { state -> (Fault?, [UInt8]?) in
            state.seen.append(
                Seen(method: request.method.rawValue, target: request.uri.string, headers: request.headers, body: body))
            return (state.faults.isEmpty ? nil : state.faults.removeFirst(), state.answers[request.uri.path])
        }
        switch fault {
        case .status(let status, let text)?: return Self.response(.init(code: status), text)
        case .garbage?: return Self.response(.ok, "<html>welcome to the hotel's network")
        case .silence?:
            try await Task.sleep(for: .seconds(5))
            return Self.response(.ok, "")
        case .trickle?:
            return Response(
                status: .ok, headers: [.eTag: "\"x\""],
                body: ResponseBody { writer in
                    for _ in 0..<50 {
                        try await writer.write(ByteBuffer(string: "x"))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    try await writer.finish(nil)
                })
        case nil: break
        }
        if let fixed { return Self.response(.ok, String(decoding: fixed, as: UTF8.self)) }
        return request.uri.path.contains("/storage/v1/b/") ? google(request, body) : s3(request, body)
    }

    private static func field(_ name: String, in headers: HTTPFields) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    static func response(_ status: HTTPResponse.Status, _ text: String, _ headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension BucketServer {
    private func s3(_ request: Request, _ body: [UInt8]) -> Response {
        let path = request.uri.path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true)
        let key = path.count > 1 ? ObjectKey.unescaped(path[1]) ?? "" : ""
        let headers = request.headers
        return state.withLock { state in
            if key.isEmpty { return listing(request, state) }
            let present = state.objects[key]
            guard request.method == .put else {
                guard let present else { return error(404, "NoSuchKey") }
                guard headers[.ifNoneMatch] != present.etag else { return Self.response(.notModified, "") }
                return Response(
                    status: .ok, headers: [.eTag: present.etag] + present.lock,
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: present.bytes)))
            }
            let lock = state.keepsLocks == nil ? [:] : headers.filter { $0.name.rawName.hasPrefix("x-amz-object-lock") }
            if state.keepsLocks == false, Self.field("x-amz-object-lock-mode", in: headers) != nil {
                return Self.response(
                    .badRequest,
                    "<Error><Code>InvalidRequest</Code><Message>Bucket is missing Object Lock Configuration</Message></Error>"
                )
            }
            if ["retention", "legal-hold"].contains(where: { request.uri.queryParameters[Substring($0)] != nil }) {
                guard Self.field("content-md5", in: headers) != nil else { return error(400, "MissingContentMD5") }
                let xml = XMLText(body)
                let changes = [
                    ("mode", xml.first("Mode")), ("retain-until-date", xml.first("RetainUntilDate")),
                    ("legal-hold", xml.first("Status")),
                ]
                for (name, value) in changes where value != nil && state.keepsLocks == true {
                    guard let field = HTTPField.Name("x-amz-object-lock-\(name)") else { continue }
                    state.objects[key]?.lock[field] = value
                }
                return Self.response(.ok, "")
            }
            if headers[.ifNoneMatch] == "*", present != nil { return error(412, "PreconditionFailed") }
            if let wanted = headers[.ifMatch], present?.etag != wanted { return error(412, "PreconditionFailed") }
            state.writes += 1
            let object = Object(bytes: body, generation: state.writes, lock: HTTPFields(lock))
            state.objects[key] = object
            return Self.response(.ok, "", [.eTag: object.etag])
        }
    }

    private func listing(_ request: Request, _ state: State) -> Response {
        let query = request.uri.queryParameters
        let prefix = query["prefix"].map(String.init) ?? ""
        let start = query["continuation-token"].flatMap { Int($0) } ?? 0
        let keys = state.objects.keys.filter { $0.hasPrefix(prefix) }.sorted()
        let page = keys.dropFirst(start).prefix(state.pageSize)
        let isTruncated = start + page.count < keys.count
        let items = page.map { "<Contents><Key>\(ObjectKey.escaped($0, keepingSlashes: true))</Key></Contents>" }
            .joined()
        let next = isTruncated ? "<NextContinuationToken>\(start + page.count)</NextContinuationToken>" : ""
        return Self.response(
            .ok, "<ListBucketResult><IsTruncated>\(isTruncated)</IsTruncated>\(items)\(next)</ListBucketResult>")
    }

    private func error(_ status: Int, _ code: String) -> Response {
        Self.response(.init(code: status), "<Error><Code>\(code)</Code></Error>")
    }

    private func google(_ request: Request, _ body: [UInt8]) -> Response {
        let query = request.uri.queryParameters
        let path = request.uri.path
        return state.withLock { state in
            if path.hasPrefix("/upload/") {
                let key = query["name"].map(String.init) ?? ""
                let present = state.objects[key]
                if let wanted = query["ifGenerationMatch"], String(present?.generation ?? 0) != wanted {
                    return Self.response(.preconditionFailed, #"{"error":{"message":"conditionNotMet"}}"#)
                }
                state.writes += 1
                state.objects[key] = Object(bytes: body, generation: state.writes)
                return Self.response(.ok, #"{"generation":"\#(state.writes)"}"#)
            }
            if path.hasSuffix("/o") {
                let prefix = query["prefix"].map(String.init) ?? ""
                let start = query["pageToken"].flatMap { Int($0) } ?? 0
                let keys = state.objects.keys.filter { $0.hasPrefix(prefix) }.sorted()
                let page = keys.dropFirst(start).prefix(state.pageSize)
                let items = page.map { #"{"name":"\#($0)"}"# }.joined(separator: ",")
                let next = start + page.count < keys.count ? #","nextPageToken":"\#(start + page.count)""# : ""
                return Self.response(.ok, #"{"items":[\#(items)]\#(next)}"#)
            }
            let key = path.split(separator: "/").last.flatMap { ObjectKey.unescaped($0) } ?? ""
            guard let object = state.objects[key],
                query["generation"].map({ $0 == String(object.generation) }) ?? true
            else {
                // As Google says it, with both names.
                let bucket = path.split(separator: "/").dropFirst(3).first ?? ""
                let message = "No such object: \(bucket)/\(key)"
                return Self.response(
                    .notFound, #"{"error":{"code":404,"message":"\#(message)","errors":[{"reason":"notFound"}]}}"#)
            }
            if query["ifGenerationNotMatch"].map({ $0 == String(object.generation) }) == true {
                return Self.response(.notModified, "")
            }
            return query["alt"] == "media"
                ? Response(status: .ok, headers: [:], body: ResponseBody(byteBuffer: ByteBuffer(bytes: object.bytes)))
                : Self.response(.ok, #"{"generation":"\#(object.generation)"}"#)
        }
    }
}

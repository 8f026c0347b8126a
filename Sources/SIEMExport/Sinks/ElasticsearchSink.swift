import Approvals
import ExportTransport
import RegoValues

/// Elasticsearch's `_bulk`, into a data stream, each record under its hash: what is sent again is there already.
/// Source: Elasticsearch, "Bulk API".
struct ElasticsearchSink: EventSink {
    let limits = BatchLimits(events: 1000, bytes: 2 << 20)

    private let target: ElasticsearchTarget
    private let source: EventSource
    private let poster: HTTPPoster

    init(_ target: ElasticsearchTarget, source: EventSource, on loop: BackgroundLoop) throws(TransportError) {
        self.target = target
        self.source = source
        poster = try HTTPPoster(on: loop, tls: target.tls)
    }

    func close() async { await poster.shutdown() }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        var body: [UInt8] = []
        for event in events {
            var action = JSONText()
            action.object { json in
                json.key("create")
                json.object { $0.field("_id", event.id) }
            }
            // The last newline is not optional.
            body += action.bytes + [UInt8(ascii: "\n")] + source.payload(event, as: .ecs) + [UInt8(ascii: "\n")]
        }
        let answer: HTTPPoster.Answer
        do throws(TransportError) {
            answer = try await poster.post(
                "\(target.url)/\(target.dataStream)/_bulk",
                headers: [
                    ("authorization", "ApiKey \(target.apiKey)"), ("content-type", "application/x-ndjson"),
                ], body: body, gzip: !ReceiverPlace.isHere(target.url), timeout: .seconds(60))
        } catch { throw SinkFailure(error.message) }
        switch answer.status {
        case 200..<300: return try BulkAnswer.refused(in: answer.body, of: events.count)
        case 413: throw SinkFailure("status 413", .tooLarge)
        case 400: throw SinkFailure("status 400: \(String(decoding: answer.body.prefix(200), as: UTF8.self))", .refused)
        case 401, 403, 404:
            throw SinkFailure("status \(answer.status): check the API key and the data stream", .configuration)
        default: throw SinkFailure("status \(answer.status)", .retry(after: answer.retryAfter))
        }
    }
}

/// The answer to `_bulk` tells of each item, and is 200 whatever it tells.
enum BulkAnswer {
    /// - Throws: ``SinkFailure`` naming the items that have to come again.
    static func refused(in body: [UInt8], of count: Int) throws(SinkFailure) -> [RefusedEvent] {
        guard let document = try? Document(json: body) else {
            throw SinkFailure("an answer that is none of Elasticsearch's")
        }
        defer { withExtendedLifetime(document) {} }
        let items = document.root.lookup("items").elements
        guard items.count == count else {
            throw SinkFailure("an answer about \(items.count) records, where \(count) were sent")
        }
        var pending: [Int] = []
        var refused: [RefusedEvent] = []
        var reason = ""
        for (position, item) in items.enumerated() {
            let result = item.lookup("create")
            let type = result.lookup("error").lookup("type").string ?? ""
            switch result.lookup("status").int64 {
            // 409: it is there already, from the first time.
            case 200?, 201?, 409?: continue
            case let status? where (400..<500).contains(status) && status != 429 && status != 408:
                let why = result.lookup("error").lookup("reason").string ?? ""
                refused.append(RefusedEvent(position: position, reason: "status \(status), \(type): \(why)"))
            case let status:
                pending.append(position)
                reason = "status \(status.map(String.init) ?? "missing"), \(type)"
            }
        }
        guard pending.isEmpty else {
            throw SinkFailure(
                "\(pending.count) of \(count) records were not taken: \(reason)", pending: pending, refused: refused)
        }
        return refused
    }
}

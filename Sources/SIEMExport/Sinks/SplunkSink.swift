import Approvals
import ExportTransport
import Foundation
import RegoValues

/// Splunk's HTTP Event Collector, with indexer acknowledgement: a record is there once an indexer says that it has it.
/// Source: Splunk, "Format events for HTTP Event Collector", "About HTTP Event Collector Indexer Acknowledgment".
actor SplunkSink: EventSink {
    nonisolated let limits = BatchLimits(events: 5000, bytes: 4 << 20)

    /// Splunk's own advice for one request.
    private static let requestBytes = 1 << 20
    private let target: SplunkTarget
    private let source: EventSource
    private let poster: HTTPPoster
    /// Acknowledgements belong to a channel; a new process has a new one.
    private let channel = UUID().uuidString

    init(_ target: SplunkTarget, source: EventSource, on loop: BackgroundLoop) throws(TransportError) {
        self.target = target
        self.source = source
        poster = try HTTPPoster(on: loop, tls: target.tls)
    }

    func close() async { await poster.shutdown() }

    func deliver(_ events: [SIEMEvent]) async throws(SinkFailure) -> [RefusedEvent] {
        var acknowledgements: Set<Int64> = []
        var next = 0
        while next < events.count {
            let (body, count) = body(of: events[next...])
            let answer = try await post("/services/collector/event", body)
            do throws(SinkFailure) {
                if let number = try taken(answer) { acknowledgements.insert(number) }
            } catch {
                // What stood before the wrong one has been taken; what was sent before awaits its acknowledgement no more.
                guard error.remedy == .refused, let wrong = wrongEvent(answer), (0..<count).contains(wrong),
                    !target.acknowledges
                else { throw error }
                throw SinkFailure(
                    error.message, .retry(after: .zero), pending: Array((next + wrong + 1)..<events.count),
                    refused: [RefusedEvent(position: next + wrong, reason: error.message)])
            }
            next += count
        }
        if target.acknowledges { try await awaitIndexing(acknowledgements) }
        return []
    }

    /// As many events as one request may hold, at least one.
    private func body(of events: ArraySlice<SIEMEvent>) -> ([UInt8], Int) {
        var body: [UInt8] = []
        body.reserveCapacity(Self.requestBytes)
        var count = 0
        for event in events {
            let text = text(of: event)
            if count > 0, body.count + text.count > Self.requestBytes { break }
            body += text
            count += 1
        }
        return (body, count)
    }

    private func text(of event: SIEMEvent) -> [UInt8] {
        let microseconds = event.time.nanoseconds / 1000
        let fraction = String(microseconds % 1_000_000)
        let payload = source.payload(event, as: target.format)
        var json = JSONText(capacity: payload.count + 512)
        json.object { json in
            json.key("time")
            json.raw(
                "\(microseconds / 1_000_000).\(String(repeating: "0", count: 6 - fraction.utf8.count))\(fraction)".utf8)
            json.field("host", source.host)
            json.field("source", event.log)
            json.field("sourcetype", target.format == .ocsf ? "aegis:ocsf" : "aegis:\(event.kind)")
            json.optional("index", target.index)
            json.key("event")
            json.raw(payload)
            json.key("fields")
            json.object { json in
                json.field("tenant", event.tenant)
                json.field("event_id", event.id)
            }
        }
        return json.bytes
    }

    private func post(_ path: String, _ body: [UInt8]) async throws(SinkFailure) -> HTTPPoster.Answer {
        var headers: [(name: String, value: String)] = [
            ("authorization", "Splunk \(target.token)"), ("content-type", "application/json"),
        ]
        if target.acknowledges { headers.append(("x-splunk-request-channel", channel)) }
        do throws(TransportError) {
            return try await poster.post(
                target.url + path, headers: headers, body: body, gzip: !ReceiverPlace.isHere(target.url),
                timeout: .seconds(30))
        } catch { throw SinkFailure(error.message) }
    }

    /// - Returns: the number to ask about.
    private func taken(_ answer: HTTPPoster.Answer) throws(SinkFailure) -> Int64? {
        let document = try? Document(json: answer.body)
        defer { withExtendedLifetime(document) {} }
        guard let root = document?.root, let code = root.lookup("code").int64 else {
            throw SplunkAnswer.failure(status: answer.status, after: answer.retryAfter)
        }
        let text = root.lookup("text").string ?? ""
        guard answer.isSuccess, code == 0 else {
            throw SplunkAnswer.failure(code: code, text: text, status: answer.status, after: answer.retryAfter)
        }
        guard target.acknowledges else { return nil }
        guard let number = root.lookup("ackId").int64 else {
            throw SinkFailure(
                "the token has no indexer acknowledgement: switch it on, or say `acknowledge: false`", .configuration)
        }
        return number
    }

    private func wrongEvent(_ answer: HTTPPoster.Answer) -> Int? {
        guard let document = try? Document(json: answer.body) else { return nil }
        return withExtendedLifetime(document) {
            document.root.lookup("invalid-event-number").int64.map { Int(clamping: $0) }
        }
    }

    private func awaitIndexing(_ numbers: Set<Int64>) async throws(SinkFailure) {
        let end = ContinuousClock.now.advanced(by: target.patience)
        var missing = numbers
        var wait: Duration = .milliseconds(100)
        while !missing.isEmpty {
            var json = JSONText()
            json.object { json in
                json.key("acks")
                json.array { list in for number in missing.sorted() { list.integer(number) } }
            }
            let answer = try await post("/services/collector/ack?channel=\(channel)", json.bytes)
            guard answer.isSuccess, let document = try? Document(json: answer.body) else {
                throw SplunkAnswer.failure(status: answer.status, after: answer.retryAfter)
            }
            // Each number is answered true once.
            withExtendedLifetime(document) {
                for entry in document.root.lookup("acks").entries where entry.value == .true {
                    if let number = entry.key.string.flatMap({ Int64($0) }) { missing.remove(number) }
                }
            }
            guard !missing.isEmpty else { return }
            guard ContinuousClock.now < end else {
                throw SinkFailure("Splunk has not indexed \(missing.count) requests in \(target.patience)")
            }
            do { try await Task.sleep(for: wait) } catch { throw SinkFailure("shutting down") }
            wait = min(wait * 2, .seconds(2))
        }
    }
}

/// What Splunk's codes mean for whoever sends.
enum SplunkAnswer {
    static func failure(code: Int64, text: String, status: Int, after: Duration?) -> SinkFailure {
        let message = "Splunk answered \(status), code \(code): \(text)"
        switch code {
        // Token disabled, required, malformed, wrong; index; channel; acknowledgement; query strings.
        case 1...4, 7, 10, 11, 14, 16: return SinkFailure(message, .configuration)
        // No data, a wrong format, no or an empty event, wrong fields.
        case 5, 6, 12, 13, 15: return SinkFailure(message, .refused)
        default: return status == 413 ? SinkFailure(message, .tooLarge) : SinkFailure(message, .retry(after: after))
        }
    }

    /// Whoever answered is perhaps not Splunk.
    static func failure(status: Int, after: Duration?) -> SinkFailure {
        switch status {
        case 413: SinkFailure("status 413", .tooLarge)
        case 401, 403, 404: SinkFailure("status \(status)", .configuration)
        case 200..<300: SinkFailure("an answer that is none of Splunk's")
        default: SinkFailure("status \(status)", .retry(after: after))
        }
    }
}

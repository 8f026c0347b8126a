import ExportTransport
import SwiftProtobuf

/// The three kinds of telemetry, and what they are called where they go.
enum TelemetrySignal: String, Sendable, CaseIterable {
    case traces, metrics, logs

    /// The method of its collector service.
    var method: String {
        switch self {
        case .traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        case .metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
        case .logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
        }
    }
}

/// What became of one request.
enum OTLPAnswer: Sendable, Hashable {
    /// The collector has it. Part of it may have been refused, which no repetition changes.
    case taken(rejected: Int64, message: String)
    /// It may be sent again, not before `after`.
    case tryAgain(String, after: Duration?)
    /// It will never be taken.
    case refused(String)
}

/// One way to a collector. Two are: HTTP and gRPC.
protocol OTLPTransport: Sendable {
    func send(_ message: [UInt8]) async -> OTLPAnswer
    func close() async
}

/// OTLP over HTTP with protobuf bodies.
/// Source: OTLP specification 1.x, "OTLP/HTTP Response" and "Retryable Response Codes".
struct OTLPOverHTTP: OTLPTransport {
    private let poster: HTTPPoster
    private let destination: TelemetryConfiguration.Destination

    init(_ destination: TelemetryConfiguration.Destination, on loop: BackgroundLoop) throws(TransportError) {
        self.destination = destination
        poster = try HTTPPoster(on: loop, tls: destination.tls)
    }

    func send(_ message: [UInt8]) async -> OTLPAnswer {
        let answer: HTTPPoster.Answer
        do throws(TransportError) {
            answer = try await poster.post(
                destination.url,
                headers: destination.headers + [("content-type", "application/x-protobuf"), ("user-agent", "aegis")],
                body: message, gzip: destination.gzip, timeout: destination.timeout)
        } catch { return .tryAgain(error.message, after: nil) }
        switch answer.status {
        case 200..<300: return OTLPPartialSuccess.answer(answer.body)
        case 429, 502, 503, 504: return .tryAgain("status \(answer.status)", after: answer.retryAfter)
        default: return .refused("status \(answer.status)")
        }
    }

    func close() async { await poster.shutdown() }
}

/// The answer's body is of one shape for all three signals: `{1: {1: rejected, 2: message}}`.
enum OTLPPartialSuccess {
    static func answer(_ body: [UInt8]) -> OTLPAnswer {
        guard let response = try? OTLPExportTraceServiceResponse(serializedBytes: body) else {
            // The collector has it all the same: its status says so.
            return .taken(rejected: 0, message: "")
        }
        return .taken(
            rejected: response.partialSuccess.rejectedSpans, message: response.partialSuccess.errorMessage)
    }
}

import Logging
import NIOCore
import SwiftProtobuf

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `envoy.service.auth.v3.Authorization/Check`: bytes in, a verdict in bytes out, and a denial for every fault between.
enum CheckMethod {
    static let service = "envoy.service.auth.v3.Authorization"
    static let path = "/\(service)/Check"

    static func make(
        limits: ServerLimits, logger: Logger,
        authorize: @escaping @Sendable (CheckedRequest) async throws -> CheckVerdict
    ) -> UnaryMethod {
        UnaryMethod(path: path, maximumMessageBytes: limits.messageBytes) { message in
            do {
                let check = try decode(message)
                return CheckResponseEncoder.encode(try await authorize(CheckedRequest(check)))
            } catch is CancellationError {
                return fault  // the call is over; nobody reads this
            } catch {
                logger.error("denying a check after a fault", metadata: ["fault": "\(error)"])
                return fault
            }
        } lastResort: { reason in
            switch reason {
            case .failed: fault
            case .deadlineExceeded: late
            }
        }
    }

    private static func decode(_ message: ByteBuffer) throws -> EnvoyCheckRequest {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            return try EnvoyCheckRequest(serializedBytes: [UInt8](buffer: message), options: options)
        } catch {
            throw CheckFault("the check is not a readable CheckRequest")
        }
    }

    private static let fault = denial("the gateway could not decide on this call; nothing was sent to the tool")
    private static let late = denial("the gateway could not decide on this call in time; nothing was sent to the tool")

    private static func denial(_ message: String) -> ByteBuffer {
        CheckResponseEncoder.encode(
            .deny(
                status: 503, headers: [.init("content-type", "application/json")],
                body: #"{"decision":"deny","decision_reason":{"code":"evaluation_error","message":"\#(message)"}}"#,
                metadata: [.init("decision", "deny"), .init("reason", "evaluation_error")]))
    }
}

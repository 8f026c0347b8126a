import NIOCore
import SwiftProtobuf

/// `grpc.health.v1.Health/Check`, for the server as a whole (an empty name) and for the authorization service.
/// Source: gRPC health checking protocol.
enum HealthMethod {
    static let path = "/grpc.health.v1.Health/Check"

    static func make(isServing: @escaping @Sendable () -> Bool) -> UnaryMethod {
        UnaryMethod(path: path, maximumMessageBytes: 1024) { message in
            guard let request = try? GRPCHealthCheckRequest(serializedBytes: [UInt8](buffer: message)) else {
                throw RPCStatus(.invalidArgument, "the message is not a readable HealthCheckRequest")
            }
            guard request.service.isEmpty || request.service == CheckMethod.service else {
                throw RPCStatus(.notFound, "no such service")
            }
            let response = GRPCHealthCheckResponse.with { $0.status = isServing() ? .serving : .notServing }
            return ByteBuffer(bytes: try response.serializedBytes() as [UInt8])
        }
    }
}

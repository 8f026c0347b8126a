import NIOCore

/// One method that the server offers: a message in, a message out.
struct UnaryMethod: Sendable {
    /// Why a call that reached its method has no answer of its own.
    enum Fault: Equatable, Sendable {
        case deadlineExceeded
        case failed
    }

    /// `/package.Service/Method`.
    let path: String
    /// The longest request message, in bytes.
    let maximumMessageBytes: Int
    /// Answers a request. Thrown statuses end the call, unless the method has a `lastResort`.
    let serve: @Sendable (ByteBuffer) async throws -> ByteBuffer
    /// For a method whose caller could take a gRPC error for permission: the answer to give in its place.
    let lastResort: (@Sendable (Fault) -> ByteBuffer)?

    init(
        path: String, maximumMessageBytes: Int,
        serve: @escaping @Sendable (ByteBuffer) async throws -> ByteBuffer,
        lastResort: (@Sendable (Fault) -> ByteBuffer)? = nil
    ) {
        self.path = path
        self.maximumMessageBytes = maximumMessageBytes
        self.serve = serve
        self.lastResort = lastResort
    }
}

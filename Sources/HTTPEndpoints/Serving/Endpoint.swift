public import Hummingbird

/// One operation and what answers it. Endpoints are the only way to a route: what is served is described, and what is
/// described is served.
public struct Endpoint: Sendable {
    public typealias Handler =
        @Sendable (_ request: Request, _ context: BasicRequestContext) async throws -> Response

    public let operation: Operation
    let handler: Handler

    /// - Parameter mayBlock: whether it reads files or computes for long: it then keeps off the threads that the server's
    ///   tasks prefer, whichever these are.
    public init(_ operation: Operation, mayBlock: Bool = true, _ handler: @escaping Handler) {
        self.operation = operation
        guard mayBlock else {
            self.handler = handler
            return
        }
        self.handler = { request, context in
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await handler(request, context) }
        }
    }
}

/// Endpoints that belong together, and the schemas that their operations name.
public protocol EndpointSet: Sendable {
    var endpoints: [Endpoint] { get }
    /// `components/schemas` of the OpenAPI document, by name.
    var schemas: [String: Schema] { get }
}

extension EndpointSet {
    public var schemas: [String: Schema] { [:] }

    /// Adds the routes of all endpoints.
    public func add(to router: Router<BasicRequestContext>) {
        for endpoint in endpoints {
            router.on(
                RouterPath(endpoint.operation.routerPath), method: endpoint.operation.method, use: endpoint.handler)
        }
    }
}

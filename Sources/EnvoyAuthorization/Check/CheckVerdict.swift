/// What Envoy is told about one request.
public enum CheckVerdict: Sendable, Equatable {
    /// The request goes on to the tool.
    /// - Parameters:
    ///   - headers: set on the request, in place of what the client sent under these names.
    ///   - removed: header names that the tool must not see.
    ///   - answered: set on the tool's response, in place of what the tool sent under these names.
    case allow(headers: [Header], removed: [String], answered: [Header], metadata: [Field])
    /// The client gets this response, and the tool sees nothing.
    case deny(status: Int, headers: [Header], body: String, metadata: [Field])

    public struct Header: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One string of the dynamic metadata, which Envoy's access log and later filters can read.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
}

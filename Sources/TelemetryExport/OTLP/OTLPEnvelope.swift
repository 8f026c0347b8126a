/// What stands around spans and around log records, the same in every message: `{1: {1: resource, 2: {1: scope, 2: item, 2: item …}}}`.
/// Source: opentelemetry-proto, `trace_service.proto` with `trace.proto`, `logs_service.proto` with `logs.proto`.
struct OTLPEnvelope: Sendable {
    /// The field of a span or a log record.
    static let item: UInt64 = 2

    private let resource: [(name: String, value: String)]
    private let version: String

    init(resource: [(name: String, value: String)], version: String) {
        self.resource = resource
        self.version = version
    }

    /// - Parameter items: encoded, each as the field ``item``.
    func message(_ items: [UInt8]) -> [UInt8] {
        var request = ProtobufWriter(capacity: items.count + 1024)
        request.message(1) { whole in
            whole.message(1) { own in
                for (name, value) in resource { own.attribute(1, name, value) }
            }
            whole.message(2) { scoped in
                scoped.message(1) { scope in
                    scope.text(1, OTLPInstrumentationScope.name)
                    scope.text(2, version)
                }
                scoped.encoded(items)
            }
        }
        return request.bytes
    }
}

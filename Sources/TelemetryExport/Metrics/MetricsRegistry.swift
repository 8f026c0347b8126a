import Synchronization

/// Everything that can be measured of a gateway: each part is asked when somebody looks.
public final class MetricsRegistry: Sendable {
    public typealias Source = @Sendable () async -> [MetricFamily]

    private let sources = Mutex<[Source]>([])

    public init() {}

    public func add(_ source: @escaping Source) { sources.withLock { $0.append(source) } }

    /// All families by name; one that several sources give has the samples of all.
    public func collect() async -> [MetricFamily] {
        var found: [String: MetricFamily] = [:]
        for source in sources.withLock({ $0 }) {
            for family in await source() {
                found[family.name, default: MetricFamily(family.name, family.kind, family.help)].samples +=
                    family.samples
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }
}

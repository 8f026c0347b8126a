/// All series of one metric, as they stand at one moment.
public struct MetricFamily: Sendable {
    public enum Kind: String, Sendable, Hashable { case counter, gauge, histogram }

    public struct Label: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public enum Reading: Sendable, Hashable {
        case number(Double)
        case histogram(Histogram)
    }

    public struct Sample: Sendable {
        public var labels: [Label]
        public var reading: Reading
    }

    /// As in Prometheus; counters end in `_total`, times are in seconds.
    public var name: String
    public var help: String
    public var kind: Kind
    public var samples: [Sample]

    public init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample] = []) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    public mutating func add(_ value: Double, _ labels: Label...) {
        samples.append(Sample(labels: labels, reading: .number(value)))
    }

    /// A metric of one series.
    public static func single(
        _ name: String, _ kind: Kind, _ help: String, _ value: Double, _ labels: Label...
    ) -> MetricFamily {
        MetricFamily(name, kind, help, [Sample(labels: labels, reading: .number(value))])
    }
}

/// Counts of observations by their size.
public struct Histogram: Sendable, Hashable {
    /// Upper bounds, ascending; one more bucket takes what is above them all.
    public let bounds: [Double]
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public var count: UInt64 { counts.reduce(0, +) }

    public mutating func observe(_ value: Double) {
        sum += value
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    }

    /// From a tenth of a millisecond to ten seconds.
    public static let seconds = Histogram(bounds: [
        0.0001, 0.000_25, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
}

import Decisions

/// Which traces are kept. The audit trail has every decision whatever this says.
/// Source: OpenTelemetry Tracing SDK, "Built-in samplers"; W3C Trace Context Level 2, "random trace flag".
public struct Sampler: Sendable, Hashable {
    public enum Root: Sendable, Hashable {
        case always
        case never
        /// A trace is kept where the last 56 bits of its id are below this.
        case below(UInt64)
    }

    public var root: Root
    /// Whether the caller's choice goes before.
    public var followsParent: Bool

    public static let usual = Sampler(root: .always, followsParent: true)

    public init(root: Root, followsParent: Bool) {
        self.root = root
        self.followsParent = followsParent
    }

    func keeps(traceID: String, parent: TraceContext?) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        return switch root {
        case .always: true
        case .never: false
        case .below(let bound): UInt64(traceID.suffix(14), radix: 16).map { $0 < bound } ?? false
        }
    }

    init(_ variables: OTelVariables) throws(TelemetryError) {
        let names = [
            "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
            "parentbased_traceidratio",
        ]
        guard let name = try variables.choice("OTEL_TRACES_SAMPLER", among: names) else {
            self = .usual
            return
        }
        followsParent = name.hasPrefix("parentbased_")
        if name.hasSuffix("always_on") {
            root = .always
        } else if name.hasSuffix("always_off") {
            root = .never
        } else {
            let text = variables.text("OTEL_TRACES_SAMPLER_ARG")?.value ?? "1.0"
            guard let ratio = Double(text), (0...1).contains(ratio) else {
                throw variables.wrong(
                    "OTEL_TRACES_SAMPLER_ARG", text, "no number from 0 to 1", fix: "write one such as `0.1`")
            }
            root = .below(UInt64(ratio * Double(1 << 56)))
        }
    }
}

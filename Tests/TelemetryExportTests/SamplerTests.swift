import Decisions
@testable import TelemetryExport
import Testing

struct SamplerTests {
    private static let low = String(repeating: "0", count: 31) + "1"
    private static let high = String(repeating: "f", count: 32)

    private static func sampler(_ name: String, _ argument: String? = nil) throws(TelemetryError) -> Sampler {
        var environment = ["OTEL_TRACES_SAMPLER": name]
        environment["OTEL_TRACES_SAMPLER_ARG"] = argument
        return try Sampler(OTelVariables(environment: environment))
    }

    @Test(arguments: [
        ("always_on", nil, false, true), ("always_off", nil, true, false), ("parentbased_always_on", nil, false, false),
        ("parentbased_always_off", nil, true, true), ("parentbased_traceidratio", "0", true, true),
        ("traceidratio", "0", true, false), ("traceidratio", "1", false, true),
    ])
    func `with a parent, its choice counts where the sampler follows it`(
        name: String, argument: String?, parentIsSampled: Bool, isKept: Bool
    ) throws {
        let parent = TraceContext(traceID: Self.high, spanID: "00f067aa0ba902b7", isSampled: parentIsSampled)
        #expect(try Self.sampler(name, argument).keeps(traceID: Self.high, parent: parent) == isKept)
    }

    @Test func `a ratio keeps the same traces everywhere, by their ids`() throws {
        let half = try Self.sampler("parentbased_traceidratio", "0.5")
        #expect(half.keeps(traceID: Self.low, parent: nil))
        #expect(!half.keeps(traceID: Self.high, parent: nil))
    }
}

import Crypto
import Redaction
import RegoValues
import Testing

extension Redactor {
    static let test = Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))

    /// A text with what these detectors find rewritten.
    func redacted(
        _ text: String, _ detectors: [String] = Redactor.detectorNames, _ form: RedactionForm? = nil,
        in scope: Scope = .test
    ) throws -> String {
        let heap = Heap()
        let order = RedactionOrder(detectors: detectors, form: form)
        let (value, _) = sanitize(heap.string(text), [order], in: scope, heap: heap)
        return try #require(value.string)
    }
}

extension Redactor.Scope {
    static let test = Redactor.Scope(tenant: "acme")
}

/// A small generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

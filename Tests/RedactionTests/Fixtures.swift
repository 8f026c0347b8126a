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

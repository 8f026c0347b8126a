import Crypto
import Redaction
import RegoValues

/// Looks through texts and values for a person at a terminal: by the code that decisions use, with a key of its own.
struct DetectorSearch {
    let names: [String]
    let form: RedactionForm
    let custom: CustomDetectors
    private let redactor = Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 0, count: 32)))

    init(names: [String], form: RedactionForm, custom: CustomDetectors) {
        self.names = names
        self.form = form
        self.custom = custom
    }

    /// Each find with its line, column (from 1, in bytes) and length.
    func finds(inText text: [UInt8]) -> [[String: Any]] {
        let finds = text.withUnsafeBufferPointer { Redactor.finds(in: $0, detectors: Set(names), custom: custom) }
        var line = 1
        var lineStart = 0
        var place = 0
        return finds.map { find in
            while place < find.range.lowerBound {
                if text[place] == UInt8(ascii: "\n") {
                    line += 1
                    lineStart = place + 1
                }
                place += 1
            }
            return [
                "line": line, "column": find.range.lowerBound - lineStart + 1, "length": find.range.count,
                "detector": find.detector, "start": find.range.lowerBound, "end": find.range.upperBound,
            ]
        }
    }

    /// Each place with its detector; of a JSON string, each find with its place in the text.
    func finds(inJSON json: [UInt8]) throws -> [[String: Any]] {
        try withValue(json) { value, heap in
            if value.kind == .string { return finds(inText: Array(value.utf8)) }
            return sanitize(value, heap).places.map { ["path": $0.path, "detector": $0.detector, "count": $0.count] }
        }
    }

    func redacted(_ bytes: [UInt8], isJSON: Bool) throws -> [UInt8] {
        if isJSON {
            return try withValue(bytes) { value, heap in
                var text: [UInt8] = []
                JSONWriter.write(sanitize(value, heap).value, to: &text)
                return text
            }
        }
        let heap = Heap()
        defer { withExtendedLifetime(heap) {} }
        return Array(sanitize(heap.string(utf8: bytes), heap).value.utf8)
    }

    private func sanitize(_ value: Value, _ heap: Heap) -> (value: Value, places: [RedactedPlace]) {
        redactor.sanitize(
            value, [RedactionOrder(detectors: names, form: form)],
            in: Redactor.Scope(tenant: "detect", detectors: custom), heap: heap)
    }

    private func withValue<T>(_ json: [UInt8], _ body: (Value, Heap) throws -> T) throws -> T {
        let heap = Heap(limit: 1 << 30)
        defer { withExtendedLifetime(heap) {} }
        do {
            return try body(try heap.parseJSON(json), heap)
        } catch let error as JSONError {
            throw CommandFailure("this is no JSON: \(error)", exitCode: 2)
        }
    }
}

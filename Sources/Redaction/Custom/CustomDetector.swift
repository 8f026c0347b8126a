/// A detector that a `kind: Detector` document describes.
public struct CustomDetector: Sendable {
    public let name: String
    /// Its own form where a policy names none.
    public let form: RedactionForm
    let patternText: String
    let pattern: Pattern
    let context: [[UInt8]]
    let validators: [FindValidator]

    /// How far before a match a context word may stand, in bytes.
    static let contextReach = 64
    public static let longestPattern = 1000

    /// - Throws: where the pattern is none of RE2's, matches nothing at all, or is too long.
    public init(
        name: String, pattern text: String, context: [String] = [], validators: [FindValidator] = [],
        form: RedactionForm = .redact
    ) throws(DetectorError) {
        guard text.utf8.count <= CustomDetector.longestPattern, let pattern = Pattern(text) else {
            throw DetectorError("the pattern of the detector `\(name)` is not one of RE2, or is too long")
        }
        let matchesNothing = [UInt8]().withUnsafeBufferPointer { pattern.firstMatch(in: $0, from: 0) != nil }
        guard !matchesNothing else {
            throw DetectorError("the pattern of the detector `\(name)` matches the empty text")
        }
        self.name = name
        self.form = form
        patternText = text
        self.pattern = pattern
        self.context = context.map { $0.utf8.map(\.lowercased) }
        self.validators = validators
    }

    /// Whether a context word stands shortly before, or in the name of the member.
    func isInContext(_ text: UnsafeBufferPointer<UInt8>, _ place: Int, key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !context.isEmpty else { return true }
        let before = text[max(0, place - CustomDetector.contextReach)..<place].map(\.lowercased)
        let name = key.prefix(256).map(\.lowercased)
        return context.contains { word in
            CustomDetector.contains(before, word) || CustomDetector.contains(name, word)
        }
    }

    private static func contains(_ text: [UInt8], _ word: [UInt8]) -> Bool {
        guard !word.isEmpty, text.count >= word.count else { return false }
        return (0...(text.count - word.count)).contains { start in
            (0..<word.count).allSatisfy { text[start + $0] == word[$0] }
        }
    }
}

/// Why a detector cannot be used.
public struct DetectorError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { "\(message) [detector_invalid]" }
}

/// Finds one kind of personal data or secret at a place that a cheap look found promising.
///
/// Implementers MUST look at a bounded stretch of text per call, or say where the search goes on (``DetectorVerdict``), so
/// that a whole text is searched in linear time whatever stands in it.
protocol TextDetector: Sendable {
    /// As policies name it.
    var name: String { get }
    /// The bytes at which ``match(_:at:_:)`` is asked.
    var triggers: DetectorTriggers { get }
    /// Whether it finds nothing without a word before that says what the find is.
    var needsContext: Bool { get }

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict
}

extension TextDetector {
    var needsContext: Bool { false }
}

struct DetectorTriggers {
    enum Position {
        /// Only where no ASCII letter or digit stands before.
        case wordStart
        case anywhere
    }

    var bytes: [UInt8]
    var position: Position

    static let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let capitals = Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    static let smallLetters = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
}

enum DetectorVerdict {
    case found(Range<Int>)
    case nothing
    /// Nothing here, and nothing to be found before `resume`.
    case nothingBefore(Int)
}

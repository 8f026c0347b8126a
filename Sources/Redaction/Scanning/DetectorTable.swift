/// The built-in detectors, and for each byte those that it may begin a find of: one table for the life of the process.
///
/// `@unchecked Sendable`: the tables are never changed after `init`.
final class DetectorTable: @unchecked Sendable {
    static let shared = DetectorTable(BuiltInDetectors.all)

    /// Set for a byte that may begin a context word or a marker of our own.
    static let contextBit: UInt64 = 1 << 63
    static let markerBit: UInt64 = 1 << 62
    /// Detectors of a tenant included.
    static let most = 62

    let detectors: [any TextDetector]
    /// The same, to be asked without a copy of any.
    let matchers: UnsafePointer<Unmanaged<DetectorMatcher>>
    let wordStart: UnsafePointer<UInt64>
    let anywhere: UnsafePointer<UInt64>
    /// Those that find nothing without a context.
    let contextual: UInt64

    private init(_ detectors: [any TextDetector]) {
        self.detectors = detectors
        contextual = detectors.enumerated().reduce(0) { $1.element.needsContext ? $0 | 1 << UInt64($1.offset) : $0 }
        let matchers = UnsafeMutablePointer<Unmanaged<DetectorMatcher>>.allocate(capacity: detectors.count)
        for (place, detector) in detectors.enumerated() {
            (matchers + place).initialize(to: .passRetained(DetectorMatcher.of(detector)))
        }
        self.matchers = UnsafePointer(matchers)
        let tables = UnsafeMutablePointer<UInt64>.allocate(capacity: 512)
        tables.initialize(repeating: 0, count: 512)
        for (index, detector) in detectors.enumerated() {
            let triggers = detector.triggers
            for byte in triggers.bytes {
                tables[Int(byte)] |= 1 << UInt64(index)
                if triggers.position == .anywhere { tables[256 + Int(byte)] |= 1 << UInt64(index) }
            }
        }
        for byte in DetectorTriggers.capitals + DetectorTriggers.smallLetters
        where ContextWords.shared.begins(with: byte) {
            tables[Int(byte)] |= DetectorTable.contextBit
            if byte.isUppercase { tables[256 + Int(byte)] |= DetectorTable.contextBit }
        }
        tables[Int(UInt8(ascii: "["))] |= DetectorTable.markerBit
        tables[256 + Int(UInt8(ascii: "["))] |= DetectorTable.markerBit
        wordStart = UnsafePointer(tables)
        anywhere = UnsafePointer(tables + 256)
    }
}

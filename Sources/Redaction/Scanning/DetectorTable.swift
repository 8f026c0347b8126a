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
    /// The same, in memory that is read without counting references.
    let inPlace: UnsafePointer<any TextDetector>
    let wordStart: UnsafePointer<UInt64>
    let anywhere: UnsafePointer<UInt64>
    /// Those that find nothing without a context.
    let contextual: UInt64

    private init(_ detectors: [any TextDetector]) {
        self.detectors = detectors
        contextual = detectors.enumerated().reduce(0) { $1.element.needsContext ? $0 | 1 << UInt64($1.offset) : $0 }
        let inPlace = UnsafeMutablePointer<any TextDetector>.allocate(capacity: detectors.count)
        inPlace.initialize(from: detectors, count: detectors.count)
        self.inPlace = UnsafePointer(inPlace)
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

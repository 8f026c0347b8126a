/// A tenant's own detectors, all looked for in one pass; only those that match somewhere are looked at again.
public struct CustomDetectors: Sendable {
    /// How many a tenant may have.
    public static let most = DetectorTable.most - BuiltInDetectors.all.count
    public static let none = CustomDetectors()

    let detectors: [CustomDetector]
    /// Theirs, in their order.
    public var ownNames: [String] { detectors.map(\.name) }
    /// Of all detectors, the built-in ones included.
    let names: Set<String>
    private let set: PatternSet?
    private let first: Int

    /// A match is at most this long, in bytes.
    static let longestMatch = 256
    private static let window = 2048
    /// More finds in one text than anything but an attack on the search has.
    private static let mostFinds = 10_000

    private init() {
        detectors = []
        names = CustomDetectors.builtInNames
        set = nil
        first = BuiltInDetectors.all.count
    }

    private static let builtInNames = Set(DetectorTable.shared.detectors.map(\.name))

    public init(_ detectors: [CustomDetector]) throws(DetectorError) {
        guard detectors.count <= CustomDetectors.most else {
            throw DetectorError("there are \(detectors.count) detectors; a tenant may have \(CustomDetectors.most)")
        }
        var names = CustomDetectors.builtInNames
        for detector in detectors where !names.insert(detector.name).inserted {
            throw DetectorError("two detectors have the name `\(detector.name)`")
        }
        self.detectors = detectors
        self.names = names
        set = PatternSet(detectors.map(\.patternText))
        first = BuiltInDetectors.all.count
    }

    /// Adds what they find. `text` is folded.
    func find(
        in text: ScannedText, _ mask: UInt64, key: UnsafeBufferPointer<UInt8>, markers: [Range<Int>],
        into found: inout [Find]
    ) {
        guard !detectors.isEmpty, mask >> UInt64(first) != 0 else { return }
        let bytes = UnsafeBufferPointer(start: text.base, count: text.count)
        var candidates = (set?.mayMatch(bytes) ?? .max) & (mask >> UInt64(first))
        candidates &= detectors.count == 64 ? .max : (1 << UInt64(detectors.count)) - 1
        while candidates != 0 {
            let index = candidates.trailingZeroBitCount
            candidates &= candidates - 1
            find(detectors[index], first + index, bytes, key, markers, &found)
        }
    }

    /// Searches in windows that overlap: whatever the pattern, no byte is looked at more than a window's length of times for
    /// each find. A match at an edge that the text does not have is left to the next window.
    private func find(
        _ detector: CustomDetector, _ index: Int, _ text: UnsafeBufferPointer<UInt8>, _ key: UnsafeBufferPointer<UInt8>,
        _ markers: [Range<Int>], _ found: inout [Find]
    ) {
        var start = 0
        var place = 0
        var count = 0
        while start < text.count {
            let end = min(text.count, start + CustomDetectors.window)
            let window = UnsafeBufferPointer(rebasing: text[start..<end])
            while place < end, let match = detector.pattern.firstMatch(in: window, from: place - start) {
                let whole = (match.whole.lowerBound + start)..<(match.whole.upperBound + start)
                let find = (match.find.lowerBound + start)..<(match.find.upperBound + start)
                if whole.upperBound == end, end < text.count, whole.count <= CustomDetectors.longestMatch {
                    // It may go on behind the window.
                    break
                }
                place = max(whole.upperBound, place + 1)
                guard !find.isEmpty, detector.isInContext(text, whole.lowerBound, key: key),
                    detector.validators.allSatisfy({ $0.accepts(UnsafeBufferPointer(rebasing: text[find])) }),
                    !markers.contains(where: { $0.lowerBound <= find.lowerBound && find.upperBound <= $0.upperBound })
                else { continue }
                count += 1
                guard count <= CustomDetectors.mostFinds else {
                    found.append(Find(range: find.lowerBound..<text.count, detector: index))
                    return
                }
                found.append(Find(range: find, detector: index))
            }
            guard end < text.count else { return }
            start = end - 2 * CustomDetectors.longestMatch
            place = max(place, start + CustomDetectors.longestMatch)
        }
    }
}

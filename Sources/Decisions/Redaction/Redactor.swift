public import RegoValues

/// What was taken out of the parameters, and where. Never what it was.
public struct Redaction: Sendable, Hashable {
    /// Such as `$.items[0].text`.
    public var path: String
    public var detector: String
    public var count: Int

    public init(path: String, detector: String, count: Int) {
        self.path = path
        self.detector = detector
        self.count = count
    }
}

/// One policy's wish: hide what these detectors find at these paths.
public struct SanitizeObligation: Sendable, Hashable {
    public var policy: String
    public var rule: String?
    public var detectors: [String]
    public var paths: [JSONPathPattern]

    public init(policy: String, rule: String?, detectors: [String], paths: [JSONPathPattern]) {
        self.policy = policy
        self.rule = rule
        self.detectors = detectors
        self.paths = paths
    }
}

/// Rewrites parameters: the same text gives the same text, everywhere and always.
public struct Redactor: Sendable {
    private let detectors: [Detector]
    public let detectorNames: Set<String>

    public init() throws {
        detectors = try Detector.builtIn()
        detectorNames = Set(detectors.map(\.name))
    }

    /// The value with everything hidden that the obligations name, and what was hidden where, sorted by path.
    public func sanitize(
        _ value: Value, _ obligations: [SanitizeObligation], heap: Heap
    ) -> (value: Value, redactions: [Redaction]) {
        var counts: [Redaction.Place: Int] = [:]
        var rewritten = value
        for obligation in obligations {
            let active = detectors.filter { obligation.detectors.contains($0.name) }
            for path in obligation.paths {
                var location = JSONLocation()
                rewritten = path.rewrite(rewritten, heap: heap, at: &location) { found, location in
                    hide(found, active, heap, &location, &counts)
                }
            }
        }
        let redactions = counts.map { Redaction(path: $0.key.path, detector: $0.key.detector, count: $0.value) }
        return (rewritten, redactions.sorted { ($0.path, $0.detector) < ($1.path, $1.detector) })
    }

    /// The parameters as a human or a log may see them: sensitive places are gone, and so is whatever a detector finds.
    public func view(_ value: Value, sensitive: [JSONPathPattern], heap: Heap) -> Value {
        var shown = value
        for path in sensitive {
            var location = JSONLocation()
            shown = path.rewrite(shown, heap: heap, at: &location) { _, _ in .string("[SENSITIVE]") }
        }
        var counts: [Redaction.Place: Int] = [:]
        var location = JSONLocation()
        return hide(shown, detectors, heap, &location, &counts)
    }

    /// Hides in every text below `value`, and in numbers whose digits are a find.
    private func hide(
        _ value: Value, _ active: [Detector], _ heap: Heap, _ location: inout JSONLocation,
        _ counts: inout [Redaction.Place: Int]
    ) -> Value {
        switch value.kind {
        case .string:
            let found = Redactor.finds(in: value.utf8, active)
            guard !found.isEmpty else { return value }
            let path = location.description
            var text: [UInt8] = []
            var place = 0
            for find in found {
                text.append(contentsOf: UnsafeBufferPointer(rebasing: value.utf8[place..<find.range.lowerBound]))
                text.append(contentsOf: "[REDACTED:\(find.detector)]".utf8)
                place = find.range.upperBound
                counts[Redaction.Place(path: path, detector: find.detector), default: 0] += 1
            }
            text.append(contentsOf: UnsafeBufferPointer(rebasing: value.utf8[place...]))
            return heap.string(utf8: text)
        case .number:
            // Fewer digits than any find among numbers has: the usual amount costs nothing.
            var digits: [UInt8] = []
            value.numberText(into: &digits)
            guard digits.count >= 9 else { return value }
            let find = digits.withUnsafeBufferPointer { Redactor.finds(in: $0, active).first }
            guard let find else { return value }
            counts[Redaction.Place(path: location.description, detector: find.detector), default: 0] += 1
            return heap.string("[REDACTED:\(find.detector)]")
        case .array, .set, .object:
            return value.mapChildren(heap, &location) { child, location in
                hide(child, active, heap, &location, &counts)
            }
        case .undefined, .null, .boolean: return value
        }
    }

    private struct Find {
        var range: Range<Int>
        var detector: String
    }

    /// The finds of all detectors: of those that overlap the first one, then the longer one, then the one listed first.
    private static func finds(in text: UnsafeBufferPointer<UInt8>, _ active: [Detector]) -> [Find] {
        var all: [(find: Find, order: Int)] = []
        for (order, detector) in active.enumerated() {
            for range in detector.finds(in: text) { all.append((Find(range: range, detector: detector.name), order)) }
        }
        guard all.count > 1 else { return all.map(\.find) }
        all.sort { a, b in
            if a.find.range.lowerBound != b.find.range.lowerBound {
                return a.find.range.lowerBound < b.find.range.lowerBound
            }
            if a.find.range.upperBound != b.find.range.upperBound {
                return a.find.range.upperBound > b.find.range.upperBound
            }
            return a.order < b.order
        }
        var kept: [Find] = []
        for (find, _) in all {
            guard let last = kept.last, find.range.lowerBound < last.range.upperBound else {
                kept.append(find)
                continue
            }
            // What sticks out behind the earlier find is hidden with it.
            if find.range.upperBound > last.range.upperBound {
                kept[kept.count - 1].range = last.range.lowerBound..<find.range.upperBound
            }
        }
        return kept
    }
}

extension Redaction {
    fileprivate struct Place: Hashable {
        var path: String
        var detector: String
    }
}

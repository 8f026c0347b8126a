/// What was taken out, and where. Never what it was.
public struct RedactedPlace: Sendable, Hashable {
    /// A JSON pointer (RFC 6901) such as `/items/0/text`, in the value as it is after redaction; empty for the whole. At most 512
    /// bytes: what stands deeper has the path of what it stands in.
    public var path: String
    public var detector: String
    public var count: Int

    public init(path: String, detector: String, count: Int) {
        self.path = path
        self.detector = detector
        self.count = count
    }
}

/// What a walk has found so far. However much that is, it stays as large as ``most`` places are.
struct RedactedPlaces {
    /// What is found at more places than this is counted for the whole.
    static let most = 1024

    /// In the order of the walk; a name and its value may have the same path.
    private var counts: [RedactedPlace] = []
    private var elsewhere: [String: Int] = [:]

    var isFull: Bool { counts.count >= RedactedPlaces.most }

    mutating func add(_ detectors: [String], at path: String) {
        guard !isFull else {
            for detector in detectors { elsewhere[detector, default: 0] += 1 }
            return
        }
        let start = counts.count
        for detector in detectors {
            if let place = counts[start...].firstIndex(where: { $0.detector == detector }) {
                counts[place].count += 1
            } else {
                counts.append(RedactedPlace(path: path, detector: detector, count: 1))
            }
        }
    }

    /// By path and detector, each pair once.
    var sorted: [RedactedPlace] {
        let whole = elsewhere.map { RedactedPlace(path: "", detector: $0.key, count: $0.value) }
        let sorted = (counts + whole).sorted { ($0.path, $0.detector) < ($1.path, $1.detector) }
        return sorted.reduce(into: []) { places, next in
            if let last = places.last, last.path == next.path, last.detector == next.detector {
                places[places.count - 1].count += next.count
            } else {
                places.append(next)
            }
        }
    }
}

public import Approvals

/// Which recorded decisions may have spent what the state store does not know of: those behind the last record that was durable when
/// the store was written. Of a trail in which that record is not found, those of that time or later.
///
/// Records are shown as the trail is read back: the newest segment first, in each the oldest record first.
public struct MissingSpending {
    /// Up to when the state store has all that was spent.
    public struct Mark: Sendable, Hashable {
        /// A decision that was on record when the store was written.
        public var decision: DecisionID?
        /// No decision that spent later was recorded before.
        public var since: Timestamp

        public init(decision: DecisionID?, since: Timestamp) {
            self.decision = decision
            self.since = since
        }
    }

    /// A record of a decision, and how to read what it has spent.
    public struct Entry {
        public var segment: String
        public var decisionID: String
        public var time: Timestamp
        public var spending: () throws -> RecordedSpending?

        public init(
            segment: String, decisionID: String, time: Timestamp, spending: @escaping () throws -> RecordedSpending?
        ) {
            self.segment = segment
            self.decisionID = decisionID
            self.time = time
            self.spending = spending
        }
    }

    /// Seconds before the mark's time of which nothing is read: a clock that was set back by more, just before a crash, is not reckoned
    /// with.
    static let horizon: Int64 = 86_400

    private let mark: Mark
    private let name: String?
    private var segment = ""
    private var isFound = false
    private var found: [(time: Timestamp, spending: RecordedSpending)] = []
    private var ofSegment: [(time: Timestamp, spending: RecordedSpending)] = []

    public init(_ mark: Mark) {
        self.mark = mark
        name = mark.decision?.description
    }

    /// Shows the next record.
    /// - Returns: whether all has been seen that counts.
    /// - Throws: what reading throws.
    public mutating func visit(_ entry: Entry) throws -> Bool {
        if entry.segment != segment {
            guard !isFound else { return true }
            segment = entry.segment
            endSegment()
        }
        guard entry.time > mark.since.advanced(bySeconds: -Self.horizon) else { return false }
        if entry.decisionID == name {
            isFound = true
            ofSegment = []
        } else if let spending = try entry.spending() {
            ofSegment.append((entry.time, spending))
        }
        return false
    }

    /// What was found, the oldest first.
    public consuming func all() -> [RecordedSpending] {
        endSegment()
        return found.filter { isFound || $0.time >= mark.since }.map(\.spending).sorted { $0.at < $1.at }
    }

    private mutating func endSegment() {
        found += ofSegment
        ofSegment = []
    }
}

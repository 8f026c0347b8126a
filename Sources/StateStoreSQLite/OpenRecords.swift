import Decisions
import Foundation

/// Decisions that spent in memory and are in the file, whose records were not known to be durable when it was written: a list in the row of
/// `spending_lag`. Some milliseconds later nearly all of them are, and to mark each in its own row twice would cost more than the row.
struct OpenRecords: Equatable {
    /// The oldest first.
    private(set) var decisions: [DecisionID] = []
    /// Of more than these the oldest are marked in their rows after all.
    static let limit = 512

    init() {}

    /// - Throws: ``StateStoreError`` `.corrupt`
    init(blob: Data) throws {
        guard blob.count.isMultiple(of: 16) else {
            throw StateStoreError(.corrupt, "the list of decisions without a record is not made of names of 16 bytes")
        }
        decisions = stride(from: blob.startIndex, to: blob.endIndex, by: 16).compactMap {
            DecisionID(blob: blob[$0..<$0 + 16])
        }
    }

    var blob: Data {
        var blob = Data(capacity: decisions.count * 16)
        for decision in decisions { withUnsafeBytes(of: decision.bytes) { blob.append(contentsOf: $0) } }
        return blob
    }

    mutating func insert(_ decision: DecisionID) { decisions.append(decision) }

    /// - Returns: those that were here.
    mutating func remove(_ recorded: Set<DecisionID>) -> [DecisionID] {
        guard !decisions.isEmpty, !recorded.isEmpty else { return [] }
        let removed = decisions.filter(recorded.contains)
        if !removed.isEmpty { decisions.removeAll(where: recorded.contains) }
        return removed
    }

    /// Takes the oldest away where there are too many.
    mutating func removeExcess() -> [DecisionID] {
        let excess = Array(decisions.prefix(max(0, decisions.count - Self.limit)))
        decisions.removeFirst(excess.count)
        return excess
    }
}

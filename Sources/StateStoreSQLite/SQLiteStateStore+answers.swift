public import Decisions
import GRDB

/// The answers that are kept for retries, where somebody asks for what decisions said to be erased.
extension SQLiteStateStore {
    /// The decisions whose answers are kept: those of about a day.
    public func answered() async throws -> Set<DecisionID> { try await pool.read(AnswerBook.decisions) }

    /// Overwrites the answers of these decisions. Retries of them are refused from then on: that they were carried out stays known.
    public func eraseAnswers(of decisions: [DecisionID]) async throws {
        for start in stride(from: 0, to: decisions.count, by: StatePruning.stepRows) {
            let part = decisions[start..<min(start + StatePruning.stepRows, decisions.count)]
            try await writer.perform { db in try AnswerBook.erase(db, part) }
        }
        // Where a gateway reads just now the write-ahead log stays a while; what it has of answers is sealed.
        try? await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }
}

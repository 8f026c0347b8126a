public import Approvals
import Decisions
import Foundation
import GRDB

/// How far a pass over the state store has come that removes what can no longer matter.
public struct StatePruning: Sendable {
    enum Stage: CaseIterable { case effects, answers, budgets, rates, approvals }

    /// The stages that are not over, the next one first. They take turns: one that always has more holds up no other.
    var stages = Stage.allCases
    var budget: Int64 = 0
    var rate: [String] = ["", "", "", "", "", ""]
    var approval = ""
    /// Rows removed so far.
    public internal(set) var removed = 0

    public init() {}

    public var isDone: Bool { stages.isEmpty }

    /// Seconds for which what a call was charged can be settled.
    public static let effectsLife: Int64 = 35 * day
    /// Seconds after which the rate of a session that makes no calls is forgotten.
    public static let sessionRateLife: Int64 = 7 * day
    /// Seconds after its end for which an approval can still be looked up; the audit trail keeps it.
    public static let approvalLife: Int64 = 90 * day
    static let day: Int64 = 24 * 3600

    /// Rows looked at in one step.
    static let stepRows = 500
}

extension SQLiteStateStore {
    /// One step of a pass: a bounded amount of work in one transaction, between which calls take theirs.
    ///
    /// What counters of agents, tools and tenants have no end by themselves (rates, total budgets) stay: catalogs bound
    /// them. Those of sessions go when the session has long been quiet, as agents name sessions as they like.
    public func prune(_ pass: StatePruning, now: Timestamp) async throws -> StatePruning {
        try await writer.performOnCounters { db in
            var pass = pass
            guard let stage = pass.stages.first else { return pass }
            pass.stages.removeFirst()
            let isMore =
                switch stage {
                case .effects: try pass.pruneEffects(db, now)
                case .answers: try pass.pruneAnswers(db, now)
                case .budgets: try pass.pruneBudgets(db, now)
                case .rates: try pass.pruneRates(db, now)
                case .approvals: try pass.pruneApprovals(db, now)
                }
            if isMore { pass.stages.append(stage) }
            return pass
        }
    }
}

extension StatePruning {
    /// Decisions of long ago with their charges and answers. Their names begin with their time.
    fileprivate mutating func pruneEffects(_ db: Database, _ now: Timestamp) throws -> Bool {
        let decisions = try Data.fetchAll(
            db,
            sql: "SELECT decision FROM effects WHERE decision < ? AND confirmed = 1 ORDER BY decision LIMIT ?",
            arguments: [Self.name(before: now, by: Self.effectsLife), Self.stepRows])
        for decision in decisions {
            for table in ["charges", "answers", "effects"] {
                try delete(db, "FROM \(table) WHERE decision = ?", [decision])
            }
        }
        return decisions.count == Self.stepRows
    }

    /// What idempotency keys stand for, as soon as they are new again: answers may be long, and hold parameters.
    fileprivate mutating func pruneAnswers(_ db: Database, _ now: Timestamp) throws -> Bool {
        let decisions = try Data.fetchAll(
            db, sql: "SELECT decision FROM answers WHERE decision < ? ORDER BY decision LIMIT ?",
            arguments: [Self.name(before: now, by: SpendOrder.IdempotencyClaim.life), Self.stepRows])
        for decision in decisions { try delete(db, "FROM answers WHERE decision = ?", [decision]) }
        return decisions.count == Self.stepRows
    }

    /// The least name of a decision that is younger than `age` seconds.
    private static func name(before now: Timestamp, by age: Int64) -> Data {
        DecisionID(high: UInt64(max(0, now.seconds - age) * 1000) << 16, low: 0).blob
    }

    /// Windows that ended so long ago that none of their charges is left; and totals of sessions without one.
    fileprivate mutating func pruneBudgets(_ db: Database, _ now: Timestamp) throws -> Bool {
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, window, window_start, scope, charged_at FROM budgets WHERE id > ? ORDER BY id LIMIT ?",
            arguments: [budget, Self.stepRows])
        for row in rows {
            let id: Int64 = row[0]
            budget = id
            let start: Int64 = row[2]
            let age = now.seconds - start - Self.effectsLife
            let isOver =
                switch BudgetWindow(rawValue: row[1]) {
                case .hour, .day: age > 2 * Self.day
                case .month: age > 32 * Self.day
                case .total: SpendScope(rawValue: row[3]) == .session
                case nil: false
                }
            let lastCharge = Timestamp(nanoseconds: row[4])
            guard isOver, now.seconds - lastCharge.seconds > Self.effectsLife else { continue }
            try delete(
                db,
                """
                FROM budgets WHERE id = ? AND NOT EXISTS (SELECT 1 FROM charges WHERE budget = budgets.id)
                AND NOT EXISTS (
                    SELECT 1 FROM effects e, json_each(e.charges) c
                    WHERE e.confirmed = 0 AND json_extract(c.value, '$[0]') = budgets.id)
                """, [id])
        }
        return rows.count == Self.stepRows
    }

    fileprivate mutating func pruneRates(_ db: Database, _ now: Timestamp) throws -> Bool {
        let place = "(tenant, books, policy, rule, scope, subject)"
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT tenant, books, policy, rule, scope, subject, at FROM rates WHERE \(place) > (?, ?, ?, ?, ?, ?)
                ORDER BY tenant, books, policy, rule, scope, subject LIMIT ?
                """, arguments: StatementArguments(rate) + [Self.stepRows])
        for row in rows {
            rate = (0..<6).map { row[$0] }
            let at = Timestamp(nanoseconds: row[6])
            guard SpendScope(rawValue: rate[4]) == .session, now.seconds - at.seconds > Self.sessionRateLife else {
                continue
            }
            try delete(db, "FROM rates WHERE \(place) = (?, ?, ?, ?, ?, ?)", StatementArguments(rate))
        }
        return rows.count == Self.stepRows
    }

    /// Ended ones of which everything is told. One that an unconfirmed decision redeemed stays: it may come back.
    fileprivate mutating func pruneApprovals(_ db: Database, _ now: Timestamp) throws -> Bool {
        let rows = try Row.fetchAll(
            db, sql: "SELECT id, state, expires_at FROM approvals WHERE id > ? ORDER BY id LIMIT ?",
            arguments: [approval, Self.stepRows])
        for row in rows {
            approval = row[0]
            let isEnded =
                switch Approval.State(rawValue: row[1]) {
                case .denied, .expired, .withdrawn, .redeemed: true
                case .pending, .approved, nil: false
                }
            let end = Timestamp(nanoseconds: row[2])
            guard isEnded, now.seconds - end.seconds > Self.approvalLife else { continue }
            try delete(
                db,
                """
                FROM approvals WHERE id = ?
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE approval = approvals.id AND state = 'waiting')
                AND NOT EXISTS (SELECT 1 FROM effects WHERE confirmed = 0 AND approval = approvals.id)
                """, [approval])
        }
        return rows.count == Self.stepRows
    }

    private mutating func delete(_ db: Database, _ what: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: "DELETE \(what)").execute(arguments: arguments)
        removed += db.changesCount
    }
}

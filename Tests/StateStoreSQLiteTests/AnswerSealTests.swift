import Approvals
import Crypto
import Decisions
import Foundation
import GRDB
import Testing

@testable import StateStoreSQLite

/// Answers hold parameters, so nothing of them stands in the state store's files in clear.
@Suite struct AnswerSealTests {
    let fixture: StateStoreFixture
    static let answer = #"{"parameters": {"name": "Erika Mustermann"}}"#
    static let claim = SpendOrder.IdempotencyClaim(key: "k1", fingerprint: Array("what it asked".utf8))

    init() throws { fixture = try StateStoreFixture() }

    private func spent(in store: SQLiteStateStore) async throws -> SpendOrder {
        let order = fixture.order(idempotency: Self.claim, answer: Self.answer)
        #expect(try await store.spend(order).isCommitted)
        store.confirm(order.decisionID)
        return order
    }

    private func retry(in store: SQLiteStateStore) async throws -> SpendResult.Outcome {
        try await store.spend(fixture.order(idempotency: Self.claim, answer: "second")).outcome
    }

    /// Whether the name, or what guesses can be held against, stands in one of the store's files.
    private func isInClear() throws -> Bool {
        try FileManager.default.contentsOfDirectory(at: fixture.folder, includingPropertiesForKeys: nil).contains {
            let bytes = try Data(contentsOf: $0)
            return ["Mustermann", "what it asked"].contains { bytes.range(of: Data($0.utf8)) != nil }
        }
    }

    private func write(_ sql: String, _ arguments: StatementArguments = []) throws {
        try DatabaseQueue(path: fixture.path).write { db in try db.execute(sql: sql, arguments: arguments) }
    }

    @Test func `an answer is sealed on disk and given again after a restart`() async throws {
        let store = try fixture.open()
        _ = try await spent(in: store)
        #expect(try !isInClear())
        try await store.close()
        #expect(try !isInClear())
        #expect(try await retry(in: try fixture.open()) == .repeated(Array(Self.answer.utf8)))
    }

    @Test func `an answer of an older program is given again, and sealed`() async throws {
        let store = try fixture.open()
        _ = try await spent(in: store)
        try await store.close()
        try write(
            "UPDATE answers SET fingerprint = ?, answer = ?",
            [Data(Self.claim.fingerprint), Data(Self.answer.utf8)])
        #expect(try isInClear())
        let reopened = try fixture.open()
        #expect(try !isInClear())
        #expect(try await retry(in: reopened) == .repeated(Array(Self.answer.utf8)))
    }

    @Test func `an answer that was moved to another key, or sealed by another gateway, is not given`() async throws {
        let store = try fixture.open()
        _ = try await spent(in: store)
        let other = SpendOrder.IdempotencyClaim(key: "k2", fingerprint: Self.claim.fingerprint)
        try await store.close()
        try write("UPDATE answers SET key = 'k2'")
        let reopened = try fixture.open()
        let moved = await #expect(throws: StateStoreError.self) {
            try await reopened.spend(fixture.order(idempotency: other))
        }
        #expect(moved?.message == "an answer under an idempotency key cannot be opened with `answers.key`")
        try await reopened.close()
        try write("UPDATE answers SET key = 'k1'")
        let foreign = try SQLiteStateStore(path: fixture.path)
        await #expect(throws: StateStoreError.self) { try await retry(in: foreign) }
    }

    @Test func `an erased answer is gone, and its call does not run again`() async throws {
        let store = try fixture.open()
        let order = try await spent(in: store)
        let stranger = DecisionID(now: fixture.start)
        #expect(try await store.answered() == [order.decisionID])
        try await store.eraseAnswers(of: [stranger, order.decisionID])
        #expect(try await store.answered().isEmpty)
        #expect(try await retry(in: store) == .refused(.idempotencyConflict))
    }

    @Test func `an answer of an older program that was erased stays erased`() async throws {
        let store = try fixture.open()
        let order = try await spent(in: store)
        try await store.close()
        try write(
            "UPDATE answers SET fingerprint = ?, answer = ?", [Data(Self.claim.fingerprint), Data(Self.answer.utf8)])
        let without = try SQLiteStateStore(path: fixture.path)
        try await without.eraseAnswers(of: [order.decisionID])
        try await without.close()
        #expect(try !isInClear())
        let reopened = try fixture.open()
        #expect(try await reopened.answered().isEmpty)
        #expect(try await retry(in: reopened) == .refused(.idempotencyConflict))
    }

    @Test func `what is deleted is overwritten in the file`() async throws {
        let store = try fixture.open()
        #expect(try await store.pool.write { db in try Int.fetchOne(db, sql: "PRAGMA secure_delete") } == 1)
    }
}

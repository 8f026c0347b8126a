import Approvals
import GRDB

/// The `outbox` table.
enum OutboxRows {
    static func insert(_ db: Database, _ delivery: Delivery) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox (key, kind, target, tenant, approval, payload, attempts, next_at, state, result, failure,
                created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
                """
        ).execute(arguments: [
            delivery.key, delivery.kind.rawValue, delivery.target, delivery.tenant, delivery.approval.description,
            delivery.payload, delivery.attempts, delivery.nextAt.nanoseconds, delivery.state.rawValue, delivery.result,
            delivery.failure, delivery.createdAt.nanoseconds, delivery.createdAt.nanoseconds,
        ])
    }

    /// Puts in what happened to the approval after its first `known` events.
    static func announce(_ db: Database, _ approval: Approval, after known: Int) throws {
        for event in approval.events.dropFirst(known) {
            // Due at once, whatever becomes of the clock.
            try insert(
                db,
                Delivery(
                    key: approval.name(of: event), kind: .event, target: "", tenant: approval.call.tenant,
                    approval: approval.id, payload: String(event.number), nextAt: Timestamp(nanoseconds: 0),
                    createdAt: event.at))
        }
    }

    static func fetch(_ db: Database, sql condition: String, arguments: StatementArguments) throws -> [Delivery] {
        let select = try db.cachedStatement(
            sql: """
                SELECT key, kind, target, tenant, approval, payload, attempts, next_at, state, result, failure, created_at
                FROM outbox WHERE \(condition)
                """)
        return try Row.fetchAll(select, arguments: arguments).map(delivery)
    }

    private static func delivery(_ row: Row) throws -> Delivery {
        guard let kind = Delivery.Kind(rawValue: row[1]), let state = Delivery.State(rawValue: row[8]),
            let approval = ApprovalID(parsing: row[4])
        else { throw StateStoreError(.corrupt, "a delivery in the state store cannot be read") }
        return Delivery(
            key: row[0], kind: kind, target: row[2], tenant: row[3], approval: approval, payload: row[5],
            attempts: row[6], nextAt: Timestamp(nanoseconds: row[7]), state: state, result: row[9], failure: row[10],
            createdAt: Timestamp(nanoseconds: row[11]))
    }
}

import Decisions
import Foundation
import GRDB
@testable import StateStoreSQLite
import Testing

struct RowWriterTests {
    private static func table() throws -> DatabaseQueue {
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(
                sql:
                    "CREATE TABLE t (name BLOB PRIMARY KEY, text TEXT NOT NULL, maybe TEXT, number INTEGER, truth INTEGER) STRICT"
            )
        }
        return queue
    }

    private static func write(
        _ writer: inout RowWriter, _ name: UInt64, _ text: String, _ maybe: String?, _ number: Int64, _ truth: Bool
    ) throws {
        try writer.bind(DecisionID(high: name, low: .max))
        try writer.bind(text)
        try writer.bind(maybe)
        try writer.bind(number)
        try writer.bind(truth)
        try writer.write()
    }

    @Test func `rows are what was bound, one after the other`() throws {
        let texts = ["", "a", "über \u{1F9EA}", "with\u{0}zero", String(repeating: "x", count: 100_000)]
        let queue = try Self.table()
        try queue.write { db in
            var writer = try RowWriter(db, sql: "INSERT INTO t VALUES (?, ?, ?, ?, ?)")
            for (place, text) in texts.enumerated() {
                try Self.write(
                    &writer, UInt64(place), text, place % 2 == 0 ? nil : text, place == 0 ? .min : .max,
                    place > 1)
            }
        }
        let rows = try queue.read { db in
            try Row.fetchAll(
                db,
                sql:
                    "SELECT name, CAST(text AS BLOB) AS text, CAST(maybe AS BLOB) AS maybe, number, truth FROM t ORDER BY name"
            )
        }
        #expect(rows.count == texts.count)
        for (place, row) in rows.enumerated() {
            #expect(row["name"] as Data == DecisionID(high: UInt64(place), low: .max).blob)
            #expect(row["text"] as Data == Data(texts[place].utf8))
            #expect(row["maybe"] as Data? == (place % 2 == 0 ? nil : Data(texts[place].utf8)))
            #expect(row["number"] as Int64 == (place == 0 ? .min : .max))
            #expect(row["truth"] as Bool == (place > 1))
        }
    }

    @Test func `a row that cannot be written says why, and the next one can`() throws {
        let queue = try Self.table()
        try queue.write { db in
            var writer = try RowWriter(db, sql: "INSERT INTO t VALUES (?, ?, ?, ?, ?)")
            try Self.write(&writer, 1, "a", nil, 1, true)
            let error = #expect(throws: DatabaseError.self) { try Self.write(&writer, 1, "b", nil, 2, true) }
            #expect(error?.resultCode == .SQLITE_CONSTRAINT)
            #expect(error?.message == "UNIQUE constraint failed: t.name")
            try Self.write(&writer, 2, "c", nil, 3, true)
        }
        #expect(
            try queue.read { db in try String.fetchAll(db, sql: "SELECT text FROM t ORDER BY name") } == ["a", "c"])
    }

    @Test func `what is no statement is refused, and so is a value too many`() throws {
        let queue = try Self.table()
        try queue.write { db in
            #expect(throws: DatabaseError.self) { _ = try RowWriter(db, sql: "INSERT INTO nowhere VALUES (?)") }
            var writer = try RowWriter(db, sql: "DELETE FROM t WHERE number = ?")
            try writer.bind(1 as Int64)
            let error = #expect(throws: DatabaseError.self) { try writer.bind(2 as Int64) }
            #expect(error?.resultCode == .SQLITE_RANGE)
        }
    }
}

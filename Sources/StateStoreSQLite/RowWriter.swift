import Decisions
import GRDB
import GRDBSQLite

/// Runs one statement for row after row. GRDB, which serves statements of every kind, takes longer for each run than SQLite does for the
/// row; what is written for every decision is bound here without it.
struct RowWriter {
    private let statement: SQLiteStatement
    private let db: Database
    private var place: Int32 = 0

    /// - Throws: `DatabaseError` where the text is no statement.
    init(_ db: Database, sql: String) throws {
        self.db = db
        statement = try db.cachedStatement(sql: sql).sqliteStatement
        sqlite3_reset(statement)
    }

    /// A decision's name, as ``DecisionID/blob`` has it.
    mutating func bind(_ decision: DecisionID) throws {
        let place = next()
        try check(
            withUnsafeBytes(of: decision.bytes) {
                sqlite3_bind_blob64(statement, place, $0.baseAddress, UInt64($0.count), Self.copied)
            })
    }

    mutating func bind(_ text: String) throws {
        let place = next()
        var text = text
        try check(
            text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { self.text(at: place, $0) }
            })
    }

    mutating func bind(_ text: String?) throws {
        if let text { try bind(text) } else { try check(sqlite3_bind_null(statement, next())) }
    }

    mutating func bind(utf8 bytes: [UInt8]?) throws {
        guard let bytes else { return try check(sqlite3_bind_null(statement, next())) }
        let place = next()
        try check(
            bytes.withUnsafeBufferPointer { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { text(at: place, $0) }
            })
    }

    mutating func bind(_ number: Int64) throws { try check(sqlite3_bind_int64(statement, next(), number)) }
    mutating func bind(_ truth: Bool) throws { try bind(truth ? 1 : 0 as Int64) }

    /// Writes the row whose values are bound.
    /// - Throws: `DatabaseError`, such as for a full disk; the transaction may have ended then.
    mutating func write() throws {
        place = 0
        let code = sqlite3_step(statement)
        // Says what went wrong once more.
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    // The statement keeps a copy of what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func text(at place: Int32, _ utf8: UnsafeBufferPointer<CChar>) -> Int32 {
        sqlite3_bind_text64(
            statement, place, utf8.baseAddress, UInt64(utf8.count), Self.copied, UInt8(SQLITE_UTF8))
    }

    private mutating func next() -> Int32 {
        place += 1
        return place
    }

    private func check(_ code: Int32) throws { if code != SQLITE_OK { throw failure(code) } }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
    }
}

import AccessControl
import Approvals
import Foundation
import StateStoreSQLite

extension DataDirectory {
    /// Opens the state store of a gateway that keeps its data here; where none does, nothing is made.
    /// - Throws: ``CommandFailure`` where there is none: of a misspelt directory it must not read as if nothing were in it.
    func withKeptState<Result>(_ body: (SQLiteStateStore) async throws -> Result) async throws -> Result {
        guard FileManager.default.fileExists(atPath: state.path) else {
            throw CommandFailure(
                "there is no gateway's data in `\(url.path)`",
                fix: "name the gateway's data with --data-dir or AEGIS_DATA_DIR")
        }
        return try await withStateStore(body)
    }

    /// Opens the state store beside a server that may be running, and closes it again.
    func withStateStore<Result>(_ body: (SQLiteStateStore) async throws -> Result) async throws -> Result {
        try create()
        do {
            let store = try SQLiteStateStore(path: state.path)
            let result = try await body(store)
            try await store.close()
            return result
        } catch let error as StateStoreError {
            throw CommandFailure(error.message, fix: error.code == .newer ? error.fix : nil)
        } catch let error as AccessError {
            throw CommandFailure(error.message)
        }
    }
}

extension Timestamp {
    /// The system's clock.
    static func current() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}

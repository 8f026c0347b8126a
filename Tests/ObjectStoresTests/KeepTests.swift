import Synchronization
import Testing

@testable import ObjectStores

/// What is kept for good is there, the same, and locked, or the caller hears that it is not.
@Suite struct KeepTests {
    static let retention = ObjectRetention(.governance, until: 1_988_150_400)

    private func failure(_ body: () async throws -> Void) async throws -> ObjectStoreError {
        try #require(await #expect(throws: ObjectStoreError.self) { try await body() })
    }

    @Test(arguments: StoreKind.allCases)
    func `what is kept twice is there once, and something else never takes its place`(kind: StoreKind) async throws {
        try await kind.run { (store, _) async throws in
            #expect(try await store.keep([1, 2], at: "a/k", retention: nil))
            #expect(try await !store.keep([1, 2], at: "a/k", retention: nil))
            for other: [UInt8] in [[1, 3], [1], [1, 2, 3]] {
                let error = try await failure { _ = try await store.keep(other, at: "a/k", retention: nil) }
                #expect(error.code == .answerInvalid, "\(other)")
                #expect(error.message == "the store does not give back what was put there")
            }
            #expect(try await store.inspect("a/k", limit: 9)?.bytes == [1, 2])
            #expect(try await store.inspect("a/other", limit: 9) == nil)
        }
    }

    @Test func `a lock is read back, and made longer where more is asked for`() async throws {
        try await StoreKind.s3.run { (store, server) async throws in
            #expect(try await store.keep([1], at: "k", retention: Self.retention))
            #expect(try await store.inspect("k", limit: 9)?.retention == Self.retention)
            #expect(try await !store.keep([1], at: "k", retention: Self.retention))
            let writes = server?.seen.count { $0.method == "PUT" }
            let longer = ObjectRetention(.compliance, until: 1_988_150_500, legalHold: true)
            #expect(try await !store.keep([1], at: "k", retention: longer))
            #expect(try await store.inspect("k", limit: 9)?.retention == longer)
            #expect(server?.seen.count { $0.method == "PUT" } == (writes ?? 0) + 3)
            // Less is never asked of the store.
            #expect(try await !store.keep([1], at: "k", retention: Self.retention))
            #expect(try await store.inspect("k", limit: 9)?.retention == longer)
        }
    }

    @Test func `a bucket without Object Lock is refused, whether it says so or not`() async throws {
        try await StoreKind.s3.run { (store, server) async throws in
            server?.state.withLock { $0.keepsLocks = false }
            let said = try await failure { _ = try await store.keep([1], at: "k", retention: Self.retention) }
            #expect(said.code == .unsupported && said.message == "the bucket `bundles` has no Object Lock")
            #expect(try await store.inspect("k", limit: 9) == nil)
            server?.state.withLock { $0.keepsLocks = nil }
            for _ in 0..<2 {
                let silent = try await failure { _ = try await store.keep([1], at: "k", retention: Self.retention) }
                #expect(silent.code == .unsupported)
                #expect(silent.message == "the store took the object and does not keep it as it was asked to")
            }
        }
        try await StoreKind.gcs.run { (store, _) async throws in
            let error = try await failure { try await store.retain("k", Self.retention) }
            #expect(error.code == .storeMissing || error.code == .answerInvalid)
        }
    }

    @Test func `a store that fails or answers nonsense keeps nothing`() async throws {
        try await StoreKind.s3.run { (store, server) async throws in
            server?.fail(.garbage)
            #expect(try await failure { _ = try await store.keep([1], at: "k", retention: nil) }.code == .answerInvalid)
            server?.fail(.status(403, "<Error><Code>AccessDenied</Code></Error>"))
            #expect(try await failure { _ = try await store.keep([1], at: "k", retention: nil) }.code == .accessDenied)
            #expect(try await store.inspect("k", limit: 9) == nil)
        }
    }
}

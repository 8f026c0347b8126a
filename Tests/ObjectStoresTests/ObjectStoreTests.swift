import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import ObjectStores

@Suite struct ObjectStoreTests {
    @Test(arguments: StoreKind.allCases)
    func `what was put is what is got, and a tag says whether it changed`(kind: StoreKind) async throws {
        try await kind.run { store, _ in
            #expect(try await store.get("acme/latest", unless: nil, limit: 100) == .absent)
            let first = try await store.put([1, 2, 3], at: "acme/latest", when: .any)
            #expect(try await store.get("acme/latest", unless: nil, limit: 100) == .object([1, 2, 3], tag: first))
            #expect(try await store.get("acme/latest", unless: first, limit: 100) == .unchanged)
            let second = try await store.put([4], at: "acme/latest", when: .any)
            #expect(first != second)
            #expect(try await store.get("acme/latest", unless: first, limit: 100) == .object([4], tag: second))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a write on a condition that does not hold changes nothing`(kind: StoreKind) async throws {
        try await kind.run { store, _ in
            let first = try await store.put([1], at: "k", when: .absent)
            await expect(.conditionFailed) { _ = try await store.put([2], at: "k", when: .absent) }
            let second = try await store.put([3], at: "k", when: .unchanged(first))
            await expect(.conditionFailed) { _ = try await store.put([4], at: "k", when: .unchanged(first)) }
            await expect(.conditionFailed) { _ = try await store.put([4], at: "other", when: .unchanged(first)) }
            #expect(try await store.get("k", unless: nil, limit: 10) == .object([3], tag: second))
            #expect(try await store.get("other", unless: nil, limit: 10) == .absent)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `of many writers at once none overwrites what it has not seen`(kind: StoreKind) async throws {
        try await kind.run { store, _ in
            _ = try await store.put(Array("0".utf8), at: "count", when: .any)
            let added = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var added = 0
                        for _ in 0..<10 {
                            guard
                                case .object(let bytes, let tag)? = try? await store.get(
                                    "count", unless: nil, limit: 99),
                                let count = Int(String(decoding: bytes, as: UTF8.self))
                            else { continue }
                            let next = Array(String(count + 1).utf8)
                            if (try? await store.put(next, at: "count", when: .unchanged(tag))) != nil { added += 1 }
                        }
                        return added
                    }
                }
                return await group.reduce(0, +)
            }
            guard case .object(let bytes, _) = try await store.get("count", unless: nil, limit: 99) else { return }
            #expect(String(decoding: bytes, as: UTF8.self) == String(added))
            #expect(added >= 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a listing holds the keys of a prefix over all pages`(kind: StoreKind) async throws {
        try await kind.run { store, server in
            server?.state.withLock { $0.pageSize = 2 }
            let keys = [
                "acme/bundle-1.tar.gz", "acme/bundle-10.tar.gz", "acme/bundle-2.tar.gz", "acme/latest", "globex/latest",
                "acme/é~ +x",
            ]
            for key in keys { _ = try await store.put([0], at: key, when: .any) }
            #expect(try await store.keys(prefix: "acme/bundle-") == Array(keys[0...2]))
            #expect(Set(try await store.keys(prefix: "acme/")) == Set(keys.filter { $0.hasPrefix("acme/") }))
            #expect(try await store.keys(prefix: "nobody/") == [])
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        ["", "/", "a//b", "../a", "a/../b", "a/.", "a\\b", "a\nb", "/etc/passwd", String(repeating: "x", count: 300)])
    func `a key is never a way out of the store`(kind: StoreKind, key: String) async throws {
        try await kind.run { store, _ in
            await expect(.keyInvalid) { _ = try await store.get(key, unless: nil, limit: 10) }
            await expect(.keyInvalid) { _ = try await store.put([], at: key, when: .any) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `an object that is too large is not taken`(kind: StoreKind) async throws {
        try await kind.run { store, _ in
            _ = try await store.put([UInt8](repeating: 7, count: 1000), at: "big", when: .any)
            await expect(.tooLarge) { _ = try await store.get("big", unless: nil, limit: 999) }
        }
    }

    @Test func `a folder says that it cannot keep a file from its owner`() async throws {
        try await StoreKind.file.run { store, _ in
            await expect(.unsupported) {
                _ = try await store.put(
                    [1], at: "k", when: .any, retention: ObjectRetention(.compliance, until: 2_000_000_000))
            }
        }
    }

    @Test func `retention is asked for in each store's own words`() async throws {
        let retention = ObjectRetention(.compliance, until: 1_988_150_400, legalHold: true)
        try await StoreKind.s3.run { store, server in
            _ = try await store.put([1], at: "k", when: .absent, retention: retention)
            let headers = try #require(server?.seen.last).headers
            #expect(headers[.init("x-amz-object-lock-mode")!] == "COMPLIANCE")
            #expect(headers[.init("x-amz-object-lock-retain-until-date")!] == "2033-01-01T00:00:00Z")
            #expect(headers[.init("x-amz-object-lock-legal-hold")!] == "ON")
            #expect(headers[.init("x-amz-checksum-sha256")!] == "S/USLzRFVMU73i67jNK349FgCtYxw4Wl18ziPHeFRZo=")
        }
        try await StoreKind.gcs.run { store, server in
            _ = try await store.put([0x41], at: "k", when: .absent, retention: retention)
            let seen = try #require(server?.seen.last)
            let body = String(decoding: seen.body, as: UTF8.self)
            #expect(seen.target.contains("uploadType=multipart"))
            #expect(
                body.contains(
                    #"{"name":"pre fix/k","retention":{"mode":"Locked","retainUntilTime":"2033-01-01T00:00:00Z"},"temporaryHold":true}"#
                ))
            #expect(body.contains("application/octet-stream\r\n\r\nA\r\n--aegis-"))
        }
    }

    /// What the body throws must be of this code.
    private func expect(_ code: ObjectStoreError.Code, _ body: () async throws -> Void) async {
        let error = await #expect(throws: ObjectStoreError.self) { try await body() }
        #expect(error?.code == code)
    }
}

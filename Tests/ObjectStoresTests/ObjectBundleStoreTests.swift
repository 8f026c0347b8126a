import Foundation
import PolicyBundles
import Testing

@testable import ObjectStores

@Suite struct ObjectBundleStoreTests {
    @Test(arguments: StoreKind.allCases)
    func `a published bundle is the latest until the next`(kind: StoreKind) async throws {
        try await kind.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            #expect(try await store.pointer(tenant: "acme", unless: nil) == .none)
            #expect(try await store.versions(tenant: "acme") == [])
            let first = try fixture.bundle(1)
            let pointer = try fixture.pointer(to: first)
            let stored = try await store.publish(first, pointer: pointer)
            #expect(stored == StoredBundle(tenant: "acme", version: 1, digest: first.digest))
            guard case .pointer(let found, let tag) = try await store.pointer(tenant: "acme", unless: nil) else {
                Issue.record("no pointer")
                return
            }
            #expect(found == pointer)
            #expect(try await store.pointer(tenant: "acme", unless: tag) == .unchanged)
            let second = try fixture.bundle(10)
            _ = try await store.publish(second, fixture)
            #expect(try await latest(store) == 10)
            #expect(try await store.versions(tenant: "acme") == [1, 10])
            #expect(try await store.archive(tenant: "acme", version: 1) == first.archive)
            #expect(try await store.archive(tenant: "acme", version: 2) == nil)
            #expect(try await store.pointer(tenant: "globex", unless: nil) == .none)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `another bundle under a published version is refused, and so is an older one`(kind: StoreKind) async throws {
        try await kind.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            let third = try fixture.bundle(3)
            _ = try await store.publish(third, fixture)
            _ = try await store.publish(third, fixture)
            let other = try fixture.bundle(3, author: "mallory@acme.example")
            let exists = await #expect(throws: BundleStoreError.self) { _ = try await store.publish(other, fixture) }
            #expect(
                exists?.description == """
                    \(objects.name)/acme/latest: error: version 3 is published already with another content [store.version-exists]
                    fix: publish it under version 4
                    """)
            let older = await #expect(throws: BundleStoreError.self) {
                _ = try await store.publish(fixture.bundle(2), fixture)
            }
            #expect(
                older?.description == """
                    \(objects.name)/acme/latest: error: version 2 is older than the latest, 3 [store.version-older]
                    fix: to go back, publish the old policies under version 4, or sign a rollback
                    """)
            #expect(try await store.versions(tenant: "acme") == [3])
            #expect(try await store.archive(tenant: "acme", version: 3) == third.archive)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a publisher that died between archive and pointer is finished by the next`(kind: StoreKind) async throws {
        try await kind.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            _ = try await store.publish(fixture.bundle(1), fixture)
            let second = try fixture.bundle(2)
            _ = try await objects.put(second.archive, at: "acme/bundle-2.tar.gz", when: .absent)
            #expect(try await latest(store) == 1)
            let another = try fixture.bundle(2, author: "bob@acme.example")
            let error = await #expect(throws: BundleStoreError.self) { _ = try await store.publish(another, fixture) }
            #expect(error?.code == .versionExists)
            _ = try await store.publish(second, fixture)
            #expect(try await latest(store) == 2)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `of many publishers at once none loses a version`(kind: StoreKind) async throws {
        try await kind.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            let bundles = try (1...18).map { try fixture.bundle($0 / 3 + 1, author: "author-\($0)") }
            let published = await withTaskGroup(of: Int?.self) { group in
                for bundle in bundles {
                    group.addTask { (try? await store.publish(bundle, fixture))?.version }
                }
                return await group.reduce(into: [Int]()) { if let version = $1 { $0.append(version) } }
            }
            // One content for each version, and whoever was told that it is published finds it: the pointer never went back.
            #expect(Set(published).count == published.count)
            let stored = try await store.versions(tenant: "acme")
            #expect(Set(published).isSubset(of: Set(stored)))
            #expect(try await latest(store) == published.max())
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a damaged pointer is named, and healed by whoever publishes the newest`(kind: StoreKind) async throws {
        try await kind.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            let (first, second) = (try fixture.bundle(1), try fixture.bundle(2))
            _ = try await store.publish(first, fixture)
            _ = try await store.publish(second, fixture)
            for damage in ["", "{}", "a.b.c", String(repeating: "x", count: 20_000)] {
                _ = try await objects.put(Array(damage.utf8), at: "acme/latest", when: .any)
                let error = await #expect(throws: BundleStoreError.self) {
                    _ = try await store.pointer(tenant: "acme", unless: nil)
                }
                #expect(error?.code == .corrupt)
            }
            _ = try await objects.put(Array("rubbish".utf8), at: "acme/latest", when: .any)
            let error = await #expect(throws: BundleStoreError.self) { _ = try await store.publish(first, fixture) }
            #expect(error?.message == "version 1 is older than the newest that is stored, 2")
            _ = try await store.publish(second, fixture)
            #expect(try await latest(store) == 2)
        }
    }

    @Test func `a pointer is said again, goes back by signature only, and never back in time`() async throws {
        try await StoreKind.file.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            let (first, second) = (try fixture.bundle(1), try fixture.bundle(2))
            _ = try await store.publish(first, fixture)
            _ = try await store.publish(second, fixture)
            try await store.announce(fixture.pointer(to: second, at: BundleFixture.now + 60))
            try await refuses(.versionOlder) {
                try await store.announce(fixture.pointer(to: first, at: BundleFixture.now + 70))
            }
            try await refuses(.pointerOlder) {
                try await store.announce(fixture.pointer(to: first, at: BundleFixture.now, backFrom: 2))
            }
            try await refuses(.versionMissing) {
                try await store.announce(fixture.pointer(to: fixture.bundle(3), at: BundleFixture.now + 70))
            }
            try await store.announce(fixture.pointer(to: first, at: BundleFixture.now + 70, backFrom: 2))
            #expect(try await latest(store) == 1)
            // Forward again: what was left may be said again, and a new version stands above all.
            try await store.announce(fixture.pointer(to: second, at: BundleFixture.now + 80))
            #expect(try await latest(store) == 2)
        }
    }

    @Test func `a pointer to something else does not announce a bundle`() async throws {
        try await StoreKind.file.run { objects, _ in
            let (store, fixture) = (ObjectBundleStore(objects: objects), try BundleFixture())
            let pointer = try fixture.pointer(to: fixture.bundle(2))
            let error = await #expect(throws: BundleStoreError.self) {
                _ = try await store.publish(fixture.bundle(1), pointer: pointer)
            }
            #expect(error?.code == .pointerMismatch)
            #expect(try await store.versions(tenant: "acme") == [])
        }
    }

    @Test(arguments: ["", "..", "../acme", "a/b", ".", "Acme", "/etc"])
    func `a tenant's name is never a way out of the store`(tenant: String) async throws {
        try await StoreKind.file.run { objects, _ in
            let store = ObjectBundleStore(objects: objects)
            try await refuses(.tenantInvalid) { _ = try await store.pointer(tenant: tenant, unless: nil) }
            try await refuses(.tenantInvalid) { _ = try await store.archive(tenant: tenant, version: 1) }
            try await refuses(.tenantInvalid) { _ = try await store.versions(tenant: tenant) }
            let history = BundleHistory(directory: objects.name)
            let error = #expect(throws: BundleStoreError.self) { try history.last(tenant: tenant) }
            #expect(error?.code == .tenantInvalid)
        }
    }

    private func latest(_ store: ObjectBundleStore) async throws -> Int? {
        guard case .pointer(let pointer, _) = try await store.pointer(tenant: "acme", unless: nil) else { return nil }
        return pointer.claimed.version
    }

    private func refuses(_ code: BundleStoreError.Code, _ body: () async throws -> Void) async throws {
        let error = await #expect(throws: BundleStoreError.self) { try await body() }
        #expect(error?.code == code)
    }
}

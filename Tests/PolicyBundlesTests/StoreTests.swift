import Foundation
import Testing

@testable import PolicyBundles

@Suite struct FileBundleStoreTests {
    @Test func `a published bundle is the latest until the next`() throws {
        try withStore { store in
            #expect(try store.latest(tenant: "acme") == .none)
            #expect(try store.versions(tenant: "acme") == [])
            let first = try bundle(version: 1)
            let stored = try store.publish(first)
            #expect(stored == StoredBundle(tenant: "acme", version: 1, digest: first.digest))
            #expect(stored.etag == first.digest.description)
            #expect(try store.latest(tenant: "acme") == .bundle(stored, archive: first.archive))
            #expect(try store.latest(tenant: "acme", unless: stored.etag) == .unchanged)
            let second = try bundle(version: 10)
            let next = try store.publish(second)
            #expect(try store.latest(tenant: "acme", unless: stored.etag) == .bundle(next, archive: second.archive))
            #expect(try store.versions(tenant: "acme") == [1, 10])
            #expect(try store.archive(tenant: "acme", version: 1) == first.archive)
            #expect(try store.archive(tenant: "acme", version: 2) == nil)
            #expect(try store.latest(tenant: "globex") == .none)
        }
    }

    @Test func `the same bundle again changes nothing and another under its version is refused`() throws {
        try withStore { store in
            let first = try bundle(version: 3)
            #expect(try store.publish(first) == store.publish(first))
            let other = try bundle(version: 3, author: "mallory@acme.example")
            let error = #expect(throws: BundleStoreError.self) { try store.publish(other) }
            #expect(
                error?.description == """
                    \(store.directory)/acme/bundle-3.tar.gz: error: version 3 is published already with another content [store.version-exists]
                    fix: publish it under the next version
                    """)
            #expect(try store.archive(tenant: "acme", version: 3) == first.archive)
        }
    }

    @Test func `latest never goes back`() throws {
        try withStore { store in
            let old = try bundle(version: 1)
            let new = try store.publish(bundle(version: 2))
            let error = #expect(throws: BundleStoreError.self) { try store.publish(old) }
            #expect(error?.code == .versionOlder)
            #expect(try store.latest(tenant: "acme", unless: new.etag) == .unchanged)
            #expect(try store.versions(tenant: "acme") == [2])
        }
    }

    @Test func `a publisher that died between archive and pointer is finished by the next`() throws {
        try withStore { store in
            let first = try store.publish(bundle(version: 1))
            let second = try bundle(version: 2)
            let path = store.directory + "/acme/bundle-2.tar.gz"
            try Data(second.archive).write(to: URL(fileURLWithPath: path))
            #expect(try store.latest(tenant: "acme", unless: first.etag) == .unchanged)
            let stored = try store.publish(second)
            #expect(try store.latest(tenant: "acme") == .bundle(stored, archive: second.archive))
        }
    }

    @Test func `damage is noticed and named`() throws {
        try withStore { store in
            let stored = try store.publish(bundle(version: 1))
            let archive = store.directory + "/acme/bundle-1.tar.gz"
            let pointer = store.directory + "/acme/latest"
            let good = try Data(contentsOf: URL(fileURLWithPath: archive))
            try (good + [0]).write(to: URL(fileURLWithPath: archive))
            #expect(
                try failure(store) == "\(archive): error: the bundle is not the one that was published [store.corrupt]")
            try FileManager.default.removeItem(atPath: archive)
            #expect(try failure(store) == "\(archive): error: the latest bundle is gone [store.corrupt]")
            for content in [
                "", "{}", #"{"version":0,"digest":"\#(stored.digest)"}"#, #"{"version":1,"digest":"sha256:00"}"#,
            ] {
                try Data(content.utf8).write(to: URL(fileURLWithPath: pointer))
                #expect(
                    try failure(store)
                        == "\(pointer): error: the pointer to the latest bundle is damaged [store.corrupt]")
            }
        }
    }

    @Test(arguments: ["", "..", "../acme", "a/b", ".", "Acme", "/etc"])
    func `a tenant's name is never a way out of the store`(tenant: String) throws {
        try withStore { store in
            for attempt in [
                { _ = try store.latest(tenant: tenant) }, { _ = try store.archive(tenant: tenant, version: 1) },
                { _ = try store.versions(tenant: tenant) },
            ] as [() throws -> Void] {
                let error = #expect(throws: BundleStoreError.self) { try attempt() }
                #expect(error?.code == .tenantInvalid)
            }
        }
    }

    @Test func `of many publishers of one version one wins and readers see whole bundles`() async throws {
        let directory = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = FileBundleStore(directory: directory)
        let bundles = try (1...24).map { try bundle(version: $0 / 4 + 1, author: "author-\($0)") }
        let published = await withTaskGroup(of: StoredBundle?.self) { group in
            for bundle in bundles {
                group.addTask {
                    if case .bundle(let stored, let archive)? = try? store.latest(tenant: "acme") {
                        #expect(BundleDigest(of: archive) == stored.digest)
                    }
                    return try? store.publish(bundle)
                }
            }
            var stored: [StoredBundle] = []
            for await result in group { if let result { stored.append(result) } }
            return stored
        }
        #expect(Set(published.map(\.version)).count == published.count)
        #expect(published.map(\.version).sorted() == (try store.versions(tenant: "acme")))
        let last = try #require(published.max { $0.version < $1.version })
        #expect(try store.latest(tenant: "acme", unless: last.etag) == .unchanged)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory + "/acme").filter {
            $0.hasSuffix(".new")
        }
        #expect(left == [])
    }

    private func bundle(version: Int, author: String = "alice@acme.example") throws -> VerifiedBundle {
        var metadata = Fixture.metadata(version: version)
        metadata.author = author
        return try Fixture.verified(Fixture.archive(metadata))
    }

    private func failure(_ store: FileBundleStore) throws -> String? {
        do {
            _ = try store.latest(tenant: "acme")
            return nil
        } catch {
            return error.description.split(separator: "\n").first.map(String.init)
        }
    }

    private func withStore(_ body: (FileBundleStore) throws -> Void) throws {
        let directory = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(FileBundleStore(directory: directory))
    }

    private static func folder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("bundles-\(UUID().uuidString)").path
    }
}

import PolicyBundles
import SignedTokens
import Testing

@testable import ObjectStores

/// Somebody who can write to the bucket and holds no key that counts stops no publisher.
@Suite struct ForgedPointerTests {
    private static let mallory = "mallory"

    private static func run(
        _ body: @Sendable @escaping (any ObjectStore, ObjectBundleStore, BundleFixture) async throws -> Void
    ) async throws {
        try await StoreKind.file.run { objects, _ in
            let fixture = try BundleFixture()
            let store = ObjectBundleStore(
                objects: objects, trust: try KeyRing([TrustedKey(fixture.key.verificationKey)]),
                clock: { BundleFixture.now })
            _ = try await store.publish(fixture.bundle(2), fixture)
            try await body(objects, store, fixture)
        }
    }

    private static func latest(_ store: ObjectBundleStore) async throws -> Int? {
        guard case .pointer(let pointer, _) = try await store.pointer(tenant: "acme", unless: nil) else { return nil }
        return pointer.claimed.version
    }

    struct Forgery: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let make: @Sendable (BundleFixture, VerifiedBundle) throws -> String

        init(_ name: String, _ make: @escaping @Sendable (BundleFixture, VerifiedBundle) throws -> String) {
            testDescription = name
            self.make = make
        }
    }

    static let forgeries = [
        Forgery("a version far ahead, by a stranger") { _, bundle in
            var pointer = BundlePointer(to: bundle, signedAt: BundleFixture.now)
            pointer.version = 1_000_000_000
            return try pointer.signed(by: SigningKey(generating: .edDSA, name: mallory)).token
        },
        Forgery("a time far ahead, with a trusted key's name on it") { fixture, bundle in
            let stranger = try SigningKey(generating: .edDSA, name: fixture.key.name)
            return try BundlePointer(to: bundle, signedAt: 4_070_908_800).signed(by: stranger).token
        },
        Forgery("a time far ahead, by a publisher whose clock was wrong") { fixture, bundle in
            try BundlePointer(to: bundle, signedAt: 4_070_908_800).signed(by: fixture.key).token
        },
        Forgery("another tenant's pointer") { fixture, bundle in
            var pointer = BundlePointer(to: bundle, signedAt: BundleFixture.now)
            pointer.tenant = "globex"
            pointer.version = 9
            return try pointer.signed(by: fixture.key).token
        },
    ]

    @Test(arguments: forgeries)
    func `a pointer that no gateway follows stands in no publisher's way`(case forgery: Forgery) async throws {
        try await Self.run { objects, store, fixture in
            let forged = try forgery.make(fixture, fixture.bundle(2))
            _ = try await objects.put(Array(forged.utf8), at: "acme/latest", when: .any)
            // The order still holds by the bundles that are there.
            let older = await #expect(throws: BundleStoreError.self) {
                _ = try await store.publish(fixture.bundle(1), fixture)
            }
            #expect(older?.message == "version 1 is older than the newest that is stored, 2")
            _ = try await store.publish(fixture.bundle(3), fixture)
            #expect(try await Self.latest(store) == 3)
        }
    }

    @Test func `archives that nobody signed do not count as published, within a bound`() async throws {
        try await Self.run { objects, store, fixture in
            _ = try await objects.put(Array("rubbish".utf8), at: "acme/latest", when: .any)
            for version in 100..<116 {
                _ = try await objects.put([1, 2, 3], at: "acme/bundle-\(version).tar.gz", when: .any)
            }
            // A good archive under another version's name is none of that version.
            let copied = try fixture.bundle(2).archive
            _ = try await objects.put(copied, at: "acme/bundle-115.tar.gz", when: .any)
            _ = try await store.publish(fixture.bundle(3), fixture)
            #expect(try await Self.latest(store) == 3)
            _ = try await objects.put(Array("rubbish".utf8), at: "acme/latest", when: .any)
            _ = try await objects.put([1, 2, 3], at: "acme/bundle-116.tar.gz", when: .any)
            let error = await #expect(throws: BundleStoreError.self) {
                _ = try await store.publish(fixture.bundle(4), fixture)
            }
            #expect(
                error?.code == .corrupt && error?.message.hasPrefix("17 bundles of later versions are there") == true)
        }
    }

    @Test func `what is there holds where nobody said whom to trust`() async throws {
        try await Self.run { objects, store, fixture in
            let forged = try Self.forgeries[0].make(fixture, fixture.bundle(2))
            _ = try await objects.put(Array(forged.utf8), at: "acme/latest", when: .any)
            var open = store
            open.trust = nil
            let error = await #expect(throws: BundleStoreError.self) {
                _ = try await open.publish(fixture.bundle(3), fixture)
            }
            #expect(error?.code == .versionOlder)
        }
    }
}

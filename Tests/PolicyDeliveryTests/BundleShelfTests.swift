import AegisTesting
import ObjectStores
import PolicyBundles
import Synchronization
import Testing

@testable import PolicyDelivery

@Suite struct BundleShelfTests {
    @Test func `whoever waits is answered when there is news`() async throws {
        let delivery = try Delivery()
        let shelf = BundleShelf(delivery.store, interval: .milliseconds(20))
        #expect(try await shelf.latest(tenant: "acme", unless: nil, waiting: .zero) == nil)
        let first = try await delivery.publish(delivery.bundle(1))
        try await Task.sleep(for: .milliseconds(20))
        #expect(try await shelf.latest(tenant: "acme", unless: nil, waiting: .zero)?.archive == first.archive)
        let waiting = Task {
            try await shelf.latest(tenant: "acme", unless: first.digest.description, waiting: .seconds(20))
        }
        let second = try await delivery.publish(delivery.bundle(2))
        #expect(try await waiting.value?.digest == second.digest)
    }

    @Test func `without news the wait ends with what is known, and with its newest pointer`() async throws {
        let delivery = try Delivery()
        let shelf = BundleShelf(delivery.store, interval: .milliseconds(10))
        let bundle = try await delivery.publish(delivery.bundle(1))
        delivery.clock.advance(seconds: 60)
        let pointer = try delivery.pointer(to: bundle)
        try await delivery.store.announce(pointer)
        let item = try await shelf.latest(tenant: "acme", unless: bundle.digest.description, waiting: .milliseconds(30))
        #expect(item?.digest == bundle.digest && item?.pointer == pointer)
    }

    @Test func `however many wait, the store is asked for each archive once`() async throws {
        let delivery = try Delivery()
        let counted = Counted(store: delivery.store)
        let shelf = BundleShelf(counted, interval: .milliseconds(20))
        let bundle = try await delivery.publish(delivery.bundle(1))
        try await withThrowingTaskGroup(of: BundleShelf.Item?.self) { group in
            for _ in 0..<50 {
                group.addTask { try await shelf.latest(tenant: "acme", unless: nil, waiting: .zero) }
            }
            for try await item in group { #expect(item?.digest == bundle.digest) }
        }
        #expect(counted.archives.withLock { $0 } == 1)
    }

    @Test func `an archive that is not what the pointer names is not handed out`() async throws {
        let delivery = try Delivery()
        let bundle = try delivery.bundle(1)
        _ = try await delivery.objects.put([1], at: "acme/bundle-1.tar.gz", when: .any)
        _ = try await delivery.objects.put(
            Array(delivery.pointer(to: bundle).token.utf8), at: "acme/latest", when: .any)
        let shelf = BundleShelf(delivery.store)
        let error = await #expect(throws: BundleStoreError.self) {
            _ = try await shelf.latest(tenant: "acme", unless: nil, waiting: .zero)
        }
        #expect(error?.code == .corrupt)
    }
}

private final class Counted: BundleStore {
    let store: ObjectBundleStore
    let archives = Mutex(0)

    init(store: ObjectBundleStore) { self.store = store }

    func publish(_ bundle: VerifiedBundle, pointer: SignedPointer) async throws(BundleStoreError) -> StoredBundle {
        try await store.publish(bundle, pointer: pointer)
    }
    func announce(_ pointer: SignedPointer) async throws(BundleStoreError) { try await store.announce(pointer) }
    func pointer(tenant: String, unless known: String?) async throws(BundleStoreError) -> PointerAnswer {
        try await store.pointer(tenant: tenant, unless: known)
    }
    func archive(tenant: String, version: Int) async throws(BundleStoreError) -> [UInt8]? {
        archives.withLock { $0 += 1 }
        return try await store.archive(tenant: tenant, version: version)
    }
    func versions(tenant: String) async throws(BundleStoreError) -> [Int] { try await store.versions(tenant: tenant) }
}

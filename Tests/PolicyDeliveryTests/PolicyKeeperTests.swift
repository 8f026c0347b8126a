import AegisTesting
import Approvals
import AuditTrail
import Decisions
import ObjectStores
import PolicyBundles
import SignedTokens
import Synchronization
import Testing

@testable import PolicyDelivery

@Suite struct PolicyKeeperTests {
    @Test func `what is published becomes active, once`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        await keeper.start()
        #expect(delivery.active == nil)
        _ = await keeper.look()
        #expect(delivery.status?.source?.outage?.contains("nothing is published for the tenant `acme`") == true)
        try await delivery.publish(delivery.bundle(1))
        for _ in 0..<3 { _ = await keeper.look() }
        #expect(delivery.active == "acme/1")
        try await delivery.publish(delivery.bundle(2))
        _ = await keeper.look()
        #expect(delivery.active == "acme/2")
        #expect(delivery.events == ["source_unavailable", "activated", "source_answers", "activated"])
        #expect(delivery.status?.source?.outage == nil)
    }

    @Test func `while the store is gone the last bundle serves, the pauses grow, and the next look heals`() async throws
    {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        delivery.cut(DeliveryError(.sourceUnavailable, "nobody answers", location: "test-store"))
        var pauses: [Duration] = []
        // An hour of it.
        for _ in 0..<60 {
            delivery.clock.advance(seconds: 60)
            pauses.append(await keeper.look())
        }
        #expect(pauses[0] <= .seconds(1) && pauses[2] >= .seconds(2))
        #expect(pauses.dropFirst(8).allSatisfy { $0 >= .seconds(30) && $0 <= .seconds(60) })
        #expect(delivery.active == "acme/1")
        let source = try #require(delivery.status?.source)
        #expect(source.failures == 60 && source.failuresInARow == 60)
        #expect(source.outage == "test-store: error: nobody answers [delivery.source-unavailable]")
        try await delivery.publish(delivery.bundle(2))
        delivery.cut(nil)
        _ = await keeper.look()
        #expect(delivery.active == "acme/2")
        #expect(delivery.events == ["activated", "source_unavailable", "activated", "source_answers"])
    }

    @Test func `a restart without the store serves the last good bundle and still refuses an older one`() async throws {
        let delivery = try Delivery()
        let first = try await delivery.publish(delivery.bundle(1))
        try await delivery.publish(delivery.bundle(2))
        _ = try await delivery.keeper().look()
        delivery.cut(DeliveryError(.sourceUnavailable, "nobody answers"))
        let registry = PolicyRegistry()
        let restarted = try delivery.keeper(registry: registry)
        await restarted.start()
        _ = await restarted.look()
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/2@") == true)
        delivery.cut(nil)
        delivery.clock.advance(seconds: 10)
        _ = try await delivery.objects.put(Array(delivery.pointer(to: first).token.utf8), at: "acme/latest", when: .any)
        _ = await restarted.look()
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/2@") == true)
        #expect(registry.statuses["acme"]?.refusals == ["bundle.version-older": 1])
    }

    @Test func `a gateway goes back by a signed rollback only, and an old pointer never returns`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        let first = try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        delivery.clock.advance(seconds: 10)
        let second = try await delivery.publish(delivery.bundle(2))
        let old = try delivery.pointer(to: second)
        _ = await keeper.look()
        delivery.clock.advance(seconds: 10)
        try await delivery.store.announce(delivery.pointer(to: first, backFrom: 2))
        _ = await keeper.look()
        #expect(delivery.active == "acme/1")
        let record = try #require(delivery.records.withLock { $0.last })
        #expect(record["rolled_back_from"] == "2" && record["reason"] == "it broke payments")
        // Somebody who can write to the store brings the pointer to 2 back.
        _ = try await delivery.objects.put(Array(old.token.utf8), at: "acme/latest", when: .any)
        _ = await keeper.look()
        #expect(delivery.active == "acme/1")
        #expect(delivery.status?.failure?.code == "bundle.pointer-older")
        // A restart starts from where the gateway was led.
        let registry = PolicyRegistry()
        await (try delivery.keeper(registry: registry)).start()
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/1@") == true)
        delivery.clock.advance(seconds: 10)
        try await delivery.store.announce(delivery.pointer(to: second))
        _ = await keeper.look()
        #expect(delivery.active == "acme/2")
    }

    @Test func `policies that nobody calls the latest any more become stale, and a new word heals that`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        let bundle = try await delivery.publish(delivery.bundle(1, tenantSettings: "stale_after: 1h\nwhen_stale: deny"))
        _ = await keeper.look()
        delivery.clock.advance(seconds: 3600)
        _ = await keeper.look()
        #expect(delivery.registry.stale(now: delivery.clock.now).isEmpty)
        delivery.clock.advance(seconds: 1)
        // The store answers, and says nothing new: that alone does not make policies fresh.
        _ = await keeper.look()
        #expect(delivery.registry.stale(now: delivery.clock.now) == ["acme": .deny])
        try await delivery.store.announce(delivery.pointer(to: bundle))
        _ = await keeper.look()
        #expect(delivery.registry.stale(now: delivery.clock.now).isEmpty)
        #expect(delivery.events == ["activated", "stale", "fresh"])
        // What was said last is known after a restart too.
        delivery.clock.advance(seconds: 3500)
        let registry = PolicyRegistry()
        await (try delivery.keeper(registry: registry)).start()
        #expect(registry.stale(now: delivery.clock.now).isEmpty)
        delivery.clock.advance(seconds: 101)
        #expect(registry.stale(now: delivery.clock.now) == ["acme": .deny])
    }

    struct Spoiled: CustomTestStringConvertible, Sendable {
        let name: String
        let code: String
        let message: String
        let spoil: @Sendable (Delivery) async throws -> Void
        var testDescription: String { name }

        init(
            _ name: String, _ code: String, _ message: String,
            _ spoil: @escaping @Sendable (Delivery) async throws -> Void
        ) {
            self.name = name
            self.code = code
            self.message = message
            self.spoil = spoil
        }
    }

    static let spoiled = [
        Spoiled("a pointer of rubbish", "store.corrupt", "the pointer to the latest bundle is damaged") { delivery in
            _ = try await delivery.objects.put(Array("rubbish".utf8), at: "acme/latest", when: .any)
        },
        Spoiled("a pointer to nothing", "store.corrupt", "version 3, which the pointer names, is not there") {
            delivery in
            let pointer = try delivery.pointer(to: delivery.bundle(3))
            _ = try await delivery.objects.put(Array(pointer.token.utf8), at: "acme/latest", when: .any)
        },
        Spoiled(
            "another archive than the pointer names", "store.corrupt",
            "the bundle is not the one that the pointer names"
        ) { delivery in
            let pointer = try delivery.pointer(to: delivery.bundle(3))
            _ = try await delivery.objects.put([1, 2, 3], at: "acme/bundle-3.tar.gz", when: .any)
            _ = try await delivery.objects.put(Array(pointer.token.utf8), at: "acme/latest", when: .any)
        },
        Spoiled(
            "a pointer by a stranger", "bundle.key-untrusted", "the token is signed by a key that is not trusted here"
        ) { delivery in
            let stranger = try SigningKey(generating: .edDSA, name: "stranger")
            let pointer = try BundlePointer(to: delivery.bundle(3), signedAt: delivery.clock.now.seconds).signed(
                by: stranger)
            _ = try await delivery.objects.put(Array(pointer.token.utf8), at: "acme/latest", when: .any)
        },
        Spoiled("a bundle by a stranger under a good pointer", "bundle.key-untrusted", "which is not trusted here") {
            delivery in
            let stranger = try SigningKey(generating: .edDSA, name: "stranger")
            try await delivery.publish(delivery.bundle(3, key: stranger))
        },
        Spoiled("a pointer from the future", "bundle.signature-from-future", "s from now") { delivery in
            let pointer = try BundlePointer(to: delivery.bundle(3), signedAt: delivery.clock.now.seconds + 3600).signed(
                by: delivery.key)
            _ = try await delivery.objects.put(Array(pointer.token.utf8), at: "acme/latest", when: .any)
        },
        Spoiled("another region", "bundle.region-mismatch", "the bundle is for region `us-1`, not `eu-1`") { delivery in
            try await delivery.publish(delivery.bundle(3, region: "us-1"))
        },
        Spoiled(
            "the active version with another content", "bundle.version-reused", "is active already with another content"
        ) { delivery in
            let pointer = try delivery.pointer(to: delivery.bundle(2, author: "mallory"))
            _ = try await delivery.objects.put(Array(pointer.token.utf8), at: "acme/latest", when: .any)
        },
    ]

    @Test(arguments: spoiled)
    func `what is not proven is refused, counted and recorded once, and the bundle before serves on`(
        case spoiled: Spoiled
    ) async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper(region: "eu-1")
        try await delivery.publish(delivery.bundle(2))
        _ = await keeper.look()
        try await spoiled.spoil(delivery)
        for _ in 0..<3 {
            _ = await keeper.look()
            delivery.clock.advance(seconds: 70)
        }
        #expect(delivery.active == "acme/2")
        #expect(delivery.status?.refusals.keys.sorted() == [spoiled.code])
        #expect(
            delivery.status?.failure?.message.contains(spoiled.message) == true,
            "\(delivery.status?.failure?.message ?? "")")
        let rejected = delivery.records.withLock { $0.filter { $0["event"] == "rejected" } }
        #expect(rejected.first?["code"] == spoiled.code)
        // The next good one heals.
        let healed = try await delivery.pointer(to: delivery.publishable(4))
        _ = try await delivery.objects.put(Array(healed.token.utf8), at: "acme/latest", when: .any)
        _ = await keeper.look()
        #expect(delivery.active == "acme/4")
        #expect(delivery.status?.failure == nil)
    }

    @Test func `a clock that was wrong is forgiven at the second look`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        let bundle = try delivery.bundle(1)
        let pointer = try BundlePointer(to: bundle, signedAt: delivery.clock.now.seconds + 600).signed(by: delivery.key)
        _ = try await delivery.store.publish(bundle, pointer: pointer)
        _ = await keeper.look()
        #expect(delivery.status?.failure?.code == "bundle.signature-from-future")
        delivery.clock.advance(seconds: 400)
        _ = await keeper.look()
        #expect(delivery.active == "acme/1")
    }
}

extension Delivery {
    /// A bundle whose archive is in the store already.
    func publishable(_ version: Int) async throws -> VerifiedBundle {
        let bundle = try bundle(version)
        _ = try await objects.put(bundle.archive, at: "acme/bundle-\(version).tar.gz", when: .any)
        return bundle
    }
}

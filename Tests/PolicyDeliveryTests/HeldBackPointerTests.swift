import AegisTesting
import Approvals
import Decisions
import ObjectStores
import PolicyBundles
import SignedTokens
import Synchronization
import Testing

@testable import PolicyDelivery

/// Somebody between a bundle service and a gateway leaves the signed pointer out.
@Suite struct HeldBackPointerTests {
    private final class Script: BundleSource {
        let name: String
        let pace = PollPace.remote(every: .seconds(10))
        let next = Mutex<Offer>(.unchanged)

        init(_ name: String = "https://control.acme.example/v1/bundles/acme") { self.name = name }

        func look(since mark: String?, active: VerifiedBundle?, now: Int64) async throws -> Look {
            next.withLock { Look($0, mark: "") }
        }
    }

    @Test func `a version that was left by a rollback does not come back without a pointer`() async throws {
        let delivery = try Delivery()
        let script = Script()
        let keeper = try delivery.keeper(source: script)
        let (second, third) = (try delivery.bundle(2), try delivery.bundle(3))
        let pointer = try delivery.pointer(to: third)
        script.next.withLock { $0 = .pointed(pointer, archive: { third.archive }) }
        _ = await keeper.look()
        #expect(delivery.active == "acme/3")
        delivery.clock.advance(seconds: 10)
        let rollback = try delivery.pointer(to: second, backFrom: 3)
        script.next.withLock { $0 = .pointed(rollback, archive: { second.archive }) }
        _ = await keeper.look()
        #expect(delivery.active == "acme/2")
        script.next.withLock { $0 = .archive(third.archive) }
        _ = await keeper.look()
        #expect(delivery.active == "acme/2")
        #expect(
            delivery.status?.failure?.message == """
                https://control.acme.example/v1/bundles/acme: error: the source has signed pointers and sent a bundle without one: what the pointer says may be held back [delivery.pointer-missing]
                fix: see to it that whatever stands between passes the header `aegis-bundle-pointer` on
                """)
        // Nor after a restart, from a server that has no pointers.
        let plain = Script("https://files.acme.example/acme.tar.gz")
        plain.next.withLock { $0 = .archive(third.archive) }
        let restarted = try delivery.keeper(registry: .init(), source: plain)
        await restarted.start()
        _ = await restarted.look()
        let left = try #require(delivery.records.withLock { $0.last })
        #expect(left["code"] == "delivery.pointer-missing")
        #expect(
            left["message"]?.contains("version 3 was left by a signed rollback, and no signed pointer brings it back")
                == true)
        // A newer version than all that were left needs none there.
        let fourth = try delivery.bundle(4)
        plain.next.withLock { $0 = .archive(fourth.archive) }
        _ = await restarted.look()
        #expect(delivery.records.withLock { $0.last?["event"] } == "activated")
    }

    @Test func `a source that has sent pointers is asked for them after a restart too, and another one is not`()
        async throws
    {
        let delivery = try Delivery()
        let script = Script()
        let keeper = try delivery.keeper(source: script)
        let (first, second) = (try delivery.bundle(1), try delivery.bundle(2))
        let pointer = try delivery.pointer(to: first)
        script.next.withLock { $0 = .pointed(pointer, archive: { first.archive }) }
        _ = await keeper.look()
        #expect(delivery.active == "acme/1")
        // Signed and given up before anything named it.
        script.next.withLock { $0 = .archive(second.archive) }
        let registry = PolicyRegistry()
        let restarted = try delivery.keeper(registry: registry, source: script)
        await restarted.start()
        _ = await restarted.look()
        #expect(registry.statuses["acme"]?.failure?.code == "delivery.pointer-missing")
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/1@") == true)
        let plain = Script("https://files.acme.example/acme.tar.gz")
        plain.next.withLock { $0 = .archive(second.archive) }
        let other = PolicyRegistry()
        let moved = try delivery.keeper(registry: other, source: plain)
        await moved.start()
        _ = await moved.look()
        #expect(other.statuses["acme"]?.activeVersion?.hasPrefix("acme/2@") == true)
    }

    @Test func `an answer that is too large is refused, and the service is not called down`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        delivery.cut(ObjectStoreError(.tooLarge, "the answer has more than 9 bytes", location: "https://x"))
        _ = await keeper.look()
        #expect(delivery.status?.failure?.code == "store.too-large" && delivery.status?.source?.outage == nil)
        delivery.cut(ObjectStoreError(.unavailable, "nobody answers", location: "https://x"))
        _ = await keeper.look()
        #expect(delivery.events == ["activated", "rejected", "source_unavailable"])
        #expect(delivery.records.withLock { $0.last?["code"] } == "store.unavailable")
    }
}

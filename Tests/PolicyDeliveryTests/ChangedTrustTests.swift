import AegisTesting
import Approvals
import Decisions
import ObjectStores
import PolicyBundles
import SignedTokens
import Synchronization
import Testing

@testable import PolicyDelivery

/// The trusted keys, and the rules for people, change while a bundle is in force.
@Suite struct ChangedTrustTests {
    /// A key of a trust root, by which `ops-2026` is the key of `pia`.
    private static func entry(
        _ key: SigningKey, roles: Set<String> = ["publisher"], tenants: Set<String>? = nil,
        revoked: Revocation? = nil
    ) -> TrustedKey {
        TrustedKey(
            key.verificationKey, tenants: tenants, person: "pia", roles: roles, validFrom: nil, validUntil: nil,
            revocation: revoked)
    }

    private static func rules(_ approvers: Int) -> ReviewRulebook {
        ReviewRulebook(byTenant: ["acme": ReviewRules(quorum: ["approver": approvers])])
    }

    private static func stolen(isCompromised: Bool = true) -> Revocation {
        Revocation(at: UTCTime(seconds: 4_000_000_000), reason: "laptop stolen", isCompromised: isCompromised)
    }

    @Test func `a bundle of a compromised key goes out of force at once, and stays out after a restart`() async throws {
        let delivery = try Delivery()
        let other = try SigningKey(generating: .edDSA, name: "ops-2027")
        let keeper = try delivery.keeper()
        let first = try delivery.bundle(1, key: other)
        _ = try await delivery.store.publish(first, pointer: delivery.pointer(to: first, by: other))
        delivery.trust.withLock { $0 = try? KeyRing([Self.entry(delivery.key), Self.entry(other)]) }
        _ = await keeper.look()
        delivery.clock.advance(seconds: 10)
        let second = try await delivery.publish(delivery.bundle(2))
        _ = await keeper.look()
        await keeper.judgeActive()
        #expect(delivery.active == "acme/2")
        delivery.trust.withLock {
            $0 = try? KeyRing([Self.entry(delivery.key, revoked: Self.stolen()), Self.entry(other)])
        }
        await keeper.judgeActive()
        #expect(delivery.active == nil && delivery.registry.active(tenant: "acme") == nil)
        #expect(delivery.status?.failure?.code == "bundle.key-revoked")
        let record = try #require(delivery.records.withLock { $0.last })
        #expect(record["event"] == "withdrawn" && record["code"] == "bundle.key-revoked")
        #expect(record["message"]?.contains("laptop stolen") == true)
        // The same again is not news, and the source has nothing better.
        for _ in 0..<3 {
            await keeper.judgeActive()
            _ = await keeper.look()
            delivery.clock.advance(seconds: 61)
        }
        #expect(delivery.active == nil)
        #expect(delivery.events.count { $0 == "withdrawn" } == 1)
        // A restart comes to the same, and the version before does not come back by an old pointer.
        let registry = PolicyRegistry()
        let restarted = try delivery.keeper(registry: registry)
        await restarted.start()
        _ = await restarted.look()
        #expect(registry.active(tenant: "acme") == nil)
        #expect(registry.statuses["acme"]?.failure?.code == "bundle.key-revoked")
        let old = try delivery.pointer(to: first, by: other)
        _ = try await delivery.objects.put(Array(old.token.utf8), at: "acme/latest", when: .any)
        _ = await restarted.look()
        #expect(registry.active(tenant: "acme") == nil)
        #expect(registry.statuses["acme"]?.failure?.code == "bundle.version-older")
        // The next one by somebody who is trusted heals.
        delivery.clock.advance(seconds: 10)
        let third = try delivery.bundle(3, key: other)
        _ = try await delivery.objects.put(third.archive, at: "acme/bundle-3.tar.gz", when: .any)
        let news = try delivery.pointer(to: third, by: other)
        _ = try await delivery.objects.put(Array(news.token.utf8), at: "acme/latest", when: .any)
        for keeper in [keeper, restarted] { _ = await keeper.look() }
        #expect(delivery.active == "acme/3")
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/3@") == true)
        #expect(delivery.status?.failure == nil)
        _ = second
    }

    @Test func `a key that is trusted again brings its bundle back`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        delivery.trust.withLock { $0 = try? KeyRing([]) }
        await keeper.judgeActive()
        #expect(delivery.active == nil && delivery.status?.failure?.code == "bundle.key-untrusted")
        delivery.trust.withLock { $0 = nil }
        await keeper.judgeActive()
        _ = await keeper.look()
        #expect(delivery.active == "acme/1" && delivery.status?.failure == nil)
    }

    @Test func `a retired key's bundle stays in force`() async throws {
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        delivery.trust.withLock {
            $0 = try? KeyRing([Self.entry(delivery.key, revoked: Self.stolen(isCompromised: false))])
        }
        await keeper.judgeActive()
        #expect(delivery.active == "acme/1" && delivery.status?.doubt == nil)
    }

    static let stricter: [(String, @Sendable (SigningKey) throws -> KeyRing, String)] = [
        (
            "a quorum where there was none", { try KeyRing([entry($0)], reviewRules: rules(2)) },
            "bundle.reviews-missing"
        ),
        ("a role less", { try KeyRing([entry($0, roles: ["author"])]) }, "bundle.key-role"),
        ("a tenant less", { try KeyRing([entry($0, tenants: ["globex"])]) }, "bundle.key-tenant"),
    ]

    @Test(arguments: stricter.indices)
    func `rules that become stricter leave what was accepted in force, also over a restart, and say so`(
        case index: Int
    ) async throws {
        let (_, ring, code) = Self.stricter[index]
        let delivery = try Delivery()
        let keeper = try delivery.keeper()
        let first = try await delivery.publish(delivery.bundle(1))
        _ = await keeper.look()
        let stricter = try ring(delivery.key)
        delivery.trust.withLock { $0 = stricter }
        await keeper.judgeActive()
        #expect(delivery.active == "acme/1" && delivery.status?.doubt?.code == code)
        #expect(delivery.events == ["activated", "below_rules"])
        let registry = PolicyRegistry()
        let restarted = try delivery.keeper(registry: registry)
        await restarted.start()
        _ = await restarted.look()
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/1@") == true)
        #expect(registry.statuses["acme"]?.doubt?.code == code)
        #expect(delivery.events.prefix(4) == ["activated", "below_rules", "activated", "below_rules"])
        // What is new is judged by the rules of now.
        try await delivery.publish(delivery.bundle(2, parent: first.digest))
        _ = await restarted.look()
        #expect(registry.statuses["acme"]?.activeVersion?.hasPrefix("acme/1@") == true)
        #expect(registry.statuses["acme"]?.refusals.keys.sorted() == [code])
    }

    @Test func `what was altered in the data directory is not let off as accepted`() async throws {
        let delivery = try Delivery()
        try await delivery.publish(delivery.bundle(1))
        _ = try await delivery.keeper().look()
        let mallory = try SigningKey(generating: .edDSA, name: "mallory")
        let forged = try delivery.bundle(1, key: mallory)
        let history = FileObjectStore(directory: delivery.folder + "/history")
        _ = try await history.put(forged.archive, at: "acme/bundle-1.tar.gz", when: .any)
        let note = #"{"digest":"\#(forged.digest)","version":1}"#
        _ = try await history.put(Array(note.utf8), at: "acme/latest", when: .any)
        delivery.cut(DeliveryError(.sourceUnavailable, "nobody answers"))
        let registry = PolicyRegistry()
        await (try delivery.keeper(registry: registry)).start()
        #expect(registry.active(tenant: "acme") == nil)
        #expect(registry.statuses["acme"]?.failure?.code == "bundle.key-untrusted")
    }
}

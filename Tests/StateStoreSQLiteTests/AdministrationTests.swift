import AccessControl
import Approvals
import Decisions
import Foundation
import GRDB
import Testing

@testable import StateStoreSQLite

/// Keys, switches and the acts that tell of them.
@Suite struct AdministrationTests {
    let path = NSTemporaryDirectory() + "administration-\(UUID().uuidString).sqlite"
    let now = Timestamp(seconds: 1_795_000_000)
    let lea = Administrator(user: "lea")

    private func entry(_ keyID: String, tenant: String, expiresAt: Timestamp? = nil) throws -> APIKeyEntry {
        let key = try #require(APIKey.generate(keyID: keyID))
        return APIKeyEntry(
            keyID: keyID, digest: key.digest,
            caller: Caller(
                tenant: tenant, kind: .person, name: "olga", keyID: keyID, roles: ["operator"],
                rolesElsewhere: ["globex": ["auditor"], "initech": ["operator"]], method: .apiKey),
            expiresAt: expiresAt)
    }

    @Test func `a key comes back as it was issued, and its act waits for its record`() async throws {
        let store = try SQLiteStateStore(path: path)
        let entry = try entry("olga", tenant: "acme", expiresAt: now.advanced(bySeconds: 60))
        let act = try await store.issue(entry, by: lea, now: now)
        let stored = try #require(try await store.key("olga", tenant: "acme"))
        #expect(stored.entry == entry)
        #expect(stored.createdBy == "lea")
        #expect(stored.state(at: now) == .active)
        #expect(stored.state(at: now.advanced(bySeconds: 60)) == .expired)
        let waiting = try await store.unrecorded(limit: 10)
        #expect(waiting.map(\.key) == [act])
        #expect(
            waiting.first?.act
                == AdministrativeAct(
                    .key, "api_key_issued", tenant: "acme", by: "lea", via: "command_line",
                    detail: [
                        "key_id": "olga", "speaks_for": "person", "name": "olga",
                        "roles": "operator auditor@globex operator@initech",
                        "expires_at": now.advanced(bySeconds: 60).description,
                    ], at: now))
        #expect(try await !store.isRecorded(act))
        try await store.markRecorded([act])
        #expect(try await store.isRecorded(act))
        #expect(try await store.unrecorded(limit: 10).isEmpty)
        try await store.close()
    }

    @Test func `two tenants may use one key id, and neither sees or revokes the other's`() async throws {
        let store = try SQLiteStateStore(path: path)
        for tenant in ["acme", "globex"] {
            _ = try await store.issue(try entry("shop-1", tenant: tenant), by: lea, now: now)
        }
        await #expect(throws: AccessError(.exists, "there is a key `shop-1` already; choose another key id")) {
            try await store.issue(try entry("shop-1", tenant: "acme"), by: lea, now: now)
        }
        #expect(try await store.keys(tenant: "acme", after: nil, limit: 10).count == 1)
        #expect(try await store.revoke("shop-1", tenant: "acme", by: lea, now: now) != nil)
        #expect(try await store.revoke("shop-1", tenant: "acme", by: lea, now: now) == nil, "it was so already")
        #expect(try await store.key("shop-1", tenant: "globex")?.revokedAt == nil)
        await #expect(throws: AccessError(.notFound, "there is no key `shop-1`")) {
            try await store.revoke("shop-1", tenant: "initech", by: lea, now: now)
        }
        try await store.close()
    }

    @Test func `a key gets a new secret under its id, and the one before holds beside it for a while`() async throws {
        let store = try SQLiteStateStore(path: path)
        let first = try entry("shop-1", tenant: "acme")
        _ = try await store.issue(first, by: lea, now: now)
        _ = try await store.issue(try entry("shop-1", tenant: "globex"), by: lea, now: now)
        let before = try await store.apiKeysMark()
        let end = now.advanced(bySeconds: 3600)
        let act = try await store.rotate(
            "shop-1", tenant: "acme", to: [UInt8](repeating: 2, count: 32), previousUntil: end,
            endsOverlap: false, by: lea, now: now)
        #expect(try await store.apiKeysMark() != before)
        var expected = first
        expected.digest = [UInt8](repeating: 2, count: 32)
        expected.previous = APIKeyEntry.Previous(digest: first.digest, until: end)
        #expect(try await store.key("shop-1", tenant: "acme")?.entry == expected)
        #expect(try await store.key("shop-1", tenant: "globex")?.entry.previous == nil)
        let told = try await store.unrecorded(limit: 10).first { $0.key == act }
        #expect(told?.act.event == "api_key_rotated")
        #expect(told?.act.detail == ["key_id": "shop-1", "previous_until": end.description])
        await #expect(
            throws: AccessError(
                .conflict,
                "the key `shop-1` was rotated, and the secret of before holds until \(end): rotated again it is worthless"
            )
        ) {
            try await store.rotate(
                "shop-1", tenant: "acme", to: [UInt8](repeating: 3, count: 32), previousUntil: end, endsOverlap: false,
                by: lea, now: now)
        }
        _ = try await store.rotate(
            "shop-1", tenant: "acme", to: [UInt8](repeating: 3, count: 32), previousUntil: nil, endsOverlap: true,
            by: lea, now: now)
        #expect(try await store.key("shop-1", tenant: "acme")?.entry.previous == nil)
        try await store.close()
    }

    @Test func `keys that prove nobody are not rotated`() async throws {
        let store = try SQLiteStateStore(path: path)
        _ = try await store.issue(try entry("old", tenant: "acme", expiresAt: now), by: lea, now: now)
        _ = try await store.issue(try entry("gone", tenant: "acme"), by: lea, now: now)
        _ = try await store.revoke("gone", tenant: "acme", by: lea, now: now)
        for (keyID, error) in [
            ("old", AccessError(.conflict, "the key `old` is expired; issue one under another key id")),
            ("gone", AccessError(.conflict, "the key `gone` is revoked; issue one under another key id")),
            ("never", AccessError(.notFound, "there is no key `never`")),
        ] {
            await #expect(throws: error) {
                try await store.rotate(
                    keyID, tenant: "acme", to: [UInt8](repeating: 2, count: 32), previousUntil: nil, endsOverlap: true,
                    by: lea, now: now)
            }
        }
        try await store.close()
    }

    @Test func `keys come in pages by id`() async throws {
        let store = try SQLiteStateStore(path: path)
        for keyID in ["c", "a", "b"] { _ = try await store.issue(try entry(keyID, tenant: "acme"), by: lea, now: now) }
        #expect(try await store.keys(tenant: "acme", after: nil, limit: 2).map(\.entry.keyID) == ["a", "b"])
        #expect(try await store.keys(tenant: "acme", after: "b", limit: 2).map(\.entry.keyID) == ["c"])
        try await store.close()
    }

    @Test func `a switch is thrown only as its thrower knows it`() async throws {
        let store = try SQLiteStateStore(path: path)
        let stop = AgentSwitches.Stop(tenant: "acme", agent: "shop", reason: "test")
        func turn(_ isStopped: Bool, _ expected: LastSwitch?) async throws -> String? {
            try await store.setStopped(isStopped, stop, ifLastSwitched: expected, by: lea, now: now)
        }
        #expect(try await turn(true, .never) != nil)
        await #expect(throws: AccessError(.conflict, "somebody has switched `shop` since you looked")) {
            try await turn(false, .never)
        }
        let changed = try #require(try await store.agentStops(tenant: "acme").first)
        #expect(try await turn(true, .at(changed.at)) == nil, "it is off already")
        #expect(try await turn(false, .at(changed.at)) != nil)
        #expect(try await store.agentStops(tenant: "globex").isEmpty)
        #expect(try await store.unrecorded(limit: 10).map(\.act.event) == ["agent_disabled", "agent_enabled"])
        try await store.close()
    }

    @Test func `what was switched off before there was a list stays off`() async throws {
        let queue = try DatabaseQueue(path: path)
        try Schema.migrator.migrate(queue, upTo: "10-pruning")
        try await queue.write { db in
            try db.execute(sql: "INSERT INTO agent_stops VALUES ('acme', 'shop', 'drill', 'lea', 1, 7)")
        }
        try queue.close()
        let store = try SQLiteStateStore(path: path)
        #expect(
            try await store.agentStops() == [
                AgentStopChange(
                    stop: AgentSwitches.Stop(tenant: "acme", agent: "shop", reason: "drill"), isStopped: true,
                    by: "lea",
                    at: Timestamp(nanoseconds: 7))
            ])
        try await store.close()
    }

    private func listed(_ agent: String, _ isStopped: Bool, _ serial: Int64, tenant: String = "acme") -> AgentStopChange
    {
        AgentStopChange(
            stop: AgentSwitches.Stop(tenant: tenant, agent: agent, reason: "drill"), isStopped: isStopped, by: "ann",
            at: now, origin: .list(serial: serial))
    }

    @Test func `of two words of the list on one agent the later counts, in whatever order they come`() async throws {
        let store = try SQLiteStateStore(path: path)
        let source = ListSource(name: "s3://acme", signedBy: "oncall")
        func learn(_ changes: AgentStopChange...) async throws -> Int {
            try await store.learn(changes, tenant: "acme", from: source, now: now).count
        }
        func stopped() async throws -> Set<String> {
            Set(try await store.agentStops(tenant: "acme").filter(\.isStopped).map(\.stop.agent))
        }
        #expect(try await learn(listed("shop", true, 10), listed("never", false, 9)) == 1)
        #expect(try await learn(listed("shop", false, 9)) == 0, "an earlier word")
        #expect(try await learn(listed("shop", false, 10)) == 0, "the word that is known")
        #expect(try await learn(listed("other", true, 11)) == 1, "a list that does not name the first")
        #expect(try await stopped() == ["shop", "other"])
        #expect(try await learn(listed("shop", true, 12)) == 1, "off again, for another reason")
        #expect(try await learn(listed("shop", false, 13), listed("other", true, 11)) == 1)
        #expect(try await stopped() == ["other"])
        #expect(try await learn(listed("shop", true, 99, tenant: "globex")) == 0, "another tenant's")
        #expect(try await store.agentStops(tenant: "globex").isEmpty)
        let acts = try await store.unrecorded(limit: 10).map(\.act)
        #expect(acts.map(\.event) == ["agent_disabled", "agent_disabled", "agent_disabled", "agent_enabled"])
        #expect(
            acts.first?.detail == [
                "reason": "drill", "since": "1970-01-01T00:00:00.010Z", "source": "s3://acme", "signed_by": "oncall",
            ])
        let marks = try await store.agentStops().map(\.at)
        #expect(marks == marks.sorted() && Set(marks).count == marks.count, "whoever watches misses none")
        try await store.close()
    }

    @Test func `whoever switches here knows what the list said since`() async throws {
        let store = try SQLiteStateStore(path: path)
        let source = ListSource(name: "s3://acme", signedBy: "oncall")
        _ = try await store.learn([listed("shop", true, 10)], tenant: "acme", from: source, now: now)
        let stop = AgentSwitches.Stop(tenant: "acme", agent: "shop", reason: "")
        await #expect(throws: AccessError(.conflict, "somebody has switched `shop` since you looked")) {
            try await store.setStopped(true, stop, ifLastSwitched: .never, by: lea, now: now)
        }
        let standing = try #require(AgentStanding.of(try await store.agentStops(tenant: "acme"))["shop"])
        #expect(
            try await store.setStopped(false, stop, ifLastSwitched: .at(standing.changedAt), by: lea, now: now) == nil)
        #expect(AgentStanding.of(try await store.agentStops(tenant: "acme"))["shop"]?.isStopped == true)
        try await store.close()
    }

    @Test func `a change that is refused leaves no act`() async throws {
        let store = try SQLiteStateStore(path: path)
        let entry = try entry("k", tenant: "acme")
        _ = try await store.issue(entry, by: lea, now: now)
        _ = try? await store.issue(entry, by: lea, now: now)
        #expect(try await store.unrecorded(limit: 10).count == 1)
        try await store.close()
    }
}

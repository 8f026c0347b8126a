import AccessControl
import AegisTesting
import Approvals
import AuditTrail
import Decisions
import Foundation
import Logging
import ObjectStores
import PolicyBundles
import SignedTokens
import StateStoreSQLite
import Synchronization
import Testing

@testable import PolicyDelivery

/// One tenant's keeper over a list in a folder, with a network that tests cut.
private final class Stops: Sendable {
    let delivery: Delivery
    let ledger: SQLiteStateStore
    let outage = Mutex<(any Error)?>(nil)
    let news = Mutex(0)

    init() throws {
        delivery = try Delivery()
        ledger = try SQLiteStateStore(path: delivery.folder + "/state.sqlite")
    }

    /// As after a start of the process.
    func keeper(source: (any StopSource)? = nil) throws -> StopKeeper {
        let ring = try KeyRing([TrustedKey(delivery.key.verificationKey)])
        return StopKeeper(
            source: source ?? Interrupted(stops: self), tenant: "acme",
            trust: { [delivery] in delivery.trust.withLock { $0 } ?? ring },
            ledger: ledger, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { [delivery] in delivery.clock.now },
            trail: { [delivery] draft in
                guard let detail = draft.detail,
                    let object = try? JSONSerialization.jsonObject(with: Data(detail.bytes)),
                    let texts = object as? [String: String]
                else { return }
                delivery.records.withLock { $0.append(texts) }
            }, onNews: { self.news.withLock { $0 += 1 } })
    }

    /// Switches an agent in the list that is there, a second later.
    @discardableResult
    func turn(_ agent: String, _ isStopped: Bool, by key: SigningKey? = nil) async throws -> AgentStopList {
        delivery.clock.advance(seconds: 1)
        let written = Mutex(AgentStopList(tenant: "acme"))
        try await delivery.store.changeStops(tenant: "acme") { there in
            var list = AgentStopList(tenant: "acme")
            if case .list(let signed) = there { list = try self.believed(signed) }
            _ = list.turn(
                agent, isStopped: isStopped, reason: "drill", by: "lea",
                now: delivery.clock.now.nanoseconds / 1_000_000)
            written.withLock { $0 = list }
            return try list.signed(by: key ?? delivery.key)
        }
        return written.withLock { $0 }
    }

    private func believed(_ signed: SignedStopList) throws -> AgentStopList {
        try BundleVerifier(trust: KeyRing([TrustedKey(delivery.key.verificationKey)])).verify(
            signed, after: 0, now: delivery.clock.now.seconds
        ).list
    }

    func put(_ text: String) throws {
        _ = try delivery.objects.put(Array(text.utf8), at: "acme/stops", when: .any)
    }

    func bytes() throws -> String {
        guard case .object(let bytes, _) = try delivery.objects.get("acme/stops", limit: 1 << 20) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The agents that are switched off.
    func stopped() async throws -> [String] {
        AgentStanding.of(try await ledger.agentStops(tenant: "acme")).filter(\.value.isStopped).keys.sorted()
    }

    func acts() async throws -> [AdministrativeAct] { try await ledger.unrecorded(limit: 100).map(\.act) }

    private struct Interrupted: StopSource {
        let stops: Stops
        var name: String { "test-store" }
        var pace: PollPace { .stops() }

        func look(since mark: String?) async throws -> StopLook {
            if let error = stops.outage.withLock({ $0 }) { throw error }
            return try await StopStoreSource(stops.delivery.store, name: name, tenant: "acme").look(since: mark)
        }
    }
}

@Suite struct StopKeeperTests {
    @Test func `a switch in the store counts here, is news once, and waits for its record`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        try await keeper.start()
        #expect(try await stops.stopped().isEmpty)
        try await stops.turn("finance", true)
        for _ in 0..<3 { _ = await keeper.look() }
        #expect(try await stops.stopped() == ["finance"])
        #expect(stops.news.withLock { $0 } == 1)
        let act = try #require(try await stops.acts().first)
        #expect(act.event == "agent_disabled" && act.by == "lea" && act.via == "list" && act.agent == "finance")
        #expect(
            act.detail == [
                "reason": "drill", "since": stops.delivery.clock.now.description, "source": "test-store",
                "signed_by": "ops-2026",
            ])
        try await stops.turn("finance", false)
        _ = await keeper.look()
        #expect(try await stops.stopped().isEmpty)
        #expect(try await stops.acts().map(\.event) == ["agent_disabled", "agent_enabled"])
    }

    @Test func `an agent is off where either word says so`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        let here = AgentSwitches.Stop(tenant: "acme", agent: "finance", reason: "here")
        func turnHere(_ isStopped: Bool) async throws {
            _ = try await stops.ledger.setStopped(
                isStopped, here, ifLastSwitched: nil, by: Administrator(user: "max"), now: stops.delivery.clock.now)
        }
        try await turnHere(true)
        try await stops.turn("finance", true)
        _ = await keeper.look()
        try await stops.turn("finance", false)
        _ = await keeper.look()
        let standing = AgentStanding.of(try await stops.ledger.agentStops(tenant: "acme"))["finance"]
        #expect(standing?.isStopped == true && standing?.word.origin == .here && standing?.word.by == "max")
        try await turnHere(false)
        #expect(try await stops.stopped().isEmpty)
        try await stops.turn("finance", true)
        _ = await keeper.look()
        try await turnHere(false)
        #expect(try await stops.stopped() == ["finance"])
    }

    @Test func `what is known stays over a restart without the source, and while it is down`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        try await stops.turn("finance", true)
        _ = await keeper.look()
        let readAt = keeper.status.readAt
        stops.outage.withLock { $0 = ObjectStoreError(.unavailable, "nobody answers") }
        stops.delivery.clock.advance(seconds: 60)
        let again = try stops.keeper()
        try await again.start()
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["finance"])
        #expect(keeper.status.readAt == readAt)
        #expect(keeper.status.rejected.isEmpty)
    }

    @Test func `a list that was brought back revives nobody, and is told once`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        try await stops.turn("audit", true)
        let old = try stops.bytes()
        try await stops.turn("finance", true)
        _ = await keeper.look()
        try stops.put(old)
        for _ in 0..<3 { _ = await keeper.look() }
        #expect(try await stops.stopped() == ["audit", "finance"])
        #expect(keeper.status.rejected == ["bundle.stops-older": 1])
        let told = try #require(stops.delivery.records.withLock { $0.first })
        #expect(told["event"] == "agent_stops_rejected" && told["code"] == "bundle.stops-older")
        // Nor by a process that has just started.
        let again = try stops.keeper()
        try await again.start()
        #expect(again.status.rejected == ["bundle.stops-older": 1])
        #expect(try await stops.stopped() == ["audit", "finance"])
        // Whatever is switched next is taken, and still revives nobody: it was made of the old list.
        try await stops.turn("pay", true)
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["audit", "finance", "pay"])
    }

    @Test func `a list that is gone, or begun anew, revives nobody`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        try await stops.turn("finance", true)
        _ = await keeper.look()
        try FileManager.default.removeItem(atPath: stops.delivery.folder + "/store/acme/stops")
        _ = await keeper.look()
        #expect(keeper.status.rejected == ["bundle.stops-missing": 1])
        try await stops.turn("audit", true)
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["audit", "finance"])
        // By its name it comes back, though this list never stopped it.
        try await stops.turn("finance", false)
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["audit"])
    }

    @Test(arguments: [
        ("a stranger's", "bundle.key-untrusted"), ("another tenant's", "bundle.tenant-mismatch"),
        ("rubbish", "bundle.stops-invalid"), ("too large", "store.corrupt"),
    ])
    func `what cannot be believed changes nothing and is counted`(what: String, code: String) async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        try await stops.turn("finance", true)
        _ = await keeper.look()
        let good = try stops.bytes()
        var forged = AgentStopList(tenant: what == "another tenant's" ? "globex" : "acme")
        _ = forged.turn("finance", isStopped: false, reason: "", by: "mallory", now: 4_000_000_000)
        switch what {
        case "a stranger's":
            try stops.put(forged.signed(by: SigningKey(generating: .edDSA, name: "mallory")).token)
        case "another tenant's": try stops.put(forged.signed(by: stops.delivery.key).token)
        case "rubbish": try stops.put("<html>not what you want</html>")
        default: try stops.put(String(repeating: "x", count: SignedStopList.limit + 2))
        }
        for _ in 0..<2 { _ = await keeper.look() }
        #expect(try await stops.stopped() == ["finance"])
        #expect(keeper.status.rejected == [code: 1])
        #expect(stops.delivery.records.withLock { $0.map { $0["code"] } } == [code])
        try stops.put(good)
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["finance"])
        try await stops.turn("finance", false)
        _ = await keeper.look()
        #expect(try await stops.stopped().isEmpty)
    }

    @Test func `a list by a key that is trusted later is taken then`() async throws {
        let stops = try Stops()
        let keeper = try stops.keeper()
        let oncall = try SigningKey(generating: .edDSA, name: "oncall")
        try await stops.turn("finance", true, by: oncall)
        _ = await keeper.look()
        #expect(try await stops.stopped().isEmpty)
        let ring = try KeyRing([TrustedKey(oncall.verificationKey, person: "ann", roles: [PolicyRole.operator])])
        stops.delivery.trust.withLock { $0 = ring }
        _ = await keeper.look()
        #expect(try await stops.stopped() == ["finance"])
    }

    @Test func `of two who write at once none is lost`() async throws {
        let stops = try Stops()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<6 { group.addTask { try await stops.turn("agent-\(n)", true) } }
            try await group.waitForAll()
        }
        let keeper = try stops.keeper()
        _ = await keeper.look()
        #expect(try await stops.stopped() == (0..<6).map { "agent-\($0)" })
    }

    @Test func `whoever waits at the shelf is answered when there is news`() async throws {
        let stops = try Stops()
        let shelf = StopShelf(stops.delivery.store, interval: .milliseconds(20))
        #expect(try await shelf.latest(tenant: "acme", waiting: .zero) { $0 == nil } == nil)
        let waiting = Task { try await shelf.latest(tenant: "acme", waiting: .seconds(20)) { $0 == nil } }
        try await stops.turn("finance", true)
        let first = try #require(try await waiting.value)
        #expect(try stops.bytes() == first.list.token + "\n")
        let digest = first.digest
        let same = try await shelf.latest(tenant: "acme", waiting: .milliseconds(30)) { $0 == digest }
        #expect(same == first)
    }

    @Test func `only Aegis's own bundle service is asked`() {
        let good = "https://control.acme.example/v1/bundles/acme"
        #expect(StopServiceSource(besides: good, tenant: "acme", token: nil)?.name == good + "/stops")
        for other in ["https://web.example/acme.tar.gz", "https://c.example/v1/bundles/globex", good + "?x=1"] {
            #expect(StopServiceSource(besides: other, tenant: "acme", token: nil) == nil)
        }
    }
}

public import Approvals
import Crypto
public import Decisions
import Foundation
import Redaction
public import RegoValues
public import SignedTokens
public import StateStoreSQLite
import Synchronization

/// A whole decision point on real parts: SQLite in a folder of its own, real keys and tokens, a clock that stands
/// still; the policy is the test's.
public final class DecisionFixture: Sendable {
    public let clock = TestClock()
    public let recorder = MemoryRecorder()
    public let policies = PolicyRegistry()
    public let ledger: FaultyLedger<SQLiteStateStore>
    public let signingKey: SigningKey
    public let mint: OverrideTokenMint
    public let delegations: DelegationMint
    /// The agents that are switched off.
    public let switches = SwitchBoard()
    public let desk: ApprovalDesk
    public let sessions: SessionLedger
    /// Why no call passes for want of state.
    public let stateFault = StateFaultBoard()
    public let point: DecisionPoint
    private let folder: URL

    public static let api = EnforcementPoint(name: "decision-api", rewritesParameters: true)
    public static let wire = EnforcementPoint(name: "envoy", rewritesParameters: false)
    public static let jane = Approver(tenant: "acme", name: "jane", roles: ["treasurer"])

    /// - Parameters:
    ///   - keys: more API keys of agents of `acme`, by their key ids.
    ///   - prover: takes the place of API keys.
    ///   - waitingLimit: how many changes may wait for the state store.
    ///   - trail: takes the records in the place of ``recorder``.
    public init(
        attemptRate: RateLimit? = nil, keys: [String] = [], prover: (any IdentityProver)? = nil,
        waitingLimit: Int = 8192, trail: (any DecisionRecorder)? = nil,
        sessionBounds: SessionBounds = SessionBounds()
    ) throws {
        sessions = SessionLedger(
            markKey: SymmetricKey(data: [UInt8](repeating: 7, count: 32)), bounds: sessionBounds)
        folder = FileManager.default.temporaryDirectory.appending(path: "aegis-decisions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let store = try SQLiteStateStore(path: folder.appending(path: "state.sqlite").path, waitingLimit: waitingLimit)
        let clock = clock
        ledger = FaultyLedger(store)
        signingKey = try SigningKey(generating: .edDSA, name: "tokens-1")
        mint = try OverrideTokenMint(signingKey: signingKey, audience: "test")
        delegations = try DelegationMint(signingKey: signingKey, audience: "test")
        desk = ApprovalDesk(ledger: ledger, mint: mint, hiding: { comment, _ in comment }, now: { clock.now })
        let more = keys.map { Caller(tenant: "acme", kind: .agent, name: nil, keyID: $0, method: .apiKey) }
        let entries = try (DecisionFixture.callers + more).map { caller in
            APIKeyEntry(keyID: caller.keyID, digest: try DecisionFixture.key(caller.keyID).digest, caller: caller)
        }
        point = DecisionPoint(
            prover: prover ?? APIKeyProver(entries), policies: policies, ledger: ledger, sessions: sessions,
            approvals: ledger,
            mint: mint,
            delegations: delegations, recorder: trail ?? recorder,
            redactor: Redactor(pseudonymKey: SymmetricKey(data: [UInt8](repeating: 7, count: 32))),
            attemptRate: attemptRate,
            switches: { [switches] in switches.now }, stateFault: { [stateFault] in stateFault.now }, now: { clock.now }
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let callers = [
        Caller(tenant: "acme", kind: .agent, name: nil, keyID: "fin", method: .apiKey),
        Caller(tenant: "acme", kind: .agent, name: nil, keyID: "llm", method: .apiKey),
        Caller(tenant: "acme", kind: .agent, name: nil, keyID: "stray", method: .apiKey),
        Caller(tenant: "globex", kind: .agent, name: "finance-agent", keyID: "globex", method: .apiKey),
        Caller(
            tenant: "acme", kind: .person, name: "jane", keyID: "jane", roles: ["treasurer"], grants: ["dry_run"],
            method: .apiKey),
    ]

    struct BadKey: Error {}

    /// The API key of a key id: the same in every run.
    public static func key(_ keyID: String) throws -> APIKey {
        let secret = String((keyID + String(repeating: "x", count: 43)).prefix(43))
        guard let key = APIKey(parsing: "aegis_\(keyID)_\(secret)") else { throw BadKey() }
        return key
    }

    public static func credentials(_ keyID: String) throws -> Credentials {
        Credentials(apiKey: try key(keyID).text)
    }

    /// Makes a policy active that rules as `rule` says.
    public func install(
        tenant: String = "acme", sequence: Int = 1, settings: String = "{}",
        rule: @escaping @Sendable (Value) throws -> String
    ) throws {
        _ = policies.activate(
            try ScriptedPolicy.policy(tenant: tenant, sequence: sequence, settings: settings, rule: rule),
            now: clock.now)
    }

    public func install(_ ruling: String) throws { try install { _ in ruling } }

    /// Decides a body of the decision API.
    public func decide(
        key: String = "fin", tool: String = "payments.transfer", parameters: String = #"{"amount": 100}"#,
        more: String = "", point enforcement: EnforcementPoint = api
    ) async throws -> Decision {
        await point.decide(
            json: Array(#"{"tool": {"name": "\#(tool)"}, "parameters": \#(parameters)\#(more)}"#.utf8),
            credentials: try DecisionFixture.credentials(key), point: enforcement)
    }

    /// Decides a request on the wire.
    public func decide(key: String = "fin", _ request: WireRequest, point enforcement: EnforcementPoint = wire)
        async throws -> Decision
    {
        await point.decide(
            DecisionRequest(
                heap: Heap(), subject: .wire(request), credentials: try DecisionFixture.credentials(key),
                point: enforcement))
    }

    /// Asks for the call, has it approved, and collects the token.
    public func approvedToken(parameters: String = #"{"amount": 100}"#) async throws -> String {
        let held = try await decide(parameters: parameters)
        guard let id = held.approval.flatMap({ ApprovalID(parsing: $0.id) }) else {
            throw ApprovalError(.notFound, "the call was not held: \(held.reason)")
        }
        _ = try await desk.approve(id, by: DecisionFixture.jane)
        return try await desk.collectToken(id, byAgent: "finance-agent", tenant: "acme")
    }
}

/// Whether a test's state can be read.
public final class StateFaultBoard: Sendable {
    private let state = Mutex<String?>(nil)

    public var now: String? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// The switched-off agents of a test.
public final class SwitchBoard: Sendable {
    private let state = Mutex(AgentSwitches())

    public var now: AgentSwitches { state.withLock { $0 } }

    /// Switches off these agents of `acme`, and no others.
    public func stop(_ agents: String...) {
        state.withLock { $0 = AgentSwitches(agents.map { .init(tenant: "acme", agent: $0, reason: "it misbehaves") }) }
    }
}

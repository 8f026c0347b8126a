import Approvals
import AuditTrail
import Decisions
import Foundation
import PolicyBundles
import Redaction
import SignedTokens
import StateStoreSQLite

/// A decision point over real policies and real state, in this process, whose record goes to the disk or nowhere.
struct DecisionBench {
    private let recorded: DecisionPoint
    private let unrecorded: DecisionPoint
    private let keys: [String: String]
    private let store: SQLiteStateStore
    private let journal: AuditJournal
    private static let tenant = "bench"

    init(policies: String, calls: [TimedCall], place: URL) throws {
        let own = try GatewayKeys(in: place)
        let source = PolicySource.folder(path: policies, tenant: Self.tenant, key: own.development)
        let trust = try KeyRing([TrustedKey(own.development.verificationKey)])
        let now = Timestamp.current()
        let bundle = try BundleVerifier(trust: trust, tenant: Self.tenant)
            .verify(source.read(after: nil, now: now.seconds), now: now.seconds)
        let registry = PolicyRegistry()
        try registry.activate(bundle, now: now)
        store = try SQLiteStateStore(path: place.appendingPathComponent("state.sqlite").path)
        let audit = place.appendingPathComponent("audit").path
        let journalKeys = try AuditKeys.loadOrCreate(directory: audit, gateway: Self.tenant)
        journal = try AuditJournal.open(
            directory: audit, configuration: .init(gateway: Self.tenant), signer: journalKeys.signer,
            trusted: journalKeys.trusted)
        var keys: [String: String] = [:]
        var entries: [APIKeyEntry] = []
        for keyID in Set(calls.map(\.keyID)) {
            guard let key = APIKey.generate(keyID: keyID) else {
                throw CommandFailure("`\(keyID)` cannot be a key id", exitCode: 2)
            }
            keys[keyID] = key.text
            let caller = Caller(tenant: Self.tenant, kind: .agent, name: nil, keyID: keyID, method: .apiKey)
            entries.append(APIKeyEntry(keyID: keyID, digest: key.digest, caller: caller))
        }
        self.keys = keys
        let prover = APIKeyProver(entries)
        let mint = try OverrideTokenMint(signingKey: own.tokens, audience: Self.tenant)
        let delegations = try DelegationMint(signingKey: own.tokens, audience: Self.tenant)
        let redactor = Redactor(pseudonymKey: own.pseudonyms)
        let trail = AuditTrailRecorder(journal: journal, commitmentKey: own.commitments)
        let store = store
        func point(_ recorder: any DecisionRecorder) -> DecisionPoint {
            DecisionPoint(
                prover: prover, policies: registry, ledger: store, sessions: SessionLedger(markKey: own.commitments),
                approvals: store, mint: mint,
                delegations: delegations, recorder: recorder,
                redactor: redactor, now: { .current() })
        }
        recorded = point(trail)
        unrecorded = point(NoRecord())
    }

    /// - Returns: nanoseconds from JSON bytes to the answer's, sorted.
    func time(_ call: TimedCall, rounds: Int, isRecorded: Bool) async throws -> [Int64] {
        let point = isRecorded ? recorded : unrecorded
        let credentials = Credentials(apiKey: keys[call.keyID])
        let place = EnforcementPoint(name: "bench", rewritesParameters: true)
        var times: [Int64] = []
        times.reserveCapacity(rounds)
        for round in 0..<(rounds + 20) {
            let start = ContinuousClock.now
            let decision = await point.decide(json: call.body, credentials: credentials, point: place)
            let answer = decision.json
            let took = start.duration(to: .now).components
            guard decision.outcome.rawValue == call.expected, !answer.isEmpty else {
                throw CommandFailure(
                    "`\(call.name)` was answered \(decision.outcome.rawValue) (\(decision.reason.message)), not \(call.expected)"
                )
            }
            // The first rounds fill caches.
            if round >= 20 { times.append(took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000) }
        }
        return times.sorted()
    }

    func close() async throws {
        journal.close()
        try await store.close()
    }
}

/// Takes records and keeps nothing, to time a decision without its record.
private struct NoRecord: DecisionRecorder {
    func note(_ event: TrailEvent, at time: Timestamp) async throws {}

    func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        DecisionReceipt(log: "", index: 0, leafHash: "")
    }
}

import Approvals
import AuditTrail
import Decisions
import Foundation
import PolicyBundles
import PolicyDocuments
import Redaction
import SignedTokens
import StateStoreSQLite
import Threads

/// A decision point over real policies and real state, in this process, whose record goes to the disk or nowhere.
struct DecisionBench {
    private let recorded: DecisionPoint
    private let unrecorded: DecisionPoint
    private let evaluations = EvaluationTimes()
    private let keys: [String: String]
    private let store: SQLiteStateStore
    private let journal: AuditJournal
    private let inputs: SealedInputStore
    /// As a gateway has them. Shared by all that are timed in turn: one processor may be slower than another.
    private static let threads = TaskThreads.deciding()
    private static let tenant = "bench"

    /// - Parameter keyFolder: where keys are kept; `place` by default.
    init(policies: PolicyTree, calls: [TimedCall], place: URL, keyFolder: URL? = nil) async throws {
        let own = try GatewayKeys(in: keyFolder ?? place)
        let now = Timestamp.current()
        let compiled = try PolicyCompiler(tenant: Self.tenant).compile(policies)
        let built = try BundleBuilder(
            metadata: BundleMetadata(
                tenant: Self.tenant, version: 1, createdAt: now.description, author: "aegis bench",
                controls: compiled.controls),
            files: compiled.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        ).build(signedBy: own.development, at: now.seconds)
        let bundle = try BundleVerifier(
            trust: try KeyRing([TrustedKey(own.development.verificationKey)]), tenant: Self.tenant
        ).verify(try UnverifiedBundle(archive: built.archive, name: "bench"), now: now.seconds)
        let registry = PolicyRegistry()
        _ = registry.activate(try evaluations.watch(bundle), now: now)
        store = try SQLiteStateStore(path: place.appendingPathComponent("state.sqlite").path)
        let audit = place.appendingPathComponent("audit").path
        let journalKeys = try AuditKeys.loadOrCreate(directory: audit, gateway: Self.tenant)
        journal = try AuditJournal.open(
            directory: audit, configuration: .init(gateway: Self.tenant), signer: journalKeys.signer,
            trusted: journalKeys.trusted)
        inputs = try SealedInputStore.open(
            directory: place.appendingPathComponent("inputs").path, key: own.inputs)
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
        let trail = AuditTrailRecorder(journal: journal, inputs: inputs)
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
        try await store.spendBehindRecords(now: now)
    }

    /// One caller, one call after the other. With `isRecorded` each waits until its record is durable.
    func time(_ call: TimedCall, rounds: Int, isRecorded: Bool) async throws -> SortedTimes {
        let point = isRecorded ? recorded : unrecorded
        return try await withTaskExecutorPreference(Self.threads) {
            var times: [Int64] = []
            times.reserveCapacity(rounds)
            // The first rounds fill caches.
            for _ in 0..<20 { _ = try await decide(call, at: point) }
            for _ in 0..<rounds { times.append(try await decide(call, at: point)) }
            return SortedTimes(times)
        }
    }

    /// What the policies alone take of a decision: from the input, ready in memory, to the outcome.
    func timeEvaluation(_ call: TimedCall, rounds: Int) async throws -> SortedTimes {
        return try await withTaskExecutorPreference(Self.threads) {
            for _ in 0..<20 { _ = try await decide(call, at: unrecorded) }
            evaluations.clear()
            for _ in 0..<rounds { _ = try await decide(call, at: unrecorded) }
            return SortedTimes(evaluations.clear())
        }
    }

    /// Many callers at once, each waiting for its durable answer before its next call.
    /// - Returns: the time of each call, and how long all of them took.
    func load(
        _ call: TimedCall, callers: Int, rounds: Int
    ) async throws -> (times: SortedTimes, wall: Duration) {
        for _ in 0..<20 { _ = try await decide(call, at: recorded) }
        let start = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<callers {
                group.addTask(executorPreference: Self.threads) {
                    var times: [Int64] = []
                    for _ in 0..<max(1, rounds / callers) { times.append(try await decide(call, at: recorded)) }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return (SortedTimes(times), start.duration(to: .now))
    }

    /// - Returns: nanoseconds from JSON bytes to the answer's.
    private func decide(_ call: TimedCall, at point: DecisionPoint) async throws -> Int64 {
        let start = ContinuousClock.now
        let decision = await point.decide(
            json: call.body, credentials: Credentials(apiKey: keys[call.keyID]),
            point: EnforcementPoint(name: "bench", rewritesParameters: true))
        let answer = decision.json
        let took = start.duration(to: .now).nanoseconds
        guard decision.outcome.rawValue == call.expected, !answer.isEmpty else {
            throw CommandFailure(
                "`\(call.name)` was answered \(decision.outcome.rawValue) (\(decision.reason.message)), not \(call.expected)"
            )
        }
        return took
    }

    /// Decides `count` of the calls in turn, by some callers at the same time, and records each durably.
    func record(_ calls: [TimedCall], count: Int, callers: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask(executorPreference: Self.threads) { [recorded, keys] in
                    let place = EnforcementPoint(name: "bench", rewritesParameters: true)
                    for number in stride(from: caller, to: count, by: callers) {
                        let call = calls[number % calls.count]
                        _ = await recorded.decide(
                            json: call.body, credentials: Credentials(apiKey: keys[call.keyID]), point: place)
                    }
                }
            }
        }
    }

    func close() async throws {
        journal.close()
        inputs.close()
        try await store.close()
    }
}

/// Takes records and keeps nothing, to time a decision without its record.
private struct NoRecord: DecisionRecorder {
    func note(_ event: TrailEvent, at time: Timestamp) async throws {}

    func record(_ record: DecisionRecord) async throws -> DecisionReceipt {
        DecisionReceipt(log: "", index: 0, leafHash: "", checkpointSize: 1)
    }
}

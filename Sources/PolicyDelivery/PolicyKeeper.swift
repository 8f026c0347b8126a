public import Approvals
public import AuditTrail
public import Decisions
public import Logging
public import ObjectStores
import PolicyBundles
public import ServiceLifecycle
public import SignedTokens
import Synchronization

/// Keeps a tenant's active policy the newest one that is proven. What cannot be proven never takes the place of what can: the
/// refusal shows in the status, in the log and in the audit trail, and the bundle before goes on serving. So it does while the
/// source is down.
///
/// Every bundle that became active is kept in the data directory, so that a restart finds the last good one, and refuses an
/// older one, without the source.
public final class PolicyKeeper: Service {
    /// Takes a record of what became of a bundle.
    public typealias Trail = @Sendable (AuditRecordDraft) async -> Void

    struct State {
        /// What is in force.
        var active: VerifiedBundle?
        /// What was in force last, whether or not it still is: the next bundle is compared with it.
        var last: ActiveBundle?
        /// The pointer that was followed last.
        var pointer: BundlePointer?
        /// Whether this source has sent pointers.
        var isPointed = false
        /// By which keys the active bundle was judged last.
        var ring: KeyRing?
        var mark: String?
        var failures = 0
        var refusal: RefusalText?
        var refusedAt: Int64 = 0
        var isStale = false
    }

    let source: any BundleSource
    let tenant: String
    let region: String?
    let trust: @Sendable () -> KeyRing
    let registry: PolicyRegistry
    let history: BundleHistory
    let trail: Trail
    let logger: Logger
    let clock: @Sendable () -> Timestamp
    let state = Mutex(State())
    /// What was refused is looked at again after this time, in seconds: a clock may have been set, a key renewed.
    private static let secondLook: Int64 = 60
    private static let trustPause: Duration = .seconds(1)

    /// - Parameter trust: whose keys count; asked before each verification.
    public init(
        source: any BundleSource, tenant: String, region: String?,
        trust: @autoclosure @escaping @Sendable () -> KeyRing, registry: PolicyRegistry,
        history: BundleHistory, logger: Logger, clock: @escaping @Sendable () -> Timestamp, trail: @escaping Trail
    ) {
        self.source = source
        self.tenant = tenant
        self.region = region
        self.trust = trust
        self.registry = registry
        self.history = history
        self.logger = logger
        self.clock = clock
        self.trail = trail
    }

    /// Activates the last good bundle of the history, then what a source on this machine has. A source over a network is not
    /// waited for.
    public func start() async {
        await activateLast()
        if source.pace == .local { _ = await look() }
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.watchSource() }
                group.addTask { await self.watchTrust() }
            }
        }
    }

    private func watchSource() async {
        // A local source has been looked at in `start`.
        var pause = source.pace == .local ? source.pace.interval : .zero
        while true {
            do { try await Task.sleep(for: pause) } catch { return }
            pause = await look()
            if Task.isCancelled { return }
        }
    }

    /// However long the source lets wait for its answer, a revocation counts within a second.
    private func watchTrust() async {
        while true {
            do { try await Task.sleep(for: Self.trustPause) } catch { return }
            await judgeActive()
        }
    }

    /// Looks at the source once, and acts on what it says.
    /// - Returns: how long to leave it alone then.
    func look() async -> Duration {
        let pace = source.pace
        let started = ContinuousClock.now
        let now = clock().seconds
        let (mark, active) = state.withLock { state in
            let isDue = state.refusal != nil && now - state.refusedAt >= Self.secondLook
            return (isDue ? nil : state.mark, state.active)
        }
        var isPushed = false
        do {
            let look = try await source.look(since: mark, active: active, now: now)
            isPushed = look.isPushed
            try await act(on: look.offer)
            state.withLock { $0.mark = look.mark }
            await noteAnswer()
        } catch let error as BundleStoreError where error.code == .corrupt {
            // The store answers, and what it answers is rubbish.
            await refuse(error)
            await noteAnswer()
        } catch let error as ObjectStoreError where error.code == .tooLarge {
            await refuse(error)
            await noteAnswer()
        } catch let error as BundleError {
            await refuse(error)
            await noteAnswer()
        } catch is CancellationError {
            return .zero
        } catch {
            if Task.isCancelled { return .zero }
            state.withLock { $0.failures += 1 }
            await noteOutage(RefusalText(error))
        }
        await watchFreshness()
        let failures = state.withLock { $0.failures }
        // A push service that answers at once without news is asked as any other.
        if isPushed, failures == 0, ContinuousClock.now - started >= min(pace.longestWait / 2, .seconds(1)) {
            return .milliseconds(20)
        }
        if isPushed, failures == 0, state.withLock({ $0.mark != mark }) { return .milliseconds(20) }
        return pace.pause(failures: failures, chance: Double.random(in: 0...1))
    }

    /// - Throws: what kept the source from giving what it offers; refusals are dealt with here.
    private func act(on offer: Offer) async throws {
        switch offer {
        case .unchanged:
            if source.isPublisher { noteWord(clock().seconds) }
        case .active:
            clearRefusal()
            if source.isPublisher { noteWord(clock().seconds) }
        case .invalid(let error): await refuse(error)
        case .archive(let archive):
            guard !state.withLock({ $0.isPointed }) else { return await refuse(pointerMissing) }
            await take(archive, followed: nil)
        case .pointed(let signed, let archive): try await follow(signed, archive)
        }
    }

    private func follow(_ signed: SignedPointer, _ archive: @Sendable () async throws -> [UInt8]) async throws {
        let (active, last, former) = state.withLock { ($0.active, $0.last, $0.pointer) }
        let pointer: BundlePointer
        do throws(BundleError) {
            pointer = try verifier(active: last).verify(signed, after: former, now: clock().seconds)
        } catch { return await refuse(error) }
        state.withLock { $0.isPointed = true }
        guard pointer.digest != active?.digest else { return await confirm(signed) }
        let bytes = try await archive()
        guard BundleDigest(of: bytes) == pointer.digest else {
            return await refuse(
                BundleStoreError(
                    .corrupt, "the bundle is not the one that the pointer names", location: source.name,
                    fix: "publish the version again"))
        }
        await take(bytes, followed: signed)
    }

    private var pointerMissing: DeliveryError {
        DeliveryError(
            .pointerMissing,
            "the source has signed pointers and sent a bundle without one: what the pointer says may be held back",
            location: source.name,
            fix: "see to it that whatever stands between passes the header `\(BundleServiceSource.pointerHeader)` on")
    }

    func verifier(active: ActiveBundle?) -> BundleVerifier {
        var verifier = BundleVerifier(trust: trust(), tenant: tenant, region: region, active: active)
        verifier.bindsRegion = true
        return verifier
    }
}

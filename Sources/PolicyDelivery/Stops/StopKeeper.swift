public import AccessControl
public import Approvals
import AuditTrail
import Decisions
public import Logging
import ObjectStores
public import PolicyBundles
public import ServiceLifecycle
public import SignedTokens
import Synchronization

/// Keeps a gateway told which agents of a tenant are switched off on all gateways.
///
/// What it learns goes into the state store, with the acts for the audit trail, and counts there until a later word comes: over
/// restarts, and while the source is down. What cannot be believed changes nothing, and is counted, logged and recorded.
public final class StopKeeper: Service {
    /// What is known of the source.
    public struct Status: Sendable {
        /// When the source gave an answer that could be believed last; before the first, when this was made.
        public var readAt: Timestamp
        /// How many lists were refused, by code.
        public var rejected: [String: Int] = [:]
    }

    private struct State {
        var status: Status
        /// Of the last change that is known.
        var serial: Int64 = 0
        var mark: String?
        var failures = 0
        var outage: String?
        var refusal: RefusalText?
    }

    public let tenant: String
    private let source: any StopSource
    private let trust: @Sendable () -> KeyRing
    private let ledger: any AdministrationLedger
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let trail: PolicyKeeper.Trail
    private let onNews: @Sendable () async -> Void
    private let state: Mutex<State>
    /// How long a start waits for the first answer. A gateway that has been here before knows what it knew.
    private static let patience: Duration = .seconds(2)
    /// What was refused is looked at again after this time: a clock may have been set, a key trusted, and rubbish in its place shall not
    /// keep the next switch waiting.
    private static let secondLook: Duration = .milliseconds(500)

    /// - Parameters:
    ///   - trust: whose keys count; asked before each verification.
    ///   - onNews: is called when the ledger has changed.
    public init(
        source: any StopSource, tenant: String, trust: @escaping @Sendable () -> KeyRing,
        ledger: any AdministrationLedger, logger: Logger, clock: @escaping @Sendable () -> Timestamp,
        trail: @escaping PolicyKeeper.Trail, onNews: @escaping @Sendable () async -> Void
    ) {
        self.source = source
        self.tenant = tenant
        self.trust = trust
        self.ledger = ledger
        self.logger = logger
        self.clock = clock
        self.trail = trail
        self.onNews = onNews
        state = Mutex(State(status: Status(readAt: clock())))
    }

    public var status: Status { state.withLock { $0.status } }

    /// Takes up what is known here already, and looks at the source once.
    /// - Throws: what the ledger throws.
    public func start() async throws {
        let serials = try await ledger.agentStops(tenant: tenant).compactMap { change in
            if case .list(let serial) = change.origin { serial } else { nil }
        }
        state.withLock { $0.serial = serials.max() ?? 0 }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.look() }
            group.addTask { try? await Task.sleep(for: Self.patience) }
            await group.next()
            group.cancelAll()
        }
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                let pause = await look()
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }

    /// Looks at the source once, and acts on what it says.
    /// - Returns: how long to leave it alone then.
    func look() async -> Duration {
        let (mark, started) = (state.withLock { $0.mark }, ContinuousClock.now)
        do {
            let look = try await source.look(since: mark)
            try await act(on: look.offer)
            noteAnswer(mark: look.mark)
            // A service that answers at once without news is asked as any other.
            let hasWaited = ContinuousClock.now - started >= source.pace.interval
            return look.isPushed && (hasWaited || look.mark != mark)
                ? .milliseconds(20) : source.pace.pause(failures: 0, chance: .random(in: 0...1))
        } catch let error as BundleError {
            await refuse(RefusalText(error))
            return Self.secondLook
        } catch let error as BundleStoreError where error.code == .corrupt {
            await refuse(RefusalText(error))
            return Self.secondLook
        } catch let error as ObjectStoreError where error.code == .tooLarge {
            await refuse(RefusalText(error))
            return Self.secondLook
        } catch {
            if Task.isCancelled { return .zero }
            return noteOutage(RefusalText(error))
        }
    }

    /// - Throws: ``BundleError`` for what is refused; what the ledger throws.
    private func act(on offer: StopLook.Offer) async throws {
        let known = state.withLock { $0.serial }
        switch offer {
        case .unchanged: return
        case .none:
            guard known > 0 else { return }
            throw BundleError.stopsGone(known: UTCTime(seconds: known / 1000))
        case .list(let signed):
            let now = clock()
            let verified = try BundleVerifier(trust: trust(), tenant: tenant).verify(
                signed, after: known, now: now.seconds)
            let list = verified.list
            let acts = try await ledger.learn(
                AgentStopChange.of(list, at: now), tenant: tenant,
                from: ListSource(name: source.name, signedBy: verified.keyID), now: now)
            state.withLock { $0.serial = max($0.serial, list.serial) }
            if !acts.isEmpty { await onNews() }
        }
    }

    private func noteAnswer(mark: String?) {
        let (outage, refusal) = state.withLock { state in
            defer {
                state.mark = mark
                state.failures = 0
                (state.outage, state.refusal) = (nil, nil)
                state.status.readAt = clock()
            }
            return (state.outage, state.refusal)
        }
        guard outage != nil || refusal != nil else { return }
        logger.notice(
            "the list of switched agents can be read again",
            metadata: ["tenant": "\(tenant)", "source": "\(source.name)"])
    }

    /// The same refusal again is counted once only while nothing else comes between.
    private func refuse(_ text: RefusalText) async {
        let isNews = state.withLock { state in
            defer {
                (state.mark, state.failures, state.outage) = (nil, 0, nil)
                state.refusal = text
            }
            guard state.refusal != text else { return false }
            state.status.rejected[text.code, default: 0] += 1
            return true
        }
        guard isNews else { return }
        logger.error(
            "a list of switched agents was rejected; what is switched off stays so\n\(text.message)",
            metadata: ["tenant": "\(tenant)", "source": "\(source.name)"])
        var draft = AuditRecordDraft(kind: .config, tenant: tenant, time: clock().nanoseconds)
        draft.detail = CanonicalJSON(texts: [
            "event": "agent_stops_rejected", "code": text.code, "message": text.message, "source": source.name,
        ])
        await trail(draft)
    }

    private func noteOutage(_ text: RefusalText) -> Duration {
        let (before, failures) = state.withLock { state in
            defer { state.outage = text.message }
            state.failures += 1
            return (state.outage, state.failures)
        }
        if before != text.message {
            logger.error(
                "the list of switched agents cannot be read; what is switched off stays so\n\(text.message)",
                metadata: ["tenant": "\(tenant)", "source": "\(source.name)"])
        }
        return source.pace.pause(failures: failures, chance: .random(in: 0...1))
    }
}

extension AgentStopChange {
    /// What a list says, for the ledger.
    public static func of(_ list: AgentStopList, at now: Timestamp) -> [AgentStopChange] {
        list.changes.map { change in
            AgentStopChange(
                stop: AgentSwitches.Stop(tenant: list.tenant, agent: change.agent, reason: change.reason),
                isStopped: change.isStopped, by: change.by, at: now, origin: .list(serial: change.serial))
        }
    }
}

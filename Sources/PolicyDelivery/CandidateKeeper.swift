public import Approvals
public import Decisions
public import Logging
import PolicyBundles
public import ServiceLifecycle
public import SignedTokens

/// Keeps a candidate bundle in trial beside a tenant's active one: it is evaluated on every call and never enforced.
///
/// It is held to everything that a bundle has to pass to become active but its place in the succession. What does not pass
/// ends the trial and is logged; decisions go on without it.
public final class CandidateKeeper: Service {
    private let source: any BundleSource
    private let tenant: String
    private let region: String?
    private let trust: @Sendable () -> KeyRing
    private let registry: PolicyRegistry
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private static let pause: Duration = .seconds(1)
    /// The longest that one evaluation may take: a call waits for its candidate too.
    private static let deadline: Duration = .milliseconds(25)

    /// - Parameter trust: whose keys count; asked before each verification.
    public init(
        source: any BundleSource, tenant: String, region: String?,
        trust: @autoclosure @escaping @Sendable () -> KeyRing, registry: PolicyRegistry,
        logger: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.source = source
        self.tenant = tenant
        self.region = region
        self.trust = trust
        self.registry = registry
        self.logger = logger
        self.clock = clock
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var mark: String?
            var ring = trust()
            while true {
                // Other keys count now: what is tried is judged anew.
                let now = trust()
                if now != ring { (mark, ring) = (nil, now) }
                mark = await look(since: mark)
                do { try await Task.sleep(for: Self.pause) } catch { return }
            }
        }
    }

    /// - Returns: the mark of what was dealt with, or the one before where the source did not answer.
    private func look(since mark: String?) async -> String? {
        do {
            let look = try await source.look(since: mark, active: nil, now: clock().seconds)
            switch look.offer {
            case .unchanged, .active: break
            case .archive(let archive): await take(archive)
            case .pointed(_, let archive): await take(try await archive())
            case .invalid(let error): end(error)
            }
            return look.mark
        } catch {
            logger.warning("the candidate cannot be looked at", metadata: ["error": "\(error)"])
            return mark
        }
    }

    private func take(_ archive: [UInt8]) async {
        let policy: Result<ActivePolicy, any Error> = await QuietThread.run { [self] in
            Result {
                let verifier = BundleVerifier(trust: trust(), tenant: tenant, region: region)
                return try ActivePolicy(
                    verifier.verify(UnverifiedBundle(archive: archive, name: source.name), now: clock().seconds),
                    deadline: Self.deadline)
            }
        }
        switch policy {
        case .success(let policy):
            replace(with: policy)
            logger.notice(
                "a candidate is tried beside the active policies",
                metadata: ["policy_version": "\(policy.version)", "from": "\(source.name)"])
        case .failure(let error): end(error)
        }
    }

    private func end(_ error: any Error) {
        replace(with: nil)
        logger.error("the candidate is not tried: it does not pass\n\(RefusalText(error).message)")
    }

    private func replace(with policy: ActivePolicy?) {
        let displaced = Displaced(registry.candidate(tenant: tenant), nil)
        registry.setCandidate(policy, tenant: tenant)
        displaced.release()
    }
}

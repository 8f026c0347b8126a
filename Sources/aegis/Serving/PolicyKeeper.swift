import Approvals
import AuditTrail
import Decisions
import Foundation
import Logging
import PolicyBundles
import RegoSyntax
import ServiceLifecycle
import SignedTokens
import Synchronization

/// Keeps the tenant's active policy the newest one that is proven. What cannot be proven never takes the place of what can:
/// the failure shows in the status, in the log and in the audit trail, and the bundle before goes on serving.
///
/// Every bundle that became active is kept in the data directory, so that a restart finds the last good one and refuses an
/// older one.
final class PolicyKeeper: Service {
    let source: PolicySource
    let tenant: String
    let region: String?
    let trust: KeyRing
    let registry: PolicyRegistry
    let history: FileBundleStore
    let trail: @Sendable (AuditRecordDraft) async -> Void
    let logger: Logger
    private let active = Mutex<VerifiedBundle?>(nil)
    private let seen = Mutex("")
    private static let interval: Duration = .milliseconds(500)

    init(
        source: PolicySource, tenant: String, region: String?, trust: KeyRing, registry: PolicyRegistry,
        history: FileBundleStore, logger: Logger, trail: @escaping @Sendable (AuditRecordDraft) async -> Void
    ) {
        self.source = source
        self.tenant = tenant
        self.region = region
        self.trust = trust
        self.registry = registry
        self.history = history
        self.logger = logger
        self.trail = trail
    }

    /// Activates the last good bundle of the history, then whatever the source has.
    func start() async {
        do {
            if case .bundle(let stored, let archive) = try history.latest(tenant: tenant) {
                let bundle = try UnverifiedBundle(
                    archive: archive, name: "\(history.directory)/\(tenant)/bundle-\(stored.version).tar.gz")
                try await activate(verifier().verify(bundle, now: Self.seconds))
            }
        } catch {
            await refuse("the last good bundle cannot be used again: \(Self.text(error))")
        }
        await look()
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            while true {
                do { try await Task.sleep(for: Self.interval) } catch { return }
                await look()
            }
        }
    }

    /// Looks at the source once, and acts if it has changed since the last look.
    private func look() async {
        let fingerprint = source.fingerprint
        guard
            seen.withLock({ seen in
                fingerprint == seen
                    ? false
                    : {
                        seen = fingerprint; return true
                    }()
            })
        else { return }
        do {
            let current = active.withLock { $0 }
            let candidate = try source.read(after: current, now: Self.seconds)
            if let current, candidate.digest == current.digest {
                return registry.clearFailure(tenant: tenant)
            }
            try await activate(verifier().verify(candidate, now: Self.seconds))
        } catch {
            await refuse(Self.text(error))
        }
    }

    private func verifier() -> BundleVerifier {
        var verifier = BundleVerifier(
            trust: trust, tenant: tenant, region: region, active: active.withLock { $0?.asActive })
        verifier.bindsRegion = true
        return verifier
    }

    private func activate(_ bundle: VerifiedBundle) async throws {
        _ = try history.publish(bundle)
        try registry.activate(bundle, now: .current())
        active.withLock { $0 = bundle }
        logger.notice(
            "policies active", metadata: ["policy_version": "\(bundle.policyVersion)", "from": "\(source.path)"])
        await record(["event": "activated", "policy_version": bundle.policyVersion, "signed_by": bundle.keyID], bundle)
    }

    private func refuse(_ message: String) async {
        registry.noteFailure(tenant: tenant, message: message, now: .current())
        logger.error(
            "policies rejected; \(active.withLock { $0?.policyVersion }.map { "\($0) stays active" } ?? "there are none, so every call is denied")\n\(message)"
        )
        await record(["event": "rejected", "message": message], nil)
    }

    private func record(_ detail: [String: String], _ bundle: VerifiedBundle?) async {
        var draft = AuditRecordDraft(kind: .bundle, tenant: tenant, time: Timestamp.current().nanoseconds)
        draft.detail = CanonicalJSON(texts: detail)
        draft.policyVersion = bundle?.policyVersion
        draft.bundleDigest = bundle?.digest.description
        await trail(draft)
    }

    private static var seconds: Int64 { Timestamp.current().seconds }

    private static func text(_ error: any Error) -> String {
        switch error {
        case let error as Diagnostics: error.all.map(\.rendered).joined(separator: "\n")
        case let error as CommandFailure: error.message
        default: "\(error)"
        }
    }
}

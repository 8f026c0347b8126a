import Decisions
import PolicyBundles
import Synchronization

/// A policy that another one has taken the place of. Freeing a large one takes long enough to be felt by whoever does it, so that
/// no decision is left to be the last to hold it.
final class Displaced: Sendable {
    private let held: Mutex<(policy: ActivePolicy?, bundle: VerifiedBundle?)>
    /// No evaluation takes as long.
    private static let longestUse: Duration = .seconds(2)

    init(_ policy: ActivePolicy?, _ bundle: VerifiedBundle?) {
        held = Mutex((policy, bundle))
    }

    /// Frees it on a quiet thread, once nobody uses it any more.
    func release() {
        guard held.withLock({ $0.policy != nil || $0.bundle != nil }) else { return }
        // Nothing depends on when this ends, nor whether it does.
        Task { [self] in
            try? await Task.sleep(for: Self.longestUse)
            await QuietThread.run { [self] in
                let former = held.withLock { held in
                    defer { held = (nil, nil) }
                    return held
                }
                withExtendedLifetime(former) {}
            }
        }
    }
}

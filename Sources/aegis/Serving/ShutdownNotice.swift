import ServiceLifecycle
import Synchronization

/// Hears first that the gateway is to end: as the last of its group, before any server stops.
final class ShutdownNotice: Service {
    private let given = Atomic<Bool>(false)
    private let onGiven: @Sendable () -> Void

    /// - Parameter onGiven: what is to be let go of at once.
    init(onGiven: @escaping @Sendable () -> Void) { self.onGiven = onGiven }

    var isGiven: Bool { given.load(ordering: .relaxed) }

    func run() async throws {
        try await gracefulShutdown()
        given.store(true, ordering: .relaxed)
        onGiven()
    }
}

import Logging
import ServiceLifecycle

/// Something that this process keeps in memory and that others change in the state store.
protocol StateFollower: Sendable {
    /// Takes up what has changed. What cannot be read leaves things as they were read last.
    func refresh() async throws
}

/// Lets the followers look at the state store, four times a second: that long may a revoked key or a switched-off agent
/// still be believed.
struct StateWatcher: Service {
    let followers: [any StateFollower]
    let health: StateHealth
    let logger: Logger
    private static let interval: Duration = .milliseconds(250)

    func run() async throws {
        try await Rounds.every(Self.interval) {
            do {
                for follower in followers { try await follower.refresh() }
                if let failure = health.noteRead() {
                    logger.notice("the state store can be read again", metadata: ["after": "\(failure)"])
                }
            } catch let cancelled as CancellationError {
                throw cancelled
            } catch {
                // What was read last stays in force for some seconds; then no call passes.
                guard health.noteFailure(error) else { return }
                logger.error("the state store cannot be read", metadata: ["error": "\(error)"])
            }
        }
    }
}

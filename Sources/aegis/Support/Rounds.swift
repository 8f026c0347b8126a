import ServiceLifecycle

/// What a service does again and again until the process is to stop.
enum Rounds {
    /// Runs `round` after each `interval`, with what the round before it has left of `state`. A round that is cancelled ends them.
    static func every<State: Sendable>(
        _ interval: Duration, from state: State, _ round: @escaping @Sendable (inout State) async throws -> Void
    ) async throws {
        try await cancelWhenGracefulShutdown {
            var state = state
            while true {
                do {
                    try await Task.sleep(for: interval)
                    try await round(&state)
                } catch is CancellationError { return }
            }
        }
    }

    static func every(_ interval: Duration, _ round: @escaping @Sendable () async throws -> Void) async throws {
        try await every(interval, from: ()) { _ in try await round() }
    }
}

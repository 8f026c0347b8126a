import NIOCore
import Synchronization

/// The connections that are open, so that shutdown can tell each to finish and wait for all.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// - Returns: false when there is no room, or shutdown has begun: close the channel.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let admitted = state.withLock { state in
            guard !state.isDraining, state.channels.count < limit else { return false }
            state.channels[id] = channel
            return true
        }
        if admitted {
            channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } }
        }
        return admitted
    }

    /// Tells every connection to take no more calls (GOAWAY) and waits until the last has closed; after `limit` closes them.
    func drain(within limit: Duration) async {
        let channels = state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for channel in channels {
                    try? await channel.closeFuture.get()
                }
                return true
            }
            group.addTask {
                try? await clock.sleep(until: end)
                return false
            }
            let allClosed = await group.next() ?? false
            if !allClosed {
                for channel in channels {
                    channel.close(promise: nil)
                }
            }
            group.cancelAll()
        }
    }
}

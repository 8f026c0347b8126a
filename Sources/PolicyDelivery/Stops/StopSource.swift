public import PolicyBundles

/// Where a gateway hears of agents that are switched off on all gateways: beside the bundles of a store, or at a bundle service.
public protocol StopSource: Sendable {
    /// What operators call it.
    var name: String { get }
    var pace: PollPace { get }

    /// Looks what there is. A source that can wait for news does so, for as long as its pace says.
    /// - Parameter mark: from the last look whose offer was dealt with; nil for the first.
    /// - Throws: ``BundleError`` for what is no list, and whatever kept the source from answering; it is asked again.
    func look(since mark: String?) async throws -> StopLook
}

/// What a source said. Nothing of it is believed yet.
public struct StopLook: Sendable {
    public enum Offer: Sendable {
        /// No agent was ever switched there.
        case none
        /// What was offered before.
        case unchanged
        case list(SignedStopList)
    }

    public var offer: Offer
    /// Stands for what was offered.
    public var mark: String?
    /// Whether the source answers when there is news, rather than at once.
    public var isPushed: Bool

    public init(_ offer: Offer, mark: String?, isPushed: Bool = false) {
        self.offer = offer
        self.mark = mark
        self.isPushed = isPushed
    }
}

extension PollPace {
    /// For a switch that has to be heard of within a second: about twice a second, whatever the source is, and soon again after
    /// failures.
    public static func stops(longestWait: Duration = .zero) -> PollPace {
        PollPace(
            interval: .milliseconds(500), jitter: 0.2, firstPause: .milliseconds(500), longestPause: .seconds(5),
            longestWait: longestWait)
    }
}

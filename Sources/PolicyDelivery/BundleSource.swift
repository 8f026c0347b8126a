public import PolicyBundles

/// Where a gateway gets its bundles from: a file, a store, a bundle service, or a folder of policies that it compiles itself.
public protocol BundleSource: Sendable {
    /// What operators call it: a path or a URL.
    var name: String { get }
    /// How often it is looked at.
    var pace: PollPace { get }
    /// Whether it is the publisher itself, so that whatever it has is the latest by that.
    var isPublisher: Bool { get }

    /// Looks what there is. A source that can wait for news does so, for as long as its pace says.
    /// - Parameters:
    ///   - mark: from the last look whose offer was dealt with; nil for the first.
    ///   - active: the bundle that is active now.
    ///   - now: seconds since 1970.
    /// - Throws: whatever kept the source from answering; it is asked again.
    func look(since mark: String?, active: VerifiedBundle?, now: Int64) async throws -> Look
}

extension BundleSource {
    public var isPublisher: Bool { false }
}

/// What a source said.
public struct Look: Sendable {
    public var offer: Offer
    /// Stands for what was offered: while it is the same, so is the offer.
    public var mark: String
    /// Whether the source answers when there is news, rather than at once.
    public var isPushed: Bool

    public init(_ offer: Offer, mark: String, isPushed: Bool = false) {
        self.offer = offer
        self.mark = mark
        self.isPushed = isPushed
    }
}

/// What a source has. Nothing of it is believed yet.
public enum Offer: Sendable {
    /// What was offered before.
    case unchanged
    /// The bundle that is active.
    case active
    /// An archive that nothing but its own signature speaks for.
    case archive([UInt8])
    /// A pointer, and how to get what it names.
    case pointed(SignedPointer, archive: @Sendable () async throws -> [UInt8])
    /// Something that is no bundle and makes none.
    case invalid(any Error)
}

import Synchronization

/// A switch that makes the part behind it fail.
public final class Fault: Sendable {
    public struct Injected: Error {}

    private let active = Mutex(false)

    public init() {}

    public var isActive: Bool {
        get { active.withLock { $0 } }
        set { active.withLock { $0 = newValue } }
    }

    public func check() throws {
        if isActive { throw Injected() }
    }
}

public import SignedTokens
import Synchronization

/// An issuer's keys as they were fetched last, and when they are fetched again: every ten minutes, and when a token names an
/// unknown key, but then at most every thirty seconds. Tokens that name made-up keys cannot make this gateway ask more.
///
/// Keys that cannot be fetched leave those in force that were fetched last; before the first ones come, there are none.
public final class FetchedIssuerKeys: IssuerKeys {
    private struct State {
        var ring: KeyRing
        var isAskedFor = true
        /// nil: never yet.
        var lookedAt: Duration?
    }

    public static let usualAge: Duration = .seconds(600)
    public static let leastAge: Duration = .seconds(30)
    /// Bytes of a key set.
    public static let largestSet = 1 << 20

    private let state: Mutex<State>

    public init() throws(TokenError) { state = Mutex(State(ring: try KeyRing([]))) }

    public var ring: KeyRing { state.withLock { $0.ring } }

    public func noteUnknownKey() { state.withLock { $0.isAskedFor = true } }

    /// Fetches the keys where it is time to. A look that fails counts as one.
    /// - Parameter now: on a clock that only goes forward.
    /// - Returns: whether there are new keys.
    /// - Throws: what `fetch` throws, ``IssuerKeysError``; the keys stay as they were.
    public func refresh(
        at now: Duration, fetch: @Sendable () async throws -> [UInt8]
    ) async throws -> Bool {
        let isDue = state.withLock { state in
            if let last = state.lookedAt, now - last < (state.isAskedFor ? Self.leastAge : Self.usualAge) {
                return false
            }
            state.lookedAt = now
            state.isAskedFor = false
            return true
        }
        guard isDue else { return false }
        try take(try await fetch())
        return true
    }

    /// Takes a key set (RFC 7517) in the place of the keys so far.
    public func take(_ set: [UInt8]) throws {
        guard set.count <= Self.largestSet else {
            throw IssuerKeysError(message: "the key set has \(set.count) bytes; at most 1 MiB")
        }
        let ring = try KeyRing(jwks: set)
        guard !ring.isEmpty else { throw IssuerKeysError(message: "the key set holds no key that can be used") }
        state.withLock { $0.ring = ring }
    }
}

/// Why a key set is not taken.
public struct IssuerKeysError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    public init(message: String) { self.message = message }

    public var description: String { message }
}

/// Why a step of a policy's life was refused, or what is wrong with a history: what, where and how to fix it.
public struct LifecycleError: Error, Sendable, Hashable {
    /// One code per cause; the raw value is what operators see.
    public enum Code: String, Sendable, CaseIterable {
        // The history itself
        case unavailable = "history.unavailable"
        case conflict = "history.conflict"
        case overQuota = "history.over-quota"
        case eventInvalid = "history.event-invalid"
        case eventChanged = "history.event-changed"
        case eventMissing = "history.event-missing"
        case eventOrder = "history.event-order"
        case eventReplayed = "history.event-replayed"
        case eventTime = "history.event-time"
        case objectMissing = "history.object-missing"
        case objectChanged = "history.object-changed"
        case contentMismatch = "history.content-mismatch"
        case bundleInvalid = "history.bundle-invalid"
        case headMismatch = "history.head-mismatch"
        case storeMismatch = "history.store-mismatch"
        case unexpectedFile = "history.unexpected-file"
        // Who may do what
        case trust = "lifecycle.trust"
        case keyUnknown = "lifecycle.key-unknown"
        case keyRefused = "lifecycle.key-refused"
        case notPermitted = "lifecycle.not-permitted"
        case ownProposal = "lifecycle.own-proposal"
        case decidedTwice = "lifecycle.decided-twice"
        // In which order
        case unknownProposal = "lifecycle.unknown-proposal"
        case unknownVersion = "lifecycle.unknown-version"
        case closed = "lifecycle.closed"
        case stale = "lifecycle.stale"
        case versionGap = "lifecycle.version-gap"
        case unpublished = "lifecycle.unpublished"
        case quorumMissing = "lifecycle.quorum-missing"
        case emergencyOwed = "lifecycle.emergency-owed"
        case wideningUnacknowledged = "lifecycle.widening-unacknowledged"
        case unreviewed = "lifecycle.unreviewed"
        case textInvalid = "lifecycle.text-invalid"
        case contentInvalid = "lifecycle.content-invalid"
        case signingFailed = "lifecycle.signing-failed"
    }

    public let code: Code
    public let message: String
    /// The file of the history, such as `acme/events/000004.json`.
    public internal(set) var location: String?
    /// The first byte that is wrong, where it is known.
    public let byte: Int?
    public let fix: String?

    public init(_ code: Code, _ message: String, location: String? = nil, byte: Int? = nil, fix: String? = nil) {
        self.code = code
        self.message = Printable.text(message)
        self.location = location
        self.byte = byte
        self.fix = fix
    }

    func located(at location: String) -> LifecycleError {
        var copy = self
        copy.location = copy.location ?? location
        return copy
    }
}

extension LifecycleError: CustomStringConvertible {
    /// `LOCATION:byte N: error: MESSAGE [CODE]`, with the fix on a line of its own.
    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let offset = byte.map { "byte \($0): " } ?? ""
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place)\(offset)error: \(message) [\(code.rawValue)]\(remedy)"
    }
}

/// Texts that people wrote, or somebody else, for a terminal or a log.
enum Printable {
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{fffd}" : $0 }))
    }

    /// Whether a line of text holds no control characters and does not turn the writing direction.
    static func isPlain(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isControl) }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
            || (0x202a...0x202e).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }
}

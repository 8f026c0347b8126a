/// Why a gateway has no bundle from its source.
public struct DeliveryError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// The address of a source cannot be used.
        case addressInvalid = "delivery.address-invalid"
        /// The source does not answer, or cannot be read.
        case sourceUnavailable = "delivery.source-unavailable"
        /// The source refuses this gateway.
        case accessDenied = "delivery.access-denied"
        case nothingPublished = "delivery.nothing-published"
        /// The source answered what no bundle service answers.
        case answerInvalid = "delivery.answer-invalid"
        /// The source has signed pointers, and now a bundle came without.
        case pointerMissing = "delivery.pointer-missing"
    }

    public let code: Code
    public let message: String
    public let location: String?
    public let fix: String?

    public init(_ code: Code, _ message: String, location: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.fix = fix
    }

    public var description: String {
        let place = location.map { "\($0): " } ?? ""
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place)error: \(message) [\(code.rawValue)]\(remedy)"
    }
}

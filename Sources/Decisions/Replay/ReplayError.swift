/// Why a decision cannot be evaluated again. That is no fault of the audit trail's integrity.
public struct ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The decision fell before its policies were asked: a bad token, a retry that conflicts.
        case notEvaluated = "not_evaluated"
        /// What was kept is not a sealed input's plain form.
        case malformed = "input_malformed"
    }

    public let code: Code
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(message) [\(code.rawValue)]" }
}

/// Why an export cannot begin or go on: what, where, and how to fix it.
public struct SIEMError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The place that was reached last cannot be read or kept.
        case cursor = "export_cursor"
        /// The trail is not the one of which records were sent.
        case trail = "export_trail"
        /// A sink that cannot be set up.
        case sink = "export_sink"
    }

    public let code: Code
    public let message: String
    public let fix: String?

    public init(_ code: Code, _ message: String, fix: String? = nil) {
        self.code = code
        self.message = message
        self.fix = fix
    }

    public var description: String {
        let line = "\(message) [\(code.rawValue)]"
        return fix.map { "\(line)\nfix: \($0)" } ?? line
    }
}

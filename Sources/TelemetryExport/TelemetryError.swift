/// Why telemetry cannot be set up: the variable, what is wrong with it, and how to fix it.
public struct TelemetryError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// An environment variable has a value that cannot be used.
        case variable = "telemetry_variable"
        /// The address for `/metrics` cannot be listened on.
        case address = "telemetry_address"
    }

    public let code: Code
    public let message: String
    public let fix: String

    public init(_ code: Code, _ message: String, fix: String) {
        self.code = code
        self.message = message
        self.fix = fix
    }

    public var description: String { "\(message) [\(code.rawValue)]\nfix: \(fix)" }
}

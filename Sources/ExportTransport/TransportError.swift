/// Why nothing that could be read came back. Holds no address and no secret.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// Nobody answers there, or not in time, or in nothing that can be read.
        case unreachable = "export_unreachable"
        /// The configuration cannot work: an address that is none, a certificate that cannot be read.
        case configuration = "export_configuration"
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

/// Why a request never became a decision about a call: malformed, too large, or from nobody. It is answered as an
/// RFC 9457 problem document, and recorded like any decision.
public struct AdmissionError: Error, Sendable, Hashable, CustomStringConvertible {
    public var status: Int
    public var code: ReasonCode
    public var title: String
    public var detail: String

    public static func malformed(_ detail: String) -> AdmissionError {
        AdmissionError(status: 400, code: .requestInvalid, title: "the request cannot be read", detail: detail)
    }

    public static func tooLarge(_ detail: String) -> AdmissionError {
        AdmissionError(status: 413, code: .requestTooLarge, title: "the request is too large", detail: detail)
    }

    public static func unauthenticated(_ detail: String) -> AdmissionError {
        AdmissionError(status: 401, code: .unauthenticatedAgent, title: "nobody proved who calls", detail: detail)
    }

    /// A stable name for the kind of problem (RFC 9457, section 3.1.1).
    public var type: String { "urn:aegis:problem:\(code.rawValue)" }

    public var description: String { "\(title): \(detail) [\(code.rawValue)]" }
}

public struct AdmissionLimits: Sendable, Hashable {
    /// Bytes of a request, or of a body on the wire.
    public var byteCount: Int
    /// Nesting of arrays and objects.
    public var depth: Int
    /// Bytes of a name: agent, tool, session, idempotency key, header, host.
    public var nameLength: Int

    public init(byteCount: Int = 1 << 20, depth: Int = 64, nameLength: Int = 512) {
        self.byteCount = byteCount
        self.depth = depth
        self.nameLength = nameLength
    }

    public static let usual = AdmissionLimits()
}

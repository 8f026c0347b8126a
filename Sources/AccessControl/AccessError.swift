/// Why somebody may not do something, or it cannot be done.
public struct AccessError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case unauthenticated
        case notAPerson = "not_a_person"
        case forbidden
        /// More than the issuer's own rights was to be given.
        case beyondOwnRights = "beyond_own_rights"
        /// It is not there, or not for this person.
        case notFound = "not_found"
        case exists
        case conflict
        case invalid = "request_invalid"
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public static func noTenant(_ tenant: String) -> AccessError {
        AccessError(.notFound, "there is no tenant `\(tenant)`")
    }

    public var description: String { "\(message) [\(code.rawValue)]" }
}

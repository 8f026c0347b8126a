import RegoValues

/// The protected header of a token: `alg`, `kid`, `typ`. It claims; only the key decides. Members that point at keys
/// (`jwk`, `jku`, `x5c`, `x5u`) are never looked at, and `crit` is refused (RFC 7515, section 4.1).
public struct TokenHeader: Sendable, Hashable {
    public let algorithm: String
    public let keyID: String?
    public let type: String?

    init(json: [UInt8]) throws(TokenError) {
        let document: Document
        do {
            document = try StrictJSON.object(json)
        } catch {
            throw TokenError(.headerInvalid, "the token's header is not a JSON object with unique names")
        }
        defer { withExtendedLifetime(document) {} }
        let members = document.root
        guard members.lookup("crit").isUndefined else {
            throw TokenError(.headerCritical, "the token asks for extensions (`crit`), and none are supported")
        }
        guard let algorithm = members.lookup("alg").string else {
            throw TokenError(.headerInvalid, "the token's header names no algorithm")
        }
        self.algorithm = algorithm
        keyID = try Self.optionalString(members.lookup("kid"), named: "kid")
        type = try Self.optionalString(members.lookup("typ"), named: "typ")
    }

    private static func optionalString(_ value: Value, named name: String) throws(TokenError) -> String? {
        if value.isUndefined { return nil }
        guard let text = value.string else {
            throw TokenError(.headerInvalid, "`\(name)` in the token's header is not a string")
        }
        return text
    }

    /// Media types compare without case, and `application/` may be left out (RFC 7515, section 4.1.9).
    public static func canonicalType(_ type: String) -> String {
        let lower = type.lowercased()
        return lower.hasPrefix("application/") && !lower.dropFirst(12).contains("/")
            ? String(lower.dropFirst(12)) : lower
    }
}

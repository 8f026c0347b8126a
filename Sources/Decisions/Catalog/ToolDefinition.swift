public import Redaction
public import RegoValues

/// A `kind: Tool` document as the bundle's data carries it. The values live in the bundle's document.
public final class ToolDefinition: Sendable {
    public let name: String
    /// The parameters' JSON Schema, an object; empty where the tool declares none.
    public let schema: Value
    /// Where its sensitive parameters stand.
    public let sensitive: [JSONPathPattern]
    public let risk: String?
    /// Labels that its result adds to the session.
    public let emits: [String]
    /// The agent that stands behind it, where it is one: a permitted call carries the signed chain to that agent.
    public let agent: String?
    let defaults: ParameterDefaults
    let declared: DeclaredNames

    /// One of Aegis's own, which no catalog holds.
    init(builtIn name: String) {
        self.name = name
        schema = .emptyObject
        sensitive = []
        risk = nil
        emits = []
        agent = nil
        defaults = ParameterDefaults(schema: schema)
        declared = DeclaredNames(schema: schema)
    }

    init(name: String, _ value: Value) throws(CatalogError) {
        guard value.kind == .object else { throw CatalogError("the tool `\(name)` is not an object") }
        self.name = name
        let parameters = value.lookup("parameters")
        switch parameters.kind {
        case .undefined, .null: schema = .emptyObject
        case .object: schema = parameters
        default: throw CatalogError("the parameters of the tool `\(name)` are not a schema")
        }
        var patterns: [JSONPathPattern] = []
        for text in try CatalogError.strings(value.lookup("sensitive"), "the tool `\(name)`: `sensitive`") {
            guard let pattern = JSONPathPattern(text) else {
                throw CatalogError("the tool `\(name)`: `\(text)` is not a path such as `$.to` or `$.items[*].text`")
            }
            patterns.append(pattern)
        }
        sensitive = patterns
        risk = value.lookup("risk").string
        emits = try CatalogError.strings(value.lookup("emits"), "the tool `\(name)`: `emits`")
        agent = value.lookup("agent").string
        defaults = ParameterDefaults(schema: schema)
        declared = DeclaredNames(schema: schema)
    }
}

/// A `kind: Agent` document as the bundle's data carries it.
public final class AgentDefinition: Sendable {
    public let name: String
    public let owner: String?
    let apiKeys: [String]
    let spiffeIDs: [String]
    /// As ``Caller/tokenID(issuer:subject:)`` names them.
    let tokenIDs: [String]

    init(name: String, _ value: Value) throws(CatalogError) {
        guard value.kind == .object else { throw CatalogError("the agent `\(name)` is not an object") }
        self.name = name
        owner = value.lookup("owner").string
        var apiKeys: [String] = []
        var spiffeIDs: [String] = []
        var tokenIDs: [String] = []
        for identity in value.lookup("identities").elements {
            if let key = identity.lookup("api_key").string { apiKeys.append(key) }
            if let spiffe = identity.lookup("spiffe").string { spiffeIDs.append(spiffe) }
            let token = identity.lookup("jwt")
            if let issuer = token.lookup("issuer").string, let subject = token.lookup("subject").string {
                tokenIDs.append(Caller.tokenID(issuer: issuer, subject: subject))
            }
        }
        self.apiKeys = apiKeys
        self.spiffeIDs = spiffeIDs
        self.tokenIDs = tokenIDs
    }
}

/// Why a bundle's catalog cannot be used; the bundle does not become active.
public struct CatalogError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    init(_ message: String) { self.message = message }

    public var description: String { "\(message) [catalog_invalid]" }

    static func strings(_ value: Value, _ what: String) throws(CatalogError) -> [String] {
        switch value.kind {
        case .undefined, .null: return []
        case .array, .set: break
        default: throw CatalogError("\(what) is not a list")
        }
        var texts: [String] = []
        for element in value.elements {
            guard let text = element.string else { throw CatalogError("\(what) holds something that is not a string") }
            texts.append(text)
        }
        return texts
    }
}

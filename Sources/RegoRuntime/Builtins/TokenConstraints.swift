import RegoValues

/// What `io.jwt.decode_verify` is asked to hold a token to.
struct TokenConstraints {
    private var keys: [TokenKey]?
    private var secret = ""
    private var algorithm = ""
    private var issuer = ""
    private var audience = ""
    /// Seconds since 1970 as an exact number.
    private let time: Value

    init(_ constraints: Value, _ context: BuiltinContext) throws(BuiltinError) {
        var nanoseconds = Double(context.now)
        for entry in constraints.entries {
            let name = entry.key.string ?? RegoTermWriter.text(entry.key)
            switch name {
            case "cert": keys = try TokenKey.keys(in: try Self.text(name, entry.value))
            case "secret": secret = try Self.text(name, entry.value)
            case "alg": algorithm = try Self.text(name, entry.value)
            case "iss": issuer = try Self.text(name, entry.value)
            case "aud": audience = try Self.text(name, entry.value)
            case "time": nanoseconds = try Self.time(entry.value)
            default: throw .failure("unknown token validation constraint: \(name)")
            }
        }
        if nanoseconds < 0 { throw .failure("token time constraint: must not be negative") }
        time = context.heap.number(nanoseconds / 1_000_000_000) ?? .integer(0)
        if keys != nil && !secret.isEmpty { throw .failure("duplicate key constraints") }
        if keys == nil && secret.isEmpty { throw .failure("no key constraint") }
    }

    private static func text(_ name: String, _ value: Value) throws(BuiltinError) -> String {
        guard let text = value.string else { throw .failure("\(name) constraint: must be a string") }
        return text
    }

    private static func time(_ value: Value) throws(BuiltinError) -> Double {
        guard value.kind == .number else { throw .failure("token time constraint: must be a number") }
        guard let time = Double(value.numberText ?? ""), time.isFinite else {
            throw .failure("token time constraint: unvalid float64")
        }
        return time
    }

    // MARK: - Checking

    func allows(_ header: TokenHeader) -> Bool {
        header.isValid && (algorithm.isEmpty || algorithm == header.algorithm)
    }

    func verifies(_ token: WebToken, _ header: TokenHeader, signature: [UInt8]) -> Bool {
        guard let algorithm = TokenAlgorithm(rawValue: header.algorithm) else { return false }
        let keys = keys ?? [TokenKey(material: .secret(Array(secret.utf8)))]
        return TokenKey.verifies(keys, header) { key in
            algorithm.verifies(signature, of: token.signedBytes, with: key.material)
        }
    }

    /// Checks the registered claims (RFC 7519, 4.1).
    /// - Throws: for times that are no numbers.
    func accepts(_ claims: Value) throws(BuiltinError) -> Bool {
        if !issuer.isEmpty && claims.lookup("iss").string != issuer { return false }
        guard acceptsAudience(claims.lookup("aud")) else { return false }
        let expiry = claims.lookup("exp")
        if !expiry.isUndefined {
            guard expiry.kind == .number else { throw .failure("exp value must be a number") }
            if Value.compare(time, expiry) >= 0 { return false }
        }
        let start = claims.lookup("nbf")
        if !start.isUndefined {
            guard start.kind == .number else { throw .failure("nbf value must be a number") }
            if Value.compare(time, start) < 0 { return false }
        }
        return true
    }

    private func acceptsAudience(_ value: Value) -> Bool {
        switch value.kind {
        case .undefined: audience.isEmpty
        case .string: value.string == audience
        case .array: value.elements.contains { $0.string == audience }
        default: false
        }
    }
}

extension TokenKey {
    /// The key that the header names decides; without such a key, any whose algorithm is not another one.
    static func verifies(_ keys: [TokenKey], _ header: TokenHeader, _ check: (TokenKey) -> Bool) -> Bool {
        if !header.keyID.isEmpty, let named = keys.first(where: { $0.id == header.keyID }) { return check(named) }
        return keys.contains { ($0.algorithm.isEmpty || $0.algorithm == header.algorithm) && check($0) }
    }
}

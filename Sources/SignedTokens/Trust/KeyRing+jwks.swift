import RegoValues

extension KeyRing {
    /// The most keys that a set may hold.
    public static let largestSet = 64

    /// Reads a JSON Web Key Set (RFC 7517, section 5), as identity providers publish it.
    ///
    /// Keys for other uses and of other kinds are left out, as the RFC advises. A key without `kid` is left out too: tokens
    /// choose keys by name here.
    /// - Throws: `.keyInvalid` when the text is no key set or a key contradicts itself, `.keyDuplicate`.
    public init(jwks: [UInt8], scope: String? = nil, tenants: Set<String>? = nil) throws(TokenError) {
        let document: Document
        do {
            document = try StrictJSON.object(jwks)
        } catch {
            throw TokenError(.keyInvalid, "the key set is not a JSON object with unique names")
        }
        defer { withExtendedLifetime(document) {} }
        let keys = document.root.lookup("keys")
        guard keys.kind == .array, keys.count <= Self.largestSet else {
            throw TokenError(.keyInvalid, "the key set has no list `keys` of at most \(Self.largestSet)")
        }
        var trusted: [TrustedKey] = []
        for element in keys.elements {
            guard let name = element.lookup("kid").string, Self.isKeyID(name) else { continue }
            do {
                trusted.append(
                    TrustedKey(try VerificationKey(jwk: element, name: name), scope: scope, tenants: tenants))
            } catch {
                if error.code != .keyUnsupported { throw error }
            }
        }
        try self.init(trusted)
    }

    /// Names from outside may hold any printable text; what they may not do is to write lines into a log.
    private static func isKeyID(_ name: String) -> Bool {
        (1...256).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy {
                !$0.properties.isDefaultIgnorableCodePoint && $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)
            }
    }
}

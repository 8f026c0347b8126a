extension Credentials {
    /// What a request's headers carry: an API key of its own header, else one in `authorization: Bearer aegis_…`; another bearer
    /// is a token, of some issuer's or for the tool. Nothing is proven by it.
    public init(keyHeader: String?, authorization: String?, spiffeID: String?) {
        let bearer = APIKey.bearer(in: authorization)
        let isKey = bearer?.hasPrefix("aegis_") ?? false
        self.init(
            apiKey: keyHeader ?? (isKey ? bearer : nil), bearerToken: isKey ? nil : bearer, spiffeID: spiffeID)
    }
}

extension APIKey {
    /// What follows `Bearer` in an `authorization` header; nil for other schemes.
    fileprivate static func bearer(in authorization: String?) -> String? {
        guard let authorization, let space = authorization.firstIndex(of: " "),
            authorization[..<space].lowercased() == "bearer"
        else { return nil }
        return String(authorization[space...].drop { $0 == " " })
    }

    /// Whether an `authorization` header holds an Aegis key anywhere, also among others joined by commas.
    public static func isCarried(in authorization: String?) -> Bool {
        guard let authorization else { return false }
        return authorization.split(separator: ",").contains { part in
            bearer(in: String(part.drop { $0 == " " || $0 == "\t" }))?.hasPrefix("aegis_") ?? false
        }
    }
}

extension APIKey {
    /// The key in `authorization: Bearer aegis_…`; nil for other schemes and for bearers that are not Aegis keys.
    /// Nothing is proven by it.
    public static func bearer(in authorization: String?) -> String? {
        guard let authorization, let space = authorization.firstIndex(of: " "),
            authorization[..<space].lowercased() == "bearer"
        else { return nil }
        let key = authorization[space...].drop { $0 == " " }
        return key.hasPrefix("aegis_") ? String(key) : nil
    }

    /// Whether an `authorization` header holds an Aegis key anywhere, also among others joined by commas.
    public static func isCarried(in authorization: String?) -> Bool {
        guard let authorization else { return false }
        return authorization.split(separator: ",").contains { part in
            bearer(in: String(part.drop { $0 == " " || $0 == "\t" })) != nil
        }
    }
}

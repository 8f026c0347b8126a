import RegoValues
import SignedTokens

/// A compact JWS as it stands in a store: taken apart, and believed by nobody yet.
enum StoredToken {
    /// - Parameters:
    ///   - text: a line end behind the token is passed over.
    ///   - limit: of the token, in bytes.
    ///   - read: makes of the claims what the token is about.
    /// - Returns: that, and the token alone; nil where the text is no token, or is about something else.
    static func read<Claimed>(
        _ text: String, limit: Int, _ read: (Value) -> Claimed?
    ) -> (claimed: Claimed, token: String)? {
        let token = text.hasSuffix("\n") ? String(text.dropLast()) : text
        guard let unverified = try? UnverifiedToken(compact: token, limit: limit),
            let claims = try? Document(json: unverified.unverifiedPayload)
        else { return nil }
        return withExtendedLifetime(claims) { read(claims.root).map { ($0, token) } }
    }
}

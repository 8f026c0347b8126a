/// The headers by which an agent speaks to Aegis, and those by which Aegis speaks to the tool.
enum CarriedHeaders {
    static let apiKey = "x-aegis-api-key"
    static let authorization = "authorization"
    static let session = "x-aegis-session"
    static let purpose = "x-aegis-purpose"
    static let token = "x-aegis-token"
    static let delegation = "x-aegis-delegation"

    static let decisionID = "x-aegis-decision-id"
    static let policyVersion = "x-aegis-policy-version"
    static let approvalID = "x-aegis-approval-id"

    /// What no tool may see, whatever the decision rests on.
    static let credentials = [apiKey, token, session, purpose, delegation]

    /// The key in `authorization: Bearer aegis_…`; nil for other schemes and for bearers that are not Aegis keys.
    static func bearerKey(_ authorization: String?) -> String? {
        guard let key = bearer(authorization) else { return nil }
        return key.hasPrefix("aegis_") ? key : nil
    }

    /// The token in `authorization: Bearer`, whatever it is; nil for other schemes.
    static func bearer(_ authorization: String?) -> String? {
        guard let authorization, let space = authorization.firstIndex(of: " "),
            authorization[..<space].lowercased() == "bearer"
        else { return nil }
        return String(authorization[space...].drop { $0 == " " })
    }

    /// Whether an `authorization` header holds an Aegis key anywhere, also among others joined by commas.
    static func holdsKey(_ authorization: String?) -> Bool {
        guard let authorization else { return false }
        return authorization.split(separator: ",").contains { bearerKey($0.trimmed) != nil }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" })
    }
}

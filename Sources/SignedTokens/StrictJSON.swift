import RegoValues

/// The JSON that tokens and key sets are made of: one object, unique names, shallow.
enum StrictJSON {
    static func object(_ bytes: [UInt8]) throws -> Document {
        let document = try Document(json: bytes, limits: limits)
        guard document.root.kind == .object else {
            throw TokenError(.claimsInvalid, "not a JSON object")
        }
        return document
    }

    private static var limits: JSONLimits {
        var limits = JSONLimits()
        limits.duplicateKeys = .refuse
        return limits
    }
}

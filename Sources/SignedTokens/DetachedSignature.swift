/// A JWS whose payload stands elsewhere: `HEADER..SIGNATURE` (RFC 7515, appendix F). Signed documents stay readable with
/// it, and any JWT library can verify them.
public enum DetachedSignature {
    /// - Throws: what ``Signer/token(over:type:)`` throws.
    public static func make(over payload: [UInt8], type: String, by signer: any Signer) throws(TokenError) -> String {
        let parts = try signer.token(over: payload, type: type).split(
            separator: ".", omittingEmptySubsequences: false)
        return "\(parts[0])..\(parts[2])"
    }

    /// The compact JWS that `signature` and its payload make.
    /// - Throws: `.malformed` when `signature` is not `HEADER..SIGNATURE`.
    public static func attach(_ signature: String, to payload: [UInt8]) throws(TokenError) -> String {
        let parts = signature.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty else {
            throw TokenError(.malformed, "the signature is not a detached one, `HEADER..SIGNATURE`")
        }
        return "\(parts[0]).\(Base64.encodeURL(payload)).\(parts[2])"
    }

    /// The `HEADER..SIGNATURE` of a compact JWS.
    /// - Throws: `.malformed`.
    public static func detach(_ compact: String) throws(TokenError) -> String {
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw TokenError(.malformed, "the token is not three parts with dots between")
        }
        return "\(parts[0])..\(parts[2])"
    }
}

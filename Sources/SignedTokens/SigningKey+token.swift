extension SigningKey {
    /// A compact JWS over `payload` with the header `alg`, `kid`, `typ` in this order.
    /// - Parameter type: plain characters as in `JWT` or `at+jwt`.
    public func token(over payload: [UInt8], type: String = "JWT") throws(TokenError) -> String {
        guard !type.isEmpty, type.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else {
            throw TokenError(.headerInvalid, "`\(type)` cannot be the type of a token")
        }
        let header = #"{"alg":"\#(algorithm.rawValue)","kid":"\#(name)","typ":"\#(type)"}"#
        let input = Base64.encodeURL(header.utf8) + "." + Base64.encodeURL(payload)
        return input + "." + Base64.encodeURL(try sign(Array(input.utf8)))
    }
}

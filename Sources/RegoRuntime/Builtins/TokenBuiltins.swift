import RegoValues

/// JSON Web Tokens (RFC 7519): decoding, verifying, signing.
enum TokenBuiltins {
    static let family: Builtins.Family =
        [
            .init("io.jwt.decode", decode), .init("io.jwt.decode_verify", decodeVerify),
            .init("io.jwt.encode_sign", encodeSign),
            .init("io.jwt.encode_sign_raw", encodeSignRaw),
        ]
        + TokenAlgorithm.allCases.map { algorithm in
            .init("io.jwt.verify_\(algorithm.rawValue.lowercased())") { a, context throws(BuiltinError) in
                algorithm.family == .hmac
                    ? try verifySecret(algorithm, a) : try verifyKey(algorithm, a, context)
            }
        }

    // MARK: - Decoding

    /// Header, payload and signature (hexadecimal); a token within the token is decoded in its place.
    static func decode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var text = Array(try a.bytes(0))
        while true {
            let token = try WebToken(text)
            let header = try token.decodedHeader(context.heap)
            let payload = try token.decodedPayload()
            if header.lookup("cty").string == "JWT" {
                let isQuote = { (byte: UInt8) in byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
                text = Array(payload.drop(while: isQuote).reversed().drop(while: isQuote).reversed())
                continue
            }
            let claims = try WebToken.object(payload, context.heap)
            let signature: [UInt8]
            do throws(BuiltinError) {
                signature = try token.signature()
            } catch {
                throw .failure("JWT signature had invalid encoding: \(error.message)")
            }
            return context.heap.array([header, claims, context.heap.string(utf8: Hexadecimal.encode(signature))])
        }
    }

    // MARK: - Verifying

    static func verifySecret(_ algorithm: TokenAlgorithm, _ a: Arguments) throws(BuiltinError) -> Value {
        let (text, secret) = (try a.bytes(0), try a.bytes(1))
        let token = try WebToken(text)
        let signature = try token.signature()
        return .boolean(algorithm.verifies(signature, of: token.signedBytes, with: .secret(Array(secret))))
    }

    static func verifyKey(
        _ algorithm: TokenAlgorithm, _ a: Arguments, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        let token = try WebToken(try a.bytes(0))
        let keys = try TokenKey.keys(in: try a.text(1))
        let signature = try token.signature()
        let header = try TokenHeader(try token.decodedHeader(context.heap))
        return .boolean(
            TokenKey.verifies(keys, header) { key in
                !key.isPrivate && algorithm.verifies(signature, of: token.signedBytes, with: key.material)
            })
    }

    /// `[valid, header, payload]`; both empty unless valid.
    static func decodeVerify(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let constraints = try TokenConstraints(try a.object(1), context)
        let unverified = context.heap.array([.false, .emptyObject, .emptyObject])
        var text = Array(try a.bytes(0))
        while true {
            let token = try WebToken(text)
            let decodedHeader = try token.decodedHeader(context.heap)
            let header = try TokenHeader(decodedHeader)
            guard constraints.allows(header) else { return unverified }
            guard constraints.verifies(token, header, signature: try token.signature()) else { return unverified }
            let payload = try token.decodedPayload()
            if header.contentType.lowercased() == "jwt" {
                text = payload
                continue
            }
            let claims = try WebToken.object(payload, context.heap)
            guard try constraints.accepts(claims) else { return unverified }
            return context.heap.array([.true, decodedHeader, claims])
        }
    }

    // MARK: - Signing

    static func encodeSign(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var parts: [[UInt8]] = []
        for position in 0..<3 {
            var bytes: [UInt8] = []
            JSONWriter.write(try a.object(position), options: .html, limit: context.heap.freeBytes, to: &bytes)
            try context.checkRoom(for: bytes.count)
            parts.append(bytes)
        }
        return try sign(header: parts[0], payload: parts[1], key: parts[2], context)
    }

    static func encodeSignRaw(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (key, header, payload) = (try a.bytes(2), try a.bytes(0), try a.bytes(1))
        return try sign(header: Array(header), payload: Array(payload), key: Array(key), context)
    }

    /// - Parameter key: a JWK, or a set whose first key signs.
    private static func sign(
        header: [UInt8], payload: [UInt8], key: [UInt8], _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        let keys = try JSONWebKey.all(in: String(decoding: key, as: UTF8.self)) { .failure($0) }
        guard let key = keys.first else { throw .failure("no keys found in JWK set") }
        let parameters = try headerParameters(header, context.heap)
        let algorithmName = try algorithmName(parameters)
        guard let algorithm = TokenAlgorithm(rawValue: algorithmName) else {
            throw .failure("unknown JWS algorithm: \(algorithmName)")
        }
        let type = parameters.lookup("typ").string
        if type == nil || type == "JWT", (try? context.heap.parseJSON(payload, limits: JSONBuiltins.limits)) == nil {
            throw .failure("type is JWT but payload is not JSON")
        }
        let signed = encode(header) + [UInt8(ascii: ".")] + encode(payload)
        let signature = try algorithm.signature(of: signed, with: try key.signer())
        return context.heap.string(utf8: signed + [UInt8(ascii: ".")] + encode(signature))
    }

    /// The header's object; the empty one for a bare number's letters, which OPA's header reader lets pass.
    private static func headerParameters(_ header: [UInt8], _ heap: Heap) throws(BuiltinError) -> Value {
        do throws(JSONError) {
            let value = try heap.parseJSON(header, limits: JSONBuiltins.limits)
            return value.kind == .object ? value : .emptyObject
        } catch {
            let isNumberLike = header.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
            if isNumberLike && !header.isEmpty { return .emptyObject }
            throw .failure("missing or invalid 'alg' header: cannot parse JSON: \(error)")
        }
    }

    private static func algorithmName(_ parameters: Value) throws(BuiltinError) -> String {
        let value = parameters.lookup("alg")
        if value.isUndefined {
            throw .failure("missing or invalid 'alg' header: jwsbb: header \"alg\" not found")
        }
        guard let text = value.string else {
            throw .failure(
                "missing or invalid 'alg' header: jwsbb: failed to get string for header \"alg\": "
                    + "value doesn't contain string; it contains \(value.kind.name)")
        }
        return text
    }

    private static func encode(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { Base64.encode($0, .url, padding: false) }
    }
}

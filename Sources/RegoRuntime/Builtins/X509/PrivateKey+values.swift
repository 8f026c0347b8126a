import RegoValues

extension PrivateKey {
    /// As Go writes its private keys in JSON.
    func value(_ document: GoDocument) -> Value {
        switch self {
        case .rsa(let key):
            return document.object([
                "N": document.number(key.modulus), "E": .integer(key.exponent),
                "D": document.number(key.privateExponent),
                "Primes": document.heap.array([document.number(key.primes.p), document.number(key.primes.q)]),
                "Precomputed": document.object([
                    "Dp": document.number(key.dp), "Dq": document.number(key.dq),
                    "Qinv": document.number(key.inverse), "CRTValues": .emptyArray,
                ]),
            ])
        case .elliptic(_, let scalar, let x, let y):
            return document.object([
                "Curve": .emptyObject, "X": document.number(x), "Y": document.number(y), "D": document.number(scalar),
            ])
        case .ed25519(let seed, let publicKey): return document.bytes(seed + publicKey)
        case .x25519: return .emptyObject
        }
    }

    /// As a JSON Web Key (RFC 7518, section 6; RFC 8037).
    /// - Throws: for a key that signs nothing.
    func webKey(_ heap: Heap) throws(BuiltinError) -> Value {
        func encoded(_ bytes: [UInt8]) -> Value {
            heap.string(utf8: bytes.withUnsafeBufferPointer { Base64.encode($0, .url, padding: false) })
        }
        func number(_ value: Int) -> [UInt8] {
            Array(withUnsafeBytes(of: value.bigEndian) { Array($0) }.drop { $0 == 0 })
        }
        let document = GoDocument(heap: heap)
        switch self {
        case .rsa(let key):
            return document.object([
                "kty": .string("RSA"), "n": encoded(key.modulus), "e": encoded(number(key.exponent)),
                "d": encoded(key.privateExponent), "p": encoded(key.primes.p), "q": encoded(key.primes.q),
                "dp": encoded(key.dp), "dq": encoded(key.dq), "qi": encoded(key.inverse),
            ])
        case .elliptic(let curve, let scalar, let x, let y):
            return document.object([
                "kty": .string("EC"), "crv": heap.string(curve), "x": encoded(x), "y": encoded(y), "d": encoded(scalar),
            ])
        case .ed25519(let seed, let publicKey):
            return document.object([
                "kty": .string("OKP"), "crv": .string("Ed25519"), "x": encoded(publicKey), "d": encoded(seed),
            ])
        case .x25519: throw .failure("invalid key type '*ecdh.PrivateKey' for jwk.New")
        }
    }

    /// Whether this is the private half of a public key.
    /// - Throws: Go's error when it is not.
    func check(against publicKey: SubjectPublicKey) throws(BuiltinError) {
        let isSame: Bool
        switch (publicKey.key, self) {
        case (.rsa(let modulus, _), .rsa(let key)): isSame = modulus == key.modulus
        case (.elliptic(let x, let y), .elliptic(_, _, let ownX, let ownY)): isSame = x == ownX && y == ownY
        case (.ed25519(let bytes), .ed25519(_, let own)): isSame = bytes == own
        case (.dsa, _), (.unknown, _): throw .failure("tls: unknown public key algorithm")
        default: throw .failure("tls: private key type does not match public key type")
        }
        guard isSame else { throw .failure("tls: private key does not match public key") }
    }
}

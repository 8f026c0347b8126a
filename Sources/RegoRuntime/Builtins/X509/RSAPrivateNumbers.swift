internal import BigInt
internal import Foundation

/// The numbers of an RSA private key with two primes (RFC 8017, A.1.2), big-endian without zeros before.
struct RSAPrivateNumbers {
    let modulus: [UInt8]
    let exponent: Int
    let privateExponent: [UInt8]
    let primes: (p: [UInt8], q: [UInt8])
    /// `d mod (p-1)`, `d mod (q-1)` and the inverse of q; worked out, not read.
    let (dp, dq, inverse): ([UInt8], [UInt8], [UInt8])

    /// - Returns: nil when the bytes are not of this form.
    /// - Throws: for numbers that make no key.
    init?(der: [UInt8]) throws(BuiltinError) {
        var outer = DERReader(der[...])
        guard var fields = outer.reader(), let version = fields.smallInteger(), let n = fields.integer(),
            let e = fields.smallInteger(), let d = fields.integer(), let p = fields.integer(), let q = fields.integer(),
            max(n.count, d.count, p.count, q.count) <= SubjectPublicKey.maximumNumberSize
        else { return nil }
        guard outer.isAtEnd else { throw .failure("asn1: syntax error: trailing data") }
        guard 0...1 ~= version else { throw .failure("x509: unsupported private key version") }
        guard version == 0 else { throw .failure("x509: RSA keys of more than two primes are not supported") }
        guard let n = SubjectPublicKey.positive(n), let d = SubjectPublicKey.positive(d),
            let p = SubjectPublicKey.positive(p), let q = SubjectPublicKey.positive(q)
        else { throw .failure("x509: private key contains zero or negative value") }
        (modulus, exponent, privateExponent, primes) = (n, e, d, (p, q))
        let (first, second, secret) = (BigUInt(Data(p)), BigUInt(Data(q)), BigUInt(Data(d)))
        guard first > 1, second > 1, first * second == BigUInt(Data(n)) else {
            throw .failure("crypto/rsa: invalid modulus")
        }
        let (lessP, lessQ) = (first - 1, second - 1)
        guard e > 1, (secret * BigUInt(e)) % lessP == 1 % lessP, (secret * BigUInt(e)) % lessQ == 1 % lessQ else {
            throw .failure("crypto/rsa: invalid exponents")
        }
        guard let inverse = second.inverse(first) else { throw .failure("crypto/rsa: invalid prime value") }
        (dp, dq) = (Array((secret % lessP).serialize()), Array((secret % lessQ).serialize()))
        self.inverse = Array(inverse.serialize())
    }
}

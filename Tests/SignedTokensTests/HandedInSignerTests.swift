import SignedTokens
import Testing

/// A signer without a private key: what it wants, and what it takes.
@Suite struct HandedInSignerTests {
    private let message = Array("header.payload".utf8)

    @Test(arguments: [SignatureAlgorithm.edDSA, .es256])
    func `it says what it wants first, and signs once that came`(_ algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "maria")
        let empty = HandedInSigner(key.verificationKey, signatures: [:])
        #expect(empty.wanted == nil)
        let refused = #expect(throws: TokenError.self) { _ = try empty.sign(message) }
        #expect(refused?.message == "a signature of the key `maria` is wanted")
        #expect(throws: TokenError.self) { _ = try empty.sign([1, 2, 3]) }
        #expect(empty.wanted == message)
        let signature = try key.sign(message)
        let full = HandedInSigner(key.verificationKey, signatures: [HandedInSigner.id(of: message): signature])
        #expect(key.verificationKey.isValid(try full.sign(message), for: message))
        #expect(full.wanted == nil)
    }

    @Test func `a signature by another key, or over something else, is none`() throws {
        let (key, other) = (
            try SigningKey(generating: .edDSA, name: "maria"), try SigningKey(generating: .edDSA, name: "lea")
        )
        for signature in [try other.sign(message), try key.sign([1, 2, 3]), [], [0]] {
            let signer = HandedInSigner(
                key.verificationKey, signatures: [HandedInSigner.id(of: message): signature])
            let refused = #expect(throws: TokenError.self) { _ = try signer.sign(message) }
            #expect(refused?.code == .signingFailed)
            #expect(signer.wanted == nil, "it came, and is wrong: asking for it again would not say so")
        }
    }
}

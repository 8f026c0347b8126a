import Crypto
@testable import EvidencePacks
import SignedTokens
import Testing

struct SigningTests {
    @Test func `what is signed is the pre-authentication encoding of DSSE`() {
        let encoded = DSSEEnvelope.preAuthenticated(Array("hello world".utf8), type: "http://example.com/HelloWorld")
        #expect(String(decoding: encoded, as: UTF8.self) == "DSSEv1 29 http://example.com/HelloWorld 11 hello world")
    }

    @Test(arguments: [SignatureAlgorithm.es256, .edDSA])
    func `an envelope gives its payload to its signer's key alone`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm, name: "packs")
        let payload = Array(#"{"_type":"x"}"#.utf8)
        var envelope = try DSSEEnvelope(signing: payload, by: key)
        #expect(envelope.verified(by: key.verificationKey) == payload)
        #expect(try envelope.verified(by: SigningKey(generating: algorithm, name: "packs").verificationKey) == nil)
        // The other alphabet of base64 says the same.
        envelope.signatures[0].sig = envelope.signatures[0].sig.replacing("+", with: "-").replacing("/", with: "_")
        #expect(envelope.verified(by: key.verificationKey) == payload)
        envelope.payloadType = "text/plain"
        #expect(envelope.verified(by: key.verificationKey) == nil)
    }

    @Test func `an ECDSA signature in an envelope is DER`() throws {
        let key = try SigningKey(generating: .es256, name: "packs")
        let envelope = try DSSEEnvelope(signing: [1], by: key)
        #expect(envelope.signatures[0].sig.hasPrefix("M"))
    }

    @Test func `a name has one UUID, of version 5`() {
        // Python: uuid.uuid5(uuid.NAMESPACE_URL, "https://aegis.example/evidence/a")
        #expect(PackDigest.uuid("a") == "c806a665-1034-51a6-99fe-325f69a09ae5")
        #expect(PackDigest.uuid("a") != PackDigest.uuid("b"))
    }
}

import Crypto
import Redaction
import Testing

/// Ids that others choose are kept in clear unless something personal or secret stands in them.
@Suite struct IdentifierTests {
    @Test(arguments: [
        "", "s-1", "call_17", "01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c", "session-01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c",
        "41111111-1111-1111-8111-111111111111", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "4bf92f3577b34da6a3ce929d0e0e4736",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a4111111111111111f", "123456789",
        "1795000000000000",
        "1234567890123456789", "V1StGXR8_Z5jdHi6B-myT", "thread_abc123XYZ456def789GHI012", "2026-11-28T15:20:25Z",
        "2125550123",
        "10.0.0.1:443", "run 17 of agent 3", "chatcmpl-9QyXzAbCdEfGhIjKlMnOpQrStUvWx",
    ])
    func `an ordinary id stays what it is`(id: String) {
        #expect(Redactor.test.identifier(id, tenant: "acme") == id)
    }

    @Test(arguments: [
        ("ssn 123-45-6789", "us_ssn"), ("123-45-6789", "us_ssn"), ("card 4111111111111111", "payment_card"),
        ("4111111111111111", "payment_card"), ("order/4111-1111-1111-1111", "payment_card"),
        ("jane.doe@acme.example/7", "email"), ("iban-DE89370400440532013000", "iban"),
        ("key_AKIAIOSFODNN7EXAMPLE", "aws_key"), ("mrn 12345678", "medical_record"),
        ("ssn 123-45-6789 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c", "us_ssn"), ("ssn 123\u{2013}45\u{2013}6789", "us_ssn"),
    ])
    func `an id with something personal or secret becomes a pseudonym`(id: String, detector: String) {
        let kept = Redactor.test.identifier(id, tenant: "acme")
        #expect(kept.wholeMatch(of: /\[([a-z_]+):[a-z]{16}\]/).map { String($0.1) } == detector)
        #expect(Redactor.test.identifier(id, tenant: "acme") == kept)
        #expect(Redactor.test.identifier(kept, tenant: "acme") == kept)
        #expect(Redactor.test.identifier(id, tenant: "globex") != kept)
        #expect(Redactor.test.identifier(id + "0 ", tenant: "acme") != kept)
    }

    @Test func `random ids are left alone`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let words = (random.next() as UInt64, random.next() as UInt64)
            let id = String(words.0, radix: 16) + String(words.1, radix: 16)
            #expect(Redactor.test.identifier(id, tenant: "acme") == id || id.allSatisfy(\.isNumber))
        }
    }
}

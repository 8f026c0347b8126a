import Foundation
import RegoRuntime
import RegoValues
import Testing

struct CertificateBuiltinTests {
    /// A place in a document and the term that stands there.
    struct Member: Sendable, CustomTestStringConvertible {
        let path: String
        let term: String

        init(_ path: String, _ term: String) { (self.path, self.term) = (path, term) }

        var testDescription: String { path }

        func found(in document: Value) -> String {
            var value = document
            for part in path.split(separator: ".") {
                if let index = Int(part), value.kind == .array {
                    guard value.count > index else { return "<too short>" }
                    value = value.elements[index]
                } else {
                    value = value.entries.first { $0.key.string == String(part) }?.value ?? .undefined
                }
            }
            return RegoTermWriter.text(value)
        }
    }

    private let harness = BuiltinHarness(now: CertificateFixture.now)

    // MARK: - Certificates

    @Test(arguments: [
        Member("Version", "3"), Member("SerialNumber", "1003"), Member("SignatureAlgorithm", "10"),
        Member("PublicKeyAlgorithm", "1"), Member("PublicKey.E", "65537"),
        Member("Subject.CommonName", #""api.example.com""#), Member("Subject.Organization", #"["Example"]"#),
        Member("Subject.OrganizationalUnit", #"["Ops"]"#), Member("Subject.Country", #"["SE"]"#),
        Member("Subject.Locality", "null"), Member("Subject.SerialNumber", #""""#),
        Member("Subject.Names.0", #"{"Type": [2, 5, 4, 6], "Value": "SE"}"#), Member("Subject.ExtraNames", "null"),
        Member("Issuer.CommonName", #""Example Middle""#), Member("NotBefore", #""2025-01-01T00:00:00Z""#),
        Member("NotAfter", #""2045-01-01T00:00:00Z""#), Member("KeyUsage", "1"), Member("ExtKeyUsage", "[1]"),
        Member("UnknownExtKeyUsage", "null"), Member("BasicConstraintsValid", "true"), Member("IsCA", "false"),
        Member("MaxPathLen", "-1"), Member("MaxPathLenZero", "false"),
        Member("DNSNames", #"["api.example.com", "*.apps.example.com"]"#),
        Member("IPAddresses", #"["192.0.2.7", "2001:db8::7"]"#), Member("EmailAddresses", #"["ops@example.com"]"#),
        Member("URIs.0.Scheme", #""spiffe""#), Member("URIs.0.Host", #""example.com""#),
        Member("URIs.0.RawQuery", #""x=1""#), Member("URIs.0.User", "null"),
        Member("URIStrings", #"["spiffe://example.com/api?x=1"]"#),
        Member("OCSPServer", #"["http://ocsp.example.com"]"#),
        Member("IssuingCertificateURL", #"["http://ca.example.com/m.cer"]"#),
        Member("CRLDistributionPoints", #"["http://crl.example.com/m.crl"]"#),
        Member("PolicyIdentifiers", "[[2, 23, 140, 1, 2, 1], [1, 2, 3, 4]]"),
        Member("Policies", #"["2.23.140.1.2.1", "1.2.3.4"]"#), Member("PolicyMappings", "null"),
        Member("Extensions.0", #"{"Critical": true, "Id": [2, 5, 29, 19], "Value": "MAA="}"#),
        Member("ExtraExtensions", "null"), Member("UnhandledCriticalExtensions", "null"),
        Member("PermittedDNSDomains", "null"), Member("PermittedDNSDomainsCritical", "false"),
    ])
    func `a certificate shows what it says`(_ member: Member) throws {
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem("leaf")])
        let certificates = try harness.call("crypto.x509.parse_certificates", arguments)
        #expect(certificates.count == 1)
        #expect(member.found(in: certificates.elements[0]) == member.term)
    }

    @Test(arguments: [
        ("middle", Member("MaxPathLen", "0")), ("middle", Member("MaxPathLenZero", "true")),
        ("middle", Member("KeyUsage", "32")), ("root", Member("PublicKey.Curve", "{}")),
        ("root", Member("PublicKeyAlgorithm", "3")), ("root", Member("URIStrings", "null")),
        ("rsa-root", Member("SignatureAlgorithm", "5")), ("rsa-leaf", Member("SignatureAlgorithm", "6")),
        ("pss-leaf", Member("SignatureAlgorithm", "13")), ("ed25519-leaf", Member("SignatureAlgorithm", "16")),
        ("ed25519-leaf", Member("PublicKeyAlgorithm", "4")), ("p521-leaf", Member("SignatureAlgorithm", "12")),
        ("sha1-leaf", Member("SignatureAlgorithm", "9")), ("client", Member("ExtKeyUsage", "[2]")),
        ("client", Member("UnknownExtKeyUsage", "[[1, 2, 3, 4, 5]]")),
        ("critical-leaf", Member("UnhandledCriticalExtensions", "[[1, 2, 3, 4]]")),
        ("policy-middle", Member("RequireExplicitPolicy", "0")),
        ("policy-middle", Member("RequireExplicitPolicyZero", "true")),
        ("names-root", Member("PermittedDNSDomains", #"["example.com"]"#)),
        ("names-root", Member("ExcludedDNSDomains", #"["bad.example.com"]"#)),
        ("names-root", Member("PermittedEmailAddresses", #"["example.com"]"#)),
        ("names-root", Member("PermittedURIDomains", #"[".example.com"]"#)),
        ("names-root", Member("PermittedIPRanges", #"[{"IP": "192.0.2.0", "Mask": "////AA=="}]"#)),
        ("names-root", Member("PermittedDNSDomainsCritical", "true")),
    ])
    func `keys, signatures and constraints have Go's numbers`(_ file: String, _ member: Member) throws {
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem(file)])
        let certificates = try harness.call("crypto.x509.parse_certificates", arguments)
        #expect(member.found(in: certificates.elements[0]) == member.term)
    }

    @Test func `certificates may be PEM, base64 of PEM, or base64 of DER, one after the other`() throws {
        let pem = try CertificateFixture.pem("root", "middle")
        let der = try CertificateFixture.der("root") + CertificateFixture.der("middle")
        let forms = [pem, Data(pem.utf8).base64EncodedString(), der.base64EncodedString()]
        let answers = try forms.map {
            try harness.answer("crypto.x509.parse_certificates", try CertificateFixture.arguments([$0]))
        }
        #expect(Set(answers).count == 1)
        #expect(answers[0].contains("Example Middle"))
    }

    @Test(arguments: [
        ("", "[]"), ("-----BEGIN", "[]"),
        ("%", "failure: crypto.x509.parse_certificates: illegal base64 data at input byte 0"),
        ("MAA=", "failure: crypto.x509.parse_certificates: x509: malformed tbs certificate"),
        ("MQA=", "failure: crypto.x509.parse_certificates: x509: malformed certificate"),
        (
            "-----BEGIN KEY-----\nAA==\n-----END KEY-----",
            "failure: crypto.x509.parse_certificates: PEM block type is 'KEY', expected CERTIFICATE"
        ),
    ])
    func `text without certificates is told apart`(_ text: String, _ answer: String) throws {
        let arguments = try CertificateFixture.arguments([text])
        #expect(try harness.answer("crypto.x509.parse_certificates", arguments) == answer)
    }

    @Test(arguments: ["leaf", "names-root", "policy-middle", "ed25519-root"])
    func `a certificate cut short or changed anywhere is read or refused, and never crashes`(_ file: String) throws {
        let der = try CertificateFixture.der(file)
        for count in 0..<der.count {
            let arguments = try CertificateFixture.arguments([der.prefix(count).base64EncodedString()])
            let answer = try harness.answer("crypto.x509.parse_certificates", arguments)
            #expect(answer.hasPrefix("failure: crypto.x509.parse_certificates: x509: ") || count == 0 && answer == "[]")
        }
        for index in der.indices {
            for change in [UInt8(0x01), 0xa0] {
                var changed = der
                changed[index] ^= change
                let arguments = try CertificateFixture.arguments([changed.base64EncodedString()])
                let answer = try harness.answer("crypto.x509.parse_certificates", arguments)
                #expect(answer.hasPrefix("[") || answer.hasPrefix("failure: crypto.x509.parse_certificates: x509: "))
            }
        }
    }

    // MARK: - Requests

    @Test(arguments: [
        Member("Version", "0"), Member("Subject.CommonName", #""request.example.com""#),
        Member("DNSNames", #"["request.example.com"]"#), Member("IPAddresses", #"["192.0.2.8"]"#),
        Member("PublicKeyAlgorithm", "1"), Member("SignatureAlgorithm", "4"), Member("ExtraExtensions", "null"),
        Member("Extensions.0.Id", "[2, 5, 29, 17]"), Member("Attributes.0.Type", "[1, 2, 840, 113549, 1, 9, 14]"),
        Member("Attributes.0.Value.0.0.Type", "[2, 5, 29, 17]"),
    ])
    func `a request shows what it asks for`(_ member: Member) throws {
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem("request")])
        #expect(member.found(in: try harness.call("crypto.x509.parse_certificate_request", arguments)) == member.term)
    }

    @Test func `a bare request has neither attributes nor extensions`() throws {
        let der = try CertificateFixture.der("bare-request").base64EncodedString()
        let request = try harness.call(
            "crypto.x509.parse_certificate_request", try CertificateFixture.arguments([der]))
        for member in [Member("Attributes", "null"), Member("Extensions", "null"), Member("DNSNames", "null")] {
            #expect(member.found(in: request) == member.term)
        }
    }

    @Test(arguments: [
        ("%", "illegal base64 data at input byte 0"), ("", "asn1: syntax error: sequence truncated"),
        ("MAA=", "asn1: structure error: certificate request is malformed"),
        (
            "AgEB",
            "asn1: structure error: tags don't match (16 vs {class:0 tag:2 length:1 isCompound:false}) {optional:false "
                + "explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 "
                + "set:false omitEmpty:false} certificateRequest @2"
        ),
    ])
    func `what is no request is refused`(_ text: String, _ reason: String) throws {
        let answer = try harness.answer(
            "crypto.x509.parse_certificate_request", try CertificateFixture.arguments([text]))
        #expect(answer == "failure: crypto.x509.parse_certificate_request: \(reason)")
    }

    @Test func `a certificate is no request`() throws {
        let text = Data(try CertificateFixture.pem("root").utf8).base64EncodedString()
        let answer = try harness.answer(
            "crypto.x509.parse_certificate_request", try CertificateFixture.arguments([text]))
        #expect(
            answer
                == "failure: crypto.x509.parse_certificate_request: invalid PEM-encoded certificate signing request")
    }
}

import Foundation
import RegoRuntime
import RegoValues
import Testing

struct CertificateChainTests {
    /// Certificates, root first and leaf last, the options, and whether there is a chain.
    struct Chain: Sendable, CustomTestStringConvertible {
        let files: [String]
        let options: String
        let isValid: Bool

        init(_ files: [String], _ isValid: Bool) { self.init(files, "{}", isValid) }

        init(_ files: [String], _ options: String, _ isValid: Bool) {
            (self.files, self.options, self.isValid) = (files, options, isValid)
        }

        var testDescription: String { "\(files.joined(separator: " < ")) \(options)" }
    }

    static let usual = ["root", "middle", "leaf"]

    private func verdict(_ chain: Chain, now: Int64 = CertificateFixture.now) throws -> Bool {
        let pem = try chain.files.map { try CertificateFixture.pem($0) }.joined()
        let answer = try BuiltinHarness(now: now).call(
            "crypto.x509.parse_and_verify_certificates_with_options",
            try CertificateFixture.arguments([pem], chain.options))
        let (valid, certificates) = (answer.elements[0], answer.elements[1])
        #expect((certificates.count > 0) == (RegoTermWriter.text(valid) == "true"))
        return RegoTermWriter.text(valid) == "true"
    }

    @Test(arguments: [
        Chain(usual, true), Chain(["root", "leaf"], false), Chain(["middle", "leaf"], true), Chain(["leaf"], false),
        Chain(["root", "leaf", "middle"], true), Chain(["root", "rsa-root", "middle", "middle", "leaf"], true),
        Chain(["rsa-root", "rsa-leaf"], true), Chain(["pss-root", "pss-leaf"], true),
        Chain(["ed25519-root", "ed25519-leaf"], true), Chain(["p521-root", "p521-leaf"], true),
        Chain(["rsa-root", "pss-leaf"], false), Chain(["root", "root"], true), Chain(["leaf", "leaf"], true),
    ])
    func `a chain needs every signature`(_ chain: Chain) throws {
        #expect(try verdict(chain) == chain.isValid)
    }

    @Test(arguments: [
        Chain(["root", "sha1-leaf"], false), Chain(["root", "critical-leaf"], false),
        Chain(["root", "no-authority", "no-authority-leaf"], false),
        Chain(["root", "no-signer", "no-signer-leaf"], false),
        Chain(["root", "middle", "deep-middle", "deep-leaf"], false),
        Chain(["middle", "deep-middle", "deep-leaf"], false), Chain(["deep-middle", "deep-leaf"], true),
    ])
    func `authorities must be allowed to sign, and no further down than they may`(_ chain: Chain) throws {
        #expect(try verdict(chain) == chain.isValid)
    }

    @Test(arguments: [
        Chain(["root", "middle", "client"], false),
        Chain(["root", "middle", "client"], #"{"KeyUsages": ["KeyUsageClientAuth"]}"#, true),
        Chain(["root", "middle", "client"], #"{"KeyUsages": {"set": ["KeyUsageAny"]}}"#, true),
        Chain(["root", "middle", "client"], #"{"KeyUsages": ["KeyUsageCodeSigning"]}"#, false),
        Chain(["root", "middle", "client"], #"{"KeyUsages": ["KeyUsageCodeSigning", "KeyUsageClientAuth"]}"#, true),
        Chain(["root", "client-middle", "client-middle-leaf"], false),
        Chain(["root", "client-middle", "client-middle-leaf"], #"{"KeyUsages": ["KeyUsageClientAuth"]}"#, false),
        Chain(["root", "client-middle", "client-middle-leaf"], #"{"KeyUsages": ["KeyUsageAny"]}"#, true),
    ])
    func `every certificate of the chain must be for the purpose`(_ chain: Chain) throws {
        #expect(try verdict(chain) == chain.isValid)
    }

    @Test(arguments: [
        Chain(usual, #"{"DNSName": "api.example.com"}"#, true), Chain(usual, #"{"DNSName": "API.example.com."}"#, true),
        Chain(usual, #"{"DNSName": "x.apps.example.com"}"#, true),
        Chain(usual, #"{"DNSName": "\"api.example.com\""}"#, true),
        Chain(usual, #"{"DNSName": "apps.example.com"}"#, false),
        Chain(usual, #"{"DNSName": "x.y.apps.example.com"}"#, false),
        Chain(usual, #"{"DNSName": "192.0.2.7"}"#, true), Chain(usual, #"{"DNSName": "[2001:db8::7]"}"#, true),
        Chain(usual, #"{"DNSName": "192.0.2.8"}"#, false), Chain(usual, #"{"DNSName": ""}"#, true),
        Chain(["ed25519-root", "ed25519-leaf"], #"{"DNSName": "ed.example.com"}"#, false),
    ])
    func `the leaf must be for the host, by its alternative names`(_ chain: Chain) throws {
        #expect(try verdict(chain) == chain.isValid)
    }

    @Test(arguments: [
        ("good", true), ("other-domain", false), ("excluded-domain", false), ("excluded-wildcard", false),
        ("other-mail", false), ("other-uri", false), ("hostless-uri", false), ("other-address", false),
    ])
    func `names outside the constraints are refused`(_ leaf: String, _ isValid: Bool) throws {
        #expect(try verdict(Chain(["names-root", "names-\(leaf)"], isValid)) == isValid)
    }

    @Test(arguments: [(5, true), (4, false), (1, false), (0, true)])
    func `comparisons with name constraints have a limit`(_ limit: Int, _ isValid: Bool) throws {
        // One excluded and four permitted subtrees meet one name each; 0 means the usual limit.
        let chain = Chain(["names-root", "names-good"], #"{"MaxConstraintComparisons": \#(limit)}"#, isValid)
        #expect(try verdict(chain) == isValid)
    }

    @Test(arguments: [("policy-leaf", true), ("policy-other-leaf", false)])
    func `a required policy must be kept`(_ leaf: String, _ isValid: Bool) throws {
        #expect(try verdict(Chain(["policy-root", "policy-middle", leaf], isValid)) == isValid)
    }

    @Test(arguments: [
        (Int64(1_735_689_599_999_999_999), false), (1_735_689_600_000_000_000, true),
        (2_366_841_600_000_000_000, true), (2_366_841_600_000_000_001, false), (0, false),
    ])
    func `certificates count from their first second to their last`(_ time: Int64, _ isValid: Bool) throws {
        #expect(try verdict(Chain(Self.usual, isValid), now: time) == isValid)
        #expect(try verdict(Chain(Self.usual, #"{"CurrentTime": \#(time)}"#, isValid)) == isValid)
    }

    @Test(arguments: [
        (#"{"DNSName": 1}"#, "'DNSName' should be a string"),
        (#"{"CurrentTime": "x"}"#, "'CurrentTime' should be a number"),
        (#"{"CurrentTime": 1.5}"#, "'CurrentTime' should be a valid int64 number"),
        (#"{"MaxConstraintComparisons": true}"#, "'MaxConstraintComparisons' should be a number"),
        (#"{"MaxConstraintComparisons": 0.5}"#, "'MaxConstraintComparisons' should be a valid number"),
        (#"{"KeyUsages": "KeyUsageAny"}"#, "'KeyUsages' should be an Array or Set"),
        (#"{"KeyUsages": ["KeyUsageAny", "a", "b"]}"#, "invalid entries for 'KeyUsages' found: [a b]"),
        (#"{"Roots": []}"#, "invalid key option"),
    ])
    func `options that make no sense are errors`(_ options: String, _ reason: String) throws {
        let name = "crypto.x509.parse_and_verify_certificates_with_options"
        let arguments = try CertificateFixture.arguments([try CertificateFixture.pem("root", "middle")], options)
        #expect(try BuiltinHarness().answer(name, arguments) == "failure: \(name): \(reason)")
    }

    @Test func `the chain stands leaf first, with its URLs unless options were given`() throws {
        let harness = BuiltinHarness(now: CertificateFixture.now)
        let pem = try CertificateFixture.pem("root", "middle", "leaf")
        let plain = try harness.call(
            "crypto.x509.parse_and_verify_certificates", try CertificateFixture.arguments([pem]))
        let chain = Array(plain.elements[1].elements)
        let names = chain.map { RegoTermWriter.text($0.lookup("Subject").lookup("CommonName")) }
        #expect(names == [#""api.example.com""#, #""Example Middle""#, #""Example Root""#])
        #expect(chain.allSatisfy { !$0.lookup("URIStrings").isUndefined })
        let optional = try harness.call(
            "crypto.x509.parse_and_verify_certificates_with_options", try CertificateFixture.arguments([pem], "{}"))
        #expect(optional.elements[1].elements.allSatisfy { $0.lookup("URIStrings").isUndefined })
    }

    @Test(arguments: ["", "no certificate", "MQA="])
    func `what cannot be read is not verified`(_ text: String) throws {
        let arguments = try CertificateFixture.arguments([text])
        let answer = try BuiltinHarness().answer("crypto.x509.parse_and_verify_certificates", arguments)
        #expect(answer == "[false, []]")
    }

    @Test func `a leaf with any bit changed is never verified`() throws {
        let harness = BuiltinHarness(now: CertificateFixture.now)
        let root = try CertificateFixture.der("p521-root")
        let leaf = try CertificateFixture.der("p521-leaf")
        for index in leaf.indices {
            var changed = leaf
            changed[index] ^= 1 << UInt8(index % 8)
            let arguments = try CertificateFixture.arguments([(root + changed).base64EncodedString()])
            let answer = try harness.answer("crypto.x509.parse_and_verify_certificates", arguments)
            #expect(answer == "[false, []]", "byte \(index)")
        }
    }
}

import SignedTokens
import Testing

@testable import PolicyBundles

@Suite struct StopListTests {
    typealias Change = AgentStopList.Change
    /// The fixtures' now, in milliseconds.
    static let now = Fixture.now * 1000

    static func list(tenant: String = "acme", serial: Int64 = now, scope: String? = nil) -> AgentStopList {
        AgentStopList(
            tenant: tenant,
            changes: [Change(agent: "finance", isStopped: true, reason: "drill", by: "lea", serial: serial)],
            scope: scope)
    }

    @Test func `a list survives its token, and has one form`() throws {
        var list = Self.list()
        _ = list.turn("audit", isStopped: true, reason: "", by: "max", now: 5)
        let signed = try list.signed(by: Fixture.key)
        #expect(try SignedStopList(token: signed.token + "\n") == signed)
        #expect(
            String(decoding: list.payload, as: UTF8.self) == """
                {"agents":[{"agent":"audit","by":"max","reason":"","serial":1795409600001,"stopped":true},\
                {"agent":"finance","by":"lea","reason":"drill","serial":1795409600000,"stopped":true}],"tenant":"acme"}
                """)
    }

    @Test func `each change is later than all before it, whatever the clock says, and the same again is none`() {
        var list = AgentStopList(tenant: "acme")
        #expect(list.serial == 0)
        let news = [
            list.turn("finance", isStopped: true, reason: "a", by: "lea", now: 1000),
            list.turn("finance", isStopped: true, reason: "b", by: "max", now: 2000),
            list.turn("finance", isStopped: false, reason: "c", by: "max", now: 900),
        ]
        #expect(news == [true, false, true])
        #expect(list.changes == [Change(agent: "finance", isStopped: false, reason: "c", by: "max", serial: 1001)])
        // Said also where nothing is known of a stop: a gateway may know more than a list that was lost.
        let isNews = list.turn("audit", isStopped: false, reason: "", by: "max", now: 5000)
        #expect(isNews)
        #expect(list.serial == 5000)
    }

    @Test(arguments: [
        "", "x", "a.b.c", "<html>not what you want</html>", token("{}"), token("[]"), token(#"{"tenant":"acme"}"#),
        token(#"{"agents":[],"tenant":"acme"}"#),
        token(#"{"agents":[\#(change)],"tenant":"../x"}"#),
        token(#"{"agents":[\#(change)],"tenant":"acme","more":1}"#),
        token(#"{"agents":[\#(change)],"tenant":"acme","scope":""}"#),
        token(#"{"agents":[\#(change)],"tenant":"acme","tenant":"acme"}"#),
        token(#"{"agents":[\#(change),\#(change)],"tenant":"acme"}"#),
        token(#"{"agents":{"a":\#(change)},"tenant":"acme"}"#),
        token(#"{"agents":[{"agent":"a","by":"lea","reason":"","serial":1}],"tenant":"acme"}"#),
        token(#"{"agents":[{"agent":"a","by":"lea","reason":"","serial":1,"stopped":"no"}],"tenant":"acme"}"#),
        token(#"{"agents":[{"agent":"a","by":"lea","reason":"","serial":0,"stopped":true}],"tenant":"acme"}"#),
        token(#"{"agents":[{"agent":"a","by":"lea","reason":"","serial":1.5,"stopped":true}],"tenant":"acme"}"#),
        token(
            #"{"agents":[{"agent":"a","by":"lea","reason":"","serial":9223372036854775807,"stopped":true}],"tenant":"acme"}"#
        ),
        token(#"{"agents":[{"agent":"","by":"lea","reason":"","serial":1,"stopped":true}],"tenant":"acme"}"#),
        token(#"{"agents":[{"agent":"a","by":"","reason":"","serial":1,"stopped":true}],"tenant":"acme"}"#),
        token(
            #"{"agents":[{"agent":"a","by":"lea","reason":"\#(String(repeating: "x", count: 4097))","serial":1,"stopped":true}],"tenant":"acme"}"#
        ),
    ])
    func `what is no list is refused whole`(text: String) {
        let error = #expect(throws: BundleError.self) { try SignedStopList(token: text) }
        #expect(
            error?.description.hasPrefix(
                "stops:1:1: error: the list of switched agents is damaged [bundle.stops-invalid]") == true)
    }

    @Test func `a list that no gateway would take is not signed`() throws {
        var long = AgentStopList(tenant: "acme")
        _ = long.turn("a", isStopped: true, reason: String(repeating: "x", count: 4097), by: "lea", now: 1)
        let error = #expect(throws: TokenError.self) { try long.signed(by: Fixture.key) }
        #expect(error?.message == "a name or a reason in the list of switched agents is empty or too long")
        let many = AgentStopList(
            tenant: "acme",
            changes: (0..<1100).map {
                Change(
                    agent: "a\($0)", isStopped: true, reason: String(repeating: "x", count: 4000), by: "lea", serial: 1)
            })
        let large = #expect(throws: TokenError.self) { try many.signed(by: Fixture.key) }
        #expect(large?.message == "the list of switched agents would have more than 4 MiB")
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let name: String
        let token: String
        let message: String
        var known: Int64 = 0
        var testDescription: String { name }
    }

    private static func key(_ name: String) -> SigningKey {
        do { return try SigningKey(generating: .edDSA, name: name) } catch { preconditionFailure("\(error)") }
    }
    static let (globex, reviewer, oncall, gone, late) = (
        key("globex-2026"), key("reviewer"), key("oncall"), key("gone"), key("late")
    )

    static let refused: [Refused] = {
        do {
            let stranger = try SigningKey(generating: .edDSA, name: "stranger")
            let twin = try SigningKey(generating: .edDSA, name: "ops-2026")
            let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoib3BzLTIwMjYiLCJ0eXAiOiJhZWdpcy1hZ2VudC1zdG9wcytqd3QifQ"
            let whole = try list().signed(by: Fixture.key).token.split(separator: ".")
            return [
                Refused(
                    name: "a key that nobody trusts", token: try list().signed(by: stranger).token,
                    message:
                        "cannot be believed: the token is signed by a key that is not trusted here [bundle.key-untrusted]"
                ),
                Refused(
                    name: "another key of the same name", token: try list().signed(by: twin).token,
                    message:
                        "cannot be believed: the signature is not by the key `ops-2026` over this content [bundle.signature-invalid]"
                ),
                Refused(
                    name: "no signature", token: "\(unsigned).\(whole[1]).AAAA",
                    message:
                        "cannot be believed: the token is not signed (`alg` is `none`) [bundle.signature-algorithm]"),
                Refused(
                    name: "a token for another use",
                    token: try Fixture.key.token(over: list().payload, type: BundlePointer.tokenType),
                    message:
                        "cannot be believed: the token's type is not `aegis-agent-stops+jwt` [bundle.stops-invalid]"),
                Refused(
                    name: "another tenant's key", token: try list().signed(by: globex).token,
                    message: "is signed by `globex-2026`, which may not sign for tenant `acme` [bundle.key-tenant]"),
                Refused(
                    name: "another tenant", token: try list(tenant: "globex").signed(by: Fixture.key).token,
                    message: "is of tenant `globex`, not `acme` [bundle.tenant-mismatch]"),
                Refused(
                    name: "another use of the key", token: try list(scope: "other").signed(by: Fixture.key).token,
                    message: "is not signed for what the key `ops-2026` is trusted for [bundle.scope-mismatch]"),
                Refused(
                    name: "a role that switches nobody", token: try list().signed(by: reviewer).token,
                    message: "is signed by `reviewer`, whose holder is neither operator nor publisher [bundle.key-role]"
                ),
                Refused(
                    name: "a compromised key", token: try list().signed(by: gone).token,
                    message:
                        "cannot be believed: the key `gone` was revoked at 1970-01-01T00:00:09Z: lost [bundle.key-revoked]"
                ),
                Refused(
                    name: "a key that was not valid yet", token: try list(serial: 1000).signed(by: late).token,
                    message:
                        "cannot be believed: the key `late` is valid from 1970-01-01T00:00:09Z, the signature is of 1970-01-01T00:00:01Z [bundle.key-outside-period]"
                ),
                Refused(
                    name: "the future", token: try list(serial: now + 301_000).signed(by: Fixture.key).token,
                    message: "was written 301 s from now [bundle.signature-from-future]"),
                Refused(
                    name: "an older list", token: try list(serial: now - 10_000).signed(by: Fixture.key).token,
                    message:
                        "is of 2026-11-23T04:53:10Z, and one of 2026-11-23T04:53:20Z is known [bundle.stops-older]",
                    known: now),
            ]
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    private static func verifier() throws -> BundleVerifier {
        var verifier = try Fixture.verifier()
        let nine = UTCTime(seconds: 9)
        verifier.trust = try KeyRing([
            TrustedKey(Fixture.key.verificationKey), TrustedKey(globex.verificationKey, tenants: ["globex"]),
            TrustedKey(reviewer.verificationKey, roles: [PolicyRole.reviewer, PolicyRole.approver]),
            TrustedKey(oncall.verificationKey, roles: [PolicyRole.operator]),
            TrustedKey(
                gone.verificationKey, revocation: Revocation(at: nine, reason: "lost", isCompromised: true)),
            TrustedKey(late.verificationKey, validFrom: nine),
        ])
        return verifier
    }

    @Test(arguments: refused)
    func `a list that may not be believed is refused with its reason`(refused: Refused) throws {
        let error = #expect(throws: BundleError.self) {
            try Self.verifier().verify(
                SignedStopList(token: refused.token), after: refused.known, now: Fixture.now)
        }
        #expect(
            error?.description.split(separator: "\n").first.map(String.init)
                == "stops:1:1: error: the list of switched agents \(refused.message)")
        #expect(error?.fix != nil)
    }

    @Test func `operators and publishers are believed, also when the known list comes again`() throws {
        for key in [Fixture.key, Self.oncall] {
            let verified = try Self.verifier().verify(
                Self.list().signed(by: key), after: Self.now, now: Fixture.now)
            #expect(verified.list == Self.list() && verified.keyID == key.name)
        }
    }

    @Test func `an operator's key signs no bundle's pointer`() throws {
        let pointer = try PointerTests.pointer().signed(by: Self.oncall)
        let error = #expect(throws: BundleError.self) {
            try Self.verifier().verify(pointer, after: nil, now: Fixture.now)
        }
        #expect(error?.code == .keyRole)
    }

    private static let change = #"{"agent":"a","by":"lea","reason":"","serial":1,"stopped":true}"#

    private static func token(_ claims: String) -> String {
        do { return try Fixture.key.token(over: Array(claims.utf8), type: AgentStopList.tokenType) } catch {
            preconditionFailure("\(error)")
        }
    }
}

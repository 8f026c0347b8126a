import AccessControl
import Approvals
import Decisions
import Testing

/// What may be issued over the API, and by whom.
@Suite struct KeyRequestTests {
    static let now = Timestamp(seconds: 1_795_000_000)
    static let soon = now.advanced(bySeconds: 86_400)

    static func issue(
        _ wish: KeyRequest, roles: [String] = ["operator", "treasurer"], elsewhere: [String: [String]] = [:],
        in tenant: String = "acme"
    ) throws(AccessError) -> Caller {
        try wish.caller(issuedBy: RoleTests.person(roles, elsewhere: elsewhere), in: tenant, now: now)
    }

    @Test func `an operator issues agents' keys, where they are one`() throws {
        let wish = KeyRequest(keyID: "shop-1", kind: .agent, grants: ["dry_run"])
        let caller = try Self.issue(wish)
        #expect(caller.tenant == "acme" && caller.kind == .agent && caller.name == nil && caller.roles == [])
        #expect(caller.grants == ["dry_run"])
        #expect(try Self.issue(wish, roles: [], elsewhere: ["globex": ["operator"]], in: "globex").tenant == "globex")
    }

    @Test func `a person's key from the API is the issuer's own, and says no more than they may`() throws {
        let caller = try Self.issue(
            KeyRequest(keyID: "lea-laptop", kind: .person, roles: ["treasurer"], expiresAt: Self.soon))
        #expect(caller.name == "lea" && caller.roles == ["treasurer"] && caller.rolesElsewhere.isEmpty)
    }

    @Test(arguments: [
        (KeyRequest(keyID: "k", kind: .person, roles: ["auditor"], expiresAt: soon), AccessError.Code.beyondOwnRights),
        (KeyRequest(keyID: "k", kind: .person, roles: ["operator@globex"], expiresAt: soon), .beyondOwnRights),
        (KeyRequest(keyID: "k", kind: .person, roles: ["operator"]), .invalid),
        (KeyRequest(keyID: "k", kind: .person, expiresAt: now.advanced(bySeconds: 367 * 86_400)), .invalid),
        (KeyRequest(keyID: "k", kind: .person, grants: ["dry_run"], expiresAt: soon), .invalid),
        (KeyRequest(keyID: "k", kind: .agent, roles: ["operator"]), .invalid),
        (KeyRequest(keyID: "k", kind: .agent, grants: ["everything"]), .invalid),
        (KeyRequest(keyID: "k", kind: .agent, expiresAt: now), .invalid),
        (KeyRequest(keyID: "k_1", kind: .agent), .invalid), (KeyRequest(keyID: "", kind: .agent), .invalid),
        (KeyRequest(keyID: String(repeating: "k", count: 65), kind: .agent), .invalid),
    ])
    func `what would give more, or lasts for ever, or is no key, is refused`(wish: KeyRequest, code: AccessError.Code) {
        let error = #expect(throws: AccessError.self) { try Self.issue(wish) }
        #expect(error?.code == code)
    }

    @Test func `a key of another tenant takes its operator, and nobody is made a person there`() {
        let agent = KeyRequest(keyID: "k", kind: .agent)
        let person = KeyRequest(keyID: "k", kind: .person, expiresAt: Self.soon)
        for (wish, elsewhere, code) in [
            (agent, [:], AccessError.Code.notFound), (agent, ["globex": ["auditor"]], .forbidden),
            (person, [:], .notFound), (person, ["globex": ["operator"]], .forbidden),
        ] as [(KeyRequest, [String: [String]], AccessError.Code)] {
            let error = #expect(throws: AccessError.self) {
                try Self.issue(wish, elsewhere: elsewhere, in: "globex")
            }
            #expect(error?.code == code)
        }
    }
}

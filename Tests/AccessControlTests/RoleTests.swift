import AccessControl
import Decisions
import Testing

@Suite struct RoleTests {
    /// Who may do what: the whole table, so that a change of it is a change here.
    static let table: [(Permission, Set<Role>)] = [
        (.seePolicies, [.author, .reviewer, .publisher, .auditor, .operator]),
        (.tryPolicies, [.author, .reviewer, .publisher, .auditor]),
        (.proposePolicies, [.author]), (.reviewPolicies, [.reviewer]), (.publishPolicies, [.publisher]),
        (.keepObjects, [.author, .publisher]),
        (.seeShadow, [.author, .reviewer, .publisher, .auditor]),
        (.seeAgents, [.author, .reviewer, .publisher, .auditor, .operator]), (.switchAgents, [.operator]),
        (.seeApprovals, [.approver, .auditor]), (.seeTrail, [.auditor]), (.seeKeys, [.auditor, .operator]),
        (.issueKeys, [.operator]), (.revokeKeys, [.operator]),
    ]

    @Test func `each permission is given by exactly these roles`() {
        #expect(Set(Self.table.map(\.0)) == Set(Permission.allCases))
        for (permission, roles) in Self.table {
            #expect(Set(Role.allCases.filter { $0.gives(permission) }) == roles, "\(permission)")
        }
    }

    @Test func `whoever sees everything changes nothing, and nobody both writes and publishes`() {
        let changes: Set<Permission> = [
            .proposePolicies, .reviewPolicies, .publishPolicies, .keepObjects, .switchAgents, .issueKeys, .revokeKeys,
        ]
        #expect(Role.auditor.permissions.isDisjoint(with: changes))
        for role in Role.allCases {
            #expect(
                role.permissions.intersection([.proposePolicies, .reviewPolicies, .publishPolicies]).count <= 1,
                "\(role)")
        }
    }

    static func person(_ roles: [String], elsewhere: [String: [String]] = [:]) throws(AccessError) -> Principal {
        try Principal(
            Caller(
                tenant: "acme", kind: .person, name: "lea", keyID: "lea", roles: roles, rolesElsewhere: elsewhere,
                method: .apiKey))
    }

    @Test func `a person sees their own tenant, and others by explicit grant alone`() throws {
        let olga = try Self.person(["operator"], elsewhere: ["globex": ["auditor"], "initech": []])
        #expect(olga.tenants == ["acme", "globex"])
        #expect(olga.may(.switchAgents, in: "acme"))
        #expect(!olga.may(.switchAgents, in: "globex"), "a role in one tenant is none in another")
        #expect(olga.may(.seeTrail, in: "globex"))
        #expect(!olga.may(.seeTrail, in: "acme"))
        try olga.require(.seeTrail, in: "globex")
        let forbidden = #expect(throws: AccessError.self) { try olga.require(.switchAgents, in: "globex") }
        #expect(forbidden?.description == "`agents.switch` in `globex` takes the role `operator` [forbidden]")
        for hidden in ["initech", "umbrella", "", "*", "acme/../globex"] {
            #expect(throws: AccessError.noTenant(hidden)) { try olga.require(.seeTrail, in: hidden) }
        }
    }

    @Test func `an agent's key is no person's, whatever roles it was given`() {
        let error = #expect(throws: AccessError.self) {
            try Principal(
                Caller(
                    tenant: "acme", kind: .agent, name: "shop", keyID: "k", roles: ["operator"], method: .apiKey))
        }
        #expect(error?.code == .notAPerson)
    }

    @Test(arguments: [
        ("operator", true), ("operator@acme", true), ("a.b-c_d:e", true), ("", false), ("@acme", false),
        ("operator@", false), ("a@b@c", false), ("two words", false), ("ro\u{0}le", false), ("rôle", false),
    ])
    func `a role is one word, and one more behind its @`(text: String, isWord: Bool) {
        #expect(RoleGrants.isWord(text) == isWord)
    }
}

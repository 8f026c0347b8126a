import PolicyDocuments
import RegoSyntax
import Testing

@testable import PolicyImpact

/// No widening hides behind another change.
@Suite struct SafetyNetTests {
    private static let tenant = """
        aegis: v1
        kind: Tenant
        name: acme
        time_zone: UTC
        stale_after: 24h
        when_stale: deny
        pending_approvals_per_agent: 100

        """
    private static let delegating = """
        aegis: v1
        kind: Policy
        name: custom
        description: what it is
        agents: [finance-agent]
        tools: [payments.refund]
        rego: custom.rego
        approval: {approvers: ["role:treasurer"], quorum: 2}

        """
    private static let rego = """
        package aegis.custom["custom"]

        approval_needed contains "look at it" if input.params.amount > 10

        allow if true

        """

    private static func tree(_ policies: [String], rego: String = rego) -> PolicyTree {
        PolicyTree(files: [
            SourceFile(
                name: "all.yaml",
                text: ([Diffs.agents, Diffs.tools, Diffs.policy] + policies).joined(separator: "---\n")),
            SourceFile(name: "custom.rego", text: rego),
        ])
    }

    private static func words(_ diff: PolicyDiff) -> [String] {
        diff.changes.map { "\($0.effect.rawValue) \($0.place): \($0.words)" }
    }

    @Test func `the document that says when stale policies deny does not go unseen`() throws {
        let all = [Self.tenant, Self.delegating]
        let described = Self.delegating.replacing("what it is", with: "what it was")
        for after in [Self.delegating, described] {
            let diff = try PolicyDiff(from: Self.tree(all), to: Self.tree([after]))
            #expect(
                diff.widenings.map(\.words) == [
                    "a gateway whose policies are stale goes on, and only reports it",
                    "no policies are ever stale: `stale_after` is gone",
                ])
        }
    }

    @Test(arguments: [
        (
            "stale_after: 24h", "stale_after: 48h",
            "widens tenant acme: `stale_after` was raised from 86400 s to 172800 s"
        ),
        (
            "stale_after: 24h", "stale_after: 1h",
            "narrows tenant acme: `stale_after` was lowered from 86400 s to 3600 s"
        ),
        (
            "when_stale: deny", "when_stale: report",
            "widens tenant acme: a gateway whose policies are stale goes on, and only reports it"
        ),
        (
            "when_stale: deny", "when_stale: deny\nmode: shadow",
            "widens tenant acme: every call is allowed, and its outcome only recorded"
        ),
        ("time_zone: UTC\n", "", "neutral tenant acme: `time_zone` is written otherwise and means the same"),
        ("name: acme", "name: acme\ndescription: us", "neutral tenant acme: `description` changed"),
    ])
    func `what a tenant sets for itself is told`(old: String, new: String, told: String) throws {
        let after = Self.tenant.replacing(old, with: new)
        let diff = try PolicyDiff(
            from: Self.tree([Self.tenant, Self.delegating]), to: Self.tree([after, Self.delegating]))
        #expect(Self.words(diff) == [told])
    }

    @Test(arguments: [
        ("quorum: 2", "quorum: 1", "widens", "the approval of `rego`: `quorum` was lowered from 2 to 1"),
        ("quorum: 2", "quorum: 3", "narrows", "the approval of `rego`: `quorum` was raised from 2 to 3"),
        (
            #"["role:treasurer"]"#, #"["role:treasurer", "role:intern"]"#, "widens",
            "the approval of `rego`: `role:intern` may approve too"
        ),
        (
            "approval: {approvers: [\"role:treasurer\"], quorum: 2}\n", "", "widens",
            "the approval of `rego`: `quorum` was lowered from 2 to 1"
        ),
    ])
    func `who approves what a Rego file asks for is compared`(
        old: String, new: String, effect: String, told: String
    ) throws {
        let after = Self.delegating.replacing(old, with: new)
        let diff = try PolicyDiff(from: Self.tree([Self.delegating]), to: Self.tree([after]))
        #expect(Self.words(diff).contains("\(effect) policy custom: \(told)"))
        // Another change beside it hides nothing.
        let beside = after.replacing("what it is", with: "what it was")
        #expect(
            Self.words(try PolicyDiff(from: Self.tree([Self.delegating]), to: Self.tree([beside])))
                .contains("\(effect) policy custom: \(told)"))
    }

    @Test func `a changed Rego file of a policy in shadow decides nothing, and is told`() throws {
        let shadow = Self.delegating.replacing("name: custom\n", with: "name: custom\nmode: shadow\n")
        let diff = try PolicyDiff(
            from: Self.tree([shadow]), to: Self.tree([shadow], rego: Self.rego.replacing("> 10", with: "> 99")))
        #expect(Self.words(diff) == ["neutral policy custom: the policy changed; it is in shadow and decides nothing"])
    }

    /// Each comparison, had it been forgotten: the net alone still says that something may widen. Who speaks about whom stands in
    /// the tables, which follow from all documents: there any other change tells.
    private static let caught = PolicyDiffTests.edits.filter { edit in
        edit.effect != .neutral && !edit.new.contains("owner: somebody") && !edit.new.contains("mode: shadow")
            && !edit.old.hasPrefix("agents:")
    }

    @Test(arguments: caught)
    func `what no comparison tells is said to be one that may widen`(_ edit: PolicyDiffTests.Edit) throws {
        let before = [Diffs.agents, Diffs.tools, Diffs.policy].joined(separator: "---\n")
        let after = before.replacing(edit.old, with: edit.new, maxReplacements: 1)
        func side(_ text: String) throws -> DiffSide {
            let tree = Diffs.tree(text)
            return DiffSide(
                PolicyCatalog(tree, findings: Findings(files: tree.files)),
                try PolicyCompiler(tenant: "acme").compile(tree),
                isForeign: false)
        }
        let beside = PolicyChange(.neutral, .text, in: "policy payments", rule: "description", "`description` changed")
        let elsewhere = PolicyChange(.narrows, .agent, in: "agent nobody", "the agent is gone", isWhole: true)
        let net = UntoldDifferences(before: try side(before), after: try side(after), told: [beside, elsewhere])
        #expect(net.changes.contains { $0.effect == .mayWiden })
    }
}

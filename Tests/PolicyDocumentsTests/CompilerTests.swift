import Foundation
import Redaction
import RegoRuntime
import RegoSyntax
import RegoValues
import Testing

@testable import PolicyDocuments

@Suite struct CompilerTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `the same tree gives the same bytes in whatever order its files come`() throws {
        let files = [
            SourceFile(name: "b.yaml", text: Catalog.transfer + "---\n" + Catalog.list),
            SourceFile(name: "a.yaml", text: Catalog.agents),
            SourceFile(
                name: "c/p.yaml",
                text:
                    "aegis: v1\nkind: Policy\nname: p1\ncontrols: [\"SOC2:CC6.1\"]\nagents: [\"*\"]\ntools: [payments.list]\neffect: allow\n"
            ),
        ]
        let one = try PolicyTree(files: files).compiled()
        let other = try PolicyTree(files: files.reversed()).compiled()
        #expect(one.files == other.files)
        #expect(one.controls == ["SOC2:CC6.1": ["p1"]])
        #expect(
            one.files.map(\.path) == [
                "aegis/decision.rego", "aegis/dispatch.rego", "aegis/policies/p1.rego",
                "aegis/tools/payments.list.rego",
                "aegis/tools/payments.transfer.rego", "data.json", "policies/a.yaml", "policies/b.yaml",
                "policies/c/p.yaml",
            ])
    }

    @Test func `a document in JSON means the same as in YAML`() throws {
        let json = #"""
            {"aegis": "v1", "kind": "Policy", "name": "p1", "agents": ["finance-agent"], "tools": ["payments.transfer"],
            	"effect": "allow", "rules": [{"name": "no", "effect": "deny", "when": ["params.currency == \"USD\""]}]}
            """#
        let yaml =
            "aegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.transfer]\neffect: allow\n"
            + "rules:\n  - {name: no, effect: deny, when: ['params.currency == \"USD\"']}\n"
        func rego(_ name: String, _ text: String) throws -> String {
            let catalog = [Catalog.agents, Catalog.transfer, Catalog.list].joined(separator: "---\n")
            let tree = PolicyTree(files: [
                SourceFile(name: "a.yaml", text: catalog), SourceFile(name: name, text: text),
            ])
            return try tree.compiled().text("aegis/policies/p1.rego").split(separator: "\n").dropFirst().joined(
                separator: "\n")
        }
        #expect(try rego("p.json", json) == rego("p.yaml", yaml))
    }

    @Test func `an authored file of a name that OPA loads stands aside`() throws {
        let tree = PolicyTree(files: [
            SourceFile(name: "data.yaml", text: Catalog.agents), SourceFile(name: "x/.signatures.json", text: "{}"),
            SourceFile(name: "t.yaml", text: Catalog.list),
        ])
        #expect(PolicyCompiler.authoredPath("data.yaml") == "policies/data.yaml.txt")
        #expect(PolicyCompiler.authoredPath("x/.signatures.json") == "policies/x/.signatures.json.txt")
        #expect(PolicyCompiler.lint(tree).map(\.code).contains("policy.missing-field"))
    }

    @Test func `a Rego file says what YAML cannot`() throws {
        let policy =
            "aegis: v1\nkind: Policy\nname: refunds\nagents: [finance-agent]\ntools: [payments.transfer]\nrego: refunds.rego\n"
        let rego = """
            package aegis.custom["refunds"]

            import data.aegis.agent
            import input.params

            allow if params.amount < 500

            deny contains "not this team" if {
            \tagent.labels.team == "treasury"
            \tsome tag in params.tags
            \ttag == "blocked"
            }

            approval_needed contains "somebody looks" if params.amount > 200
            """
        let tree = PolicyTree(files: [
            SourceFile(name: "x/catalog.yaml", text: [Catalog.agents, Catalog.transfer].joined(separator: "---\n")),
            SourceFile(name: "x/p.yaml", text: policy), SourceFile(name: "x/refunds.rego", text: rego),
        ])
        let compiled = try tree.compiled()
        func summary(_ params: String) throws -> String { try compiled.decide(Call(params: params)).summary }
        #expect(try summary(#"{"amount": 100, "currency": "EUR", "tags": []}"#) == "allow policy_allow refunds/rego")
        #expect(
            try summary(#"{"amount": 100, "currency": "EUR", "tags": ["blocked"]}"#) == "deny policy_deny refunds/rego")
        #expect(
            try summary(#"{"amount": 300, "currency": "EUR", "tags": []}"#)
                == "approval_needed approval_required refunds/rego")
        #expect(compiled.text("policies/x/refunds.rego") == rego)
        let other = PolicyTree(
            files: tree.files.map { file in
                file.name.hasSuffix(".rego") ? SourceFile(name: file.name, text: "package other") : file
            })
        #expect(PolicyCompiler.lint(other).map(\.fix).contains("write `package aegis.custom[\"refunds\"]`"))
    }

    @Test(arguments: ["verdict.deny", "verdict[kind]"])
    func `a Rego file can ask whether another policy has found something of any kind`(_ asked: String) throws {
        let rego = """
            package aegis.custom["p2"]

            deny contains "p1 denies nothing" if {
            \tsome kind in ["deny"]
            \tcount(data.aegis.policies.p1.\(asked)) == 0
            }
            """
        let policies = Catalog.tree(
            "tools: [payments.transfer]\neffect: allow", "tools: [payments.transfer]\nrego: p2.rego")
        let tree = PolicyTree(files: policies.files + [SourceFile(name: "p2.rego", text: rego)])
        #expect(try tree.decide(Call()).summary == "deny policy_deny p2/rego")
    }

    @Test func `a Rego file that the engine does not take is told where it is wrong`() {
        let tree = PolicyTree(files: [
            SourceFile(name: "a.yaml", text: [Catalog.agents, Catalog.transfer].joined(separator: "---\n")),
            SourceFile(
                name: "b.yaml",
                text:
                    "aegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.transfer]\nrego: p.rego\n"
            ),
            SourceFile(name: "p.rego", text: "package aegis.custom[\"p1\"]\n\nallow if params.amount < 5\n"),
        ])
        let found = PolicyCompiler.lint(tree)
        #expect(found.map { "\($0.location) \($0.code)" } == ["p.rego:3:10 policy.rego-file"])
        #expect(found.first?.sourceLine == "allow if params.amount < 5")
    }

    @Test func `a tenant's settings are in the data`() throws {
        let tenant =
            "---\naegis: v1\nkind: Tenant\nname: acme\nmode: shadow\ntime_zone: Europe/Berlin\npending_approvals_per_agent: 5\n"
        let tree = PolicyTree(Catalog.agents + tenant)
        let data = try Document(json: tree.compiled().data)
        #expect(
            data.root.lookup("aegis").lookup("tenant").json
                == #"{"mode":"shadow","pending_approvals_per_agent":5,"time_zone":"Europe/Berlin"}"#)
        #expect(throws: Diagnostics.self) { try PolicyCompiler(tenant: "other").compile(tree) }
        #expect(PolicyCompiler.lint(tree).filter { $0.severity == .error }.isEmpty)
    }

    @Test func `approvals without approvers go to those who decide the risk`() throws {
        let approvers =
            "---\naegis: v1\nkind: Approvers\nname: treasury\nmembers: [\"role:treasurer\"]\nfor_risk: [high]\n"
        let policy =
            "---\naegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.transfer]\napproval_needed: true\n"
        let outcome = try PolicyTree(
            [Catalog.agents, Catalog.transfer].joined(separator: "---\n") + approvers + policy
        )
        .decide(Call())
        let requirements = outcome.root.lookup("approval").lookup("requirements").elements
        #expect(requirements.map { $0.lookup("approvers").json } == [#"["role:treasurer"]"#])
    }

    /// Finding a call's policies does not look at those of others.
    @Test func `selection gives every policy that speaks about a call and no other`() throws {
        var text = ""
        for index in 0..<6 {
            text +=
                "aegis: v1\nkind: Agent\nname: a\(index)\nidentities: [{api_key: k\(index)}]\nscopes: [\"*\"]\n---\n"
            text += "aegis: v1\nkind: Tool\nname: g\(index % 2).t\(index)\n---\n"
        }
        let globs = ["*", "a1", "a[", "a*"].filter { $0 != "a[" }
        let toolGlobs = ["*", "g0.*", "g1.t1", "g*.t*"]
        var expected: [(agents: String, tools: String)] = []
        for agents in globs {
            for tools in toolGlobs {
                text +=
                    "aegis: v1\nkind: Policy\nname: p\(expected.count)\nagents: [\"\(agents)\"]\ntools: [\"\(tools)\"]\neffect: deny\n---\n"
                expected.append((agents, tools))
            }
        }
        let compiled = try PolicyTree(text).compiled()
        let query = try Program(modules: compiled.modules, data: Document(json: compiled.data)).prepare(
            "data.aegis.selected")
        for agent in 0..<6 {
            for tool in 0..<6 {
                let name = "g\(tool % 2).t\(tool)"
                let heap = Heap()
                let input = Array(#"{"agent": {"id": "a\#(agent)"}, "tool": {"name": "\#(name)"}}"#.utf8)
                let value = try query.value(input: input.withUnsafeBufferPointer { try heap.parseJSON($0) }, heap: heap)
                let selected = value.elements.map { $0.lookup("policy").string ?? "" }
                let wanted = expected.enumerated().filter {
                    NameGlob($0.element.agents).matches("a\(agent)") && NameGlob($0.element.tools).matches(name)
                }
                #expect(selected == wanted.map { "p\($0.offset)" })
            }
        }
    }

    @Test(arguments: StarterSet.all.map(\.name))
    func `a starter set lints clean and runs`(_ name: String) throws {
        let set = try #require(StarterSet.named(name))
        let tree = PolicyTree(files: set.files.map { SourceFile(name: $0.name, text: $0.text) })
        #expect(PolicyCompiler.lint(tree).map(\.rendered) == [])
        _ = try tree.compiled().prepared()
    }

    @Test func `the published schemas are those of the code`() throws {
        let folder = Self.root.appendingPathComponent("schema")
        if ProcessInfo.processInfo.environment["AEGIS_REWRITE_GOLDEN"] == "1" {
            for file in PublishedSchema.files {
                try file.text.write(to: folder.appendingPathComponent(file.name), atomically: true, encoding: .utf8)
            }
        }
        for file in PublishedSchema.files {
            #expect(try String(contentsOf: folder.appendingPathComponent(file.name), encoding: .utf8) == file.text)
            _ = try Document(json: Array(file.text.utf8))
        }
    }

    @Test func `the reference names every code, field and function`() throws {
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("docs/reference/policy-language.md"), encoding: .utf8)
        for code in PolicyCode.allCases { #expect(page.contains("| `\(code.rawValue)` |"), "\(code.rawValue)") }
        for kind in Shape.kinds {
            for field in Shape.ofKind(kind)?.fields ?? [] { #expect(page.contains("`\(field.name)`"), "\(field.name)") }
        }
        for field in Shape.rule.fields + Shape.approval.fields + Shape.sanitize.fields + Shape.identity.fields {
            #expect(page.contains("`\(field.name)`"), "\(field.name)")
        }
        for name in ConditionFunction.all.keys { #expect(page.contains("`\(name)`"), "\(name)") }
        for name in SchemaReader.keywords { #expect(page.contains("`\(name)`"), "\(name)") }
        for name in Redactor.detectorNames { #expect(page.contains("`\(name)`"), "\(name)") }
    }

    /// Every function that conditions may call is one of the engine, with as many arguments.
    @Test(arguments: ConditionFunction.all.keys.sorted())
    func `the engine has each function of conditions`(_ name: String) throws {
        let function = try #require(ConditionFunction.all[name])
        let arguments = function.arguments.indices.map { "input.a\($0)" }.joined(separator: ", ")
        _ = try Program(modules: [SourceFile(name: "x.rego", text: "package x\n\np := \(name)(\(arguments))\n")])
            .prepare("data.x.p")
    }
}

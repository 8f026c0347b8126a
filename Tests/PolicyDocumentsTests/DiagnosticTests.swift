import RegoSyntax
import Testing

@testable import PolicyDocuments

/// A document with `⟦` before each place where something is wrong, and what is said there: `code: message | fix`.
struct Fault: CustomTestStringConvertible, Sendable {
    let name: String
    let text: String
    let expected: [String]

    /// `policy` stands below the catalog and a policy's head.
    init(_ name: String, policy: String, _ expected: String...) {
        self.init(
            name,
            [Catalog.agents, Catalog.transfer, Catalog.list].joined(separator: "---\n")
                + "---\naegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\n\(policy)\n", expected)
    }

    init(_ name: String, file: String, _ expected: String...) {
        self.init(name, file, expected)
    }

    private init(_ name: String, _ text: String, _ expected: [String]) {
        self.name = name
        self.text = text
        self.expected = expected
    }

    var testDescription: String { name }

    /// The text without marks, and the marks' places as `line:column`.
    var marked: (text: String, places: [String]) {
        var text = ""
        var places: [String] = []
        var (line, column) = (1, 1)
        for scalar in scalars {
            if scalar == "⟦" {
                places.append("\(line):\(column)")
                continue
            }
            text.unicodeScalars.append(scalar)
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (text, places)
    }

    private var scalars: String.UnicodeScalarView { self.text.unicodeScalars }
}

private let transfer = "tools: [payments.transfer]\neffect: allow\n"

@Suite struct DiagnosticTests {
    static let reading = [
        Fault(
            "broken YAML", file: "aegis: v1\nkind: [Policy\n⟦",
            "policy.yaml-syntax: while parsing a flow sequence: did not find expected ',' or ']' | correct the YAML; text that holds `: `, ` #` or starts with one of `*&!%@[]{}|>` needs quotes"
        ),
        Fault(
            "every duplicate key, in each document",
            file:
                "aegis: v1\nkind: Tool\nname: a\n⟦name: b\n⟦kind: Tool\n---\nkind: Tool\nmatch: [{mcp: {server: s, ⟦server: t}}]",
            "policy.duplicate-key: `name` stands here twice; first in line 3 | keep one of the two",
            "policy.duplicate-key: `kind` stands here twice; first in line 2 | keep one of the two",
            "policy.duplicate-key: `server` stands here twice; first in line 8 | keep one of the two"),
        Fault(
            "an anchor", file: "aegis: v1\nkind: Tool\nname: a\nlabels: ⟦&x {a: b}",
            "policy.anchor: anchors and aliases are not part of the policy language | write the value out where it is used"
        ),
        Fault(
            "a tag", file: "aegis: v1\nkind: Tool\nname: ⟦!!str 5",
            "policy.tag: YAML tags are not part of the policy language | remove the tag; put text that looks like a number in quotes"
        ),
        Fault(
            "a list for a document", file: "⟦- a",
            "policy.wrong-type: a document is a mapping, and this is a list | start it with `aegis: v1`, `kind:` and `name:`"
        ),
        Fault(
            "nothing", file: "⟦# nothing",
            "policy.empty-tree: there are no policy documents here | write some, or start from a set: aegis policy init payments"
        ),
        Fault(
            "another version", file: "aegis: ⟦v2\nkind: Tool\nname: a",
            "policy.unknown-version: this version of the policy language is not known | write `aegis: v1`"),
        Fault(
            "an unknown kind", file: "aegis: v1\nkind: ⟦Polcy\nname: a",
            "policy.unknown-kind: there is no kind `Polcy` | did you mean `Policy`?"),
        Fault(
            "no kind", file: "⟦aegis: v1\nname: a",
            "policy.missing-field: a document needs the field `kind` | add `kind`: one of Agent, Tool, Policy, Approvers, Tenant, Detector, PolicyTest"
        ),
    ]

    static let shape = [
        Fault(
            "an unknown field", policy: transfer + "⟦max_amout: 5",
            "policy.unknown-field: a policy has no field `max_amout` | did you mean `max_amount`?"),
        Fault(
            "an unknown field in a rule", policy: transfer + "rules: [{name: a, effect: deny, ⟦whem: [true]}]",
            "policy.unknown-field: a rule has no field `whem` | did you mean `when`?"),
        Fault(
            "an unknown effect", policy: "tools: [payments.transfer]\neffect: ⟦alow",
            "policy.unknown-value: `effect` cannot be `alow` | did you mean `allow`?"),
        Fault(
            "a number in quotes", policy: transfer + "max_amount: ⟦\"5\"",
            "policy.wrong-type: `max_amount` is a string, and should be a number | write it without quotes: 5"),
        Fault(
            "text for a list", policy: "tools: ⟦payments.transfer\neffect: allow",
            "policy.wrong-type: `tools` is a string, and should be a list | write a list: [payments.transfer]"),
        Fault(
            "an empty list", policy: transfer + "allowed_endpoints: ⟦[]",
            "policy.empty-list: `allowed_endpoints` is empty | name at least one, or remove the field"),
        Fault(
            "an element twice", policy: transfer + "allowed_domains: [a.example, ⟦a.example]",
            "policy.duplicate-value: `a.example` stands twice in `allowed_domains` | remove one of the two"),
        Fault(
            "out of range", policy: transfer + "max_chain_depth: ⟦-1",
            "policy.out-of-range: `max_chain_depth` is -1 | write a whole number from 0 to 64"),
        Fault(
            "a rate of nothing", policy: transfer + "rps: ⟦0",
            "policy.out-of-range: `rps` is 0 | write a number above 0"),
        Fault(
            "a missing field", policy: transfer + "sanitize: [⟦{paths: [\"$.memo\"]}]",
            "policy.missing-field: a sanitizer needs the field `detectors` | add `detectors`: What is looked for."),
    ]

    static let formats = [
        Fault(
            "money without a currency", policy: transfer + "daily_budget: ⟦20\ncost: 1",
            "policy.wrong-type: `daily_budget` is a number, and should be an amount of money | write an amount of money"
        ),
        Fault(
            "money in another form", policy: transfer + "daily_budget: ⟦20USD\ncost: 1",
            "policy.invalid-money: `20USD` is not an amount of money | write it like `$20` or `20 USD`"),
        Fault(
            "a duration",
            policy: transfer + "approval_needed: true\napproval: {approvers: [\"role:x\"], expires_after: ⟦30 min}",
            "policy.invalid-duration: `30 min` is not a duration | write it like `30m`"),
        Fault(
            "an endpoint", policy: transfer + "allowed_endpoints: [⟦/v1/transfers, ⟦\"FETCH /v1\"]",
            "policy.invalid-endpoint: `/v1/transfers` is not an endpoint | write it like `GET /ehr/*`",
            "policy.invalid-endpoint: `FETCH /v1` is not an endpoint | write it like `GET /ehr/*`"),
        Fault(
            "a domain",
            policy: transfer + "allowed_domains: [⟦\"https://a.example\", ⟦\"*.Acme.example\", ⟦\"a.*\", ⟦\"*.com\"]",
            "policy.invalid-domain: `https://a.example` is not a domain or `*.` and a domain | write it like `api.acme.example` or `*.acme.example`",
            "policy.invalid-domain: `*.Acme.example` is not a domain or `*.` and a domain | write it like `api.acme.example` or `*.acme.example`",
            "policy.invalid-domain: `a.*` is not a domain or `*.` and a domain | write it like `api.acme.example` or `*.acme.example`",
            "policy.invalid-domain: `*.com` is not a domain or `*.` and a domain | write it like `api.acme.example` or `*.acme.example`"
        ),
        Fault(
            "a JSON path", policy: transfer + "sanitize: [{detectors: [email], paths: [⟦memo]}]",
            "policy.invalid-json-path: `memo` is not a JSON path | write it like `$.memo`"),
        Fault(
            "an approver", policy: transfer + "approval_needed: true\napproval: {approvers: [⟦treasurer]}",
            "policy.invalid-approver: `treasurer` is not an approver | write it like `role:treasurer` or `person:maria`"
        ),
        Fault(
            "a channel",
            policy: transfer + "approval_needed: true\napproval: {approvers: [\"role:x\"], notify: [⟦\"#payments\"]}",
            "policy.invalid-channel: `#payments` is not a channel | write it like `slack:#payments`"),
        Fault(
            "channels that nobody delivers to",
            policy: transfer
                + "approval_needed: true\napproval: {approvers: [\"role:x\"], notify: [⟦\"email:a@acme.example\", ⟦\"webhook:https://a.example\"]}",
            "policy.invalid-channel: `email:a@acme.example` is not a channel | write it like `slack:#payments`",
            "policy.invalid-channel: `webhook:https://a.example` is not a channel | write it like `slack:#payments`"),
        Fault(
            "a control", policy: transfer + "controls: [⟦CC6.1]",
            "policy.invalid-control: `CC6.1` is not a control id | write it like `SOC2:CC6.1`"),
        Fault(
            "a glob", policy: "tools: [⟦\"payments/transfer\"]\neffect: deny",
            "policy.invalid-glob: `payments/transfer` is not a name or glob | write it like `payments.*`"),
        Fault(
            "identities",
            file:
                "aegis: v1\nkind: Agent\nname: ⟦a b\nscopes: [\"*\"]\nidentities: [{spiffe: ⟦\"spiffe://acme\"}, {api_key: ⟦a_b}, {jwt: {issuer: ⟦idp, subject: x}}, {api_key: k, ⟦spiffe: \"spiffe://a/b\"}, ⟦{}]",
            "policy.invalid-name: `a b` is not a name | write it like `finance-agent`",
            "policy.invalid-identity: `spiffe://acme` is not a SPIFFE id | write it like `spiffe://acme/ns/fin/sa/agent`",
            "policy.invalid-identity: `a_b` is not the id of an API key | write it like `finance-1`",
            "policy.invalid-identity: `idp` is not a token issuer | write it like `https://idp.acme.example`",
            "policy.contradiction: an identity has one of `spiffe`, `jwt`, `api_key`, and this has 2 | make it an element of its own",
            "policy.missing-field: an identity needs one of `spiffe`, `jwt`, `api_key` | add one of them"),
    ]

    static let meaning = [
        Fault(
            "an unknown tool", policy: "tools: [⟦payments.transfr]\neffect: deny",
            "policy.unknown-tool: there is no tool `payments.transfr` | did you mean `payments.transfer`?"),
        Fault(
            "an unknown agent", policy: transfer + "denied_callers: [⟦planer]",
            "policy.unknown-agent: there is no agent `planer` | did you mean `planner`?"),
        Fault(
            "an unknown detector", policy: transfer + "sanitize: [{detectors: [⟦us_snn]}]",
            "policy.unknown-detector: there is no detector `us_snn` | did you mean `us_ssn`?"),
        Fault(
            "what a detector's finds become", policy: transfer + "sanitize: [{detectors: [email], action: ⟦redcat}]",
            "policy.unknown-value: `action` cannot be `redcat` | did you mean `redact`?"),
        Fault(
            "where a sanitizer is about",
            policy: transfer + "sanitize: [{detectors: [email], on: ⟦results, paths: [⟦\"$.anything\"]}]",
            "policy.unknown-value: `on` cannot be `results` | did you mean `result`?",
            "policy.unknown-parameter: the tool `payments.transfer` has no parameter `anything` | declare it under the tool's `parameters`, or correct the path"
        ),
        Fault(
            "detectors of one's own",
            file: """
                aegis: v1
                kind: Detector
                name: ⟦us_ssn
                pattern: "[0-9]+"
                ---
                aegis: v1
                kind: Detector
                name: badge
                pattern: ⟦"(B-"
                validators: [⟦lun]
                ---
                aegis: v1
                kind: Detector
                name: ⟦badge
                pattern: ⟦"x*"
                ---
                aegis: v1
                kind: Agent
                name: a
                identities: [{api_key: a}]
                scopes: ["*"]
                """,
            "policy.duplicate-name: `us_ssn` is a built-in detector | give it a name of its own",
            "policy.invalid-pattern: the pattern of the detector `badge` is not one of RE2, or is too long | write an RE2 pattern of at most 1000 bytes that needs at least one character",
            "policy.unknown-value: `validators` cannot be `lun` | did you mean `luhn`?",
            "policy.duplicate-name: another Detector has the name `badge`: policies.yaml:8 | give it a name of its own",
            "policy.invalid-pattern: the pattern of the detector `badge` matches the empty text | write an RE2 pattern of at most 1000 bytes that needs at least one character"
        ),
        Fault(
            "a path to no parameter", policy: transfer + "sanitize: [{detectors: [email], paths: [⟦\"$.mem\"]}]",
            "policy.unknown-parameter: the tool `payments.transfer` has no parameter `mem` | did you mean `memo`?"),
        Fault(
            "a permit without tools", policy: "effect: allow",
            "policy.permit-without-tools: the policy `p1` permits calls and names no tools | add `tools`: a policy that permits must name its tools"
        ),
        Fault(
            "a budget without a cost", policy: transfer + "⟦daily_budget: $20",
            "policy.needs-field: `daily_budget` needs `cost` | add `cost`: what a call costs, such as `params.cost_usd`"
        ),
        Fault(
            "refunds of nothing", policy: transfer + "⟦refund: never",
            "policy.needs-field: `refund` needs a budget | add `daily_budget`, or remove `refund`"),
        Fault(
            "a burst without a rate", policy: transfer + "⟦burst: 20",
            "policy.needs-field: `burst` needs `rps` | add `rps`, or remove `burst`"),
        Fault(
            "limits the wrong way around", policy: transfer + "max_amount: 10\nhard_max_amount: ⟦5",
            "policy.contradiction: `hard_max_amount` is below `max_amount` | raise it, or lower `max_amount`"),
        Fault(
            "budgets the wrong way around", policy: transfer + "hourly_budget: $10\ndaily_budget: ⟦$5\ncost: 1",
            "policy.contradiction: `daily_budget` is below `hourly_budget` | the longer window has the larger budget"),
        Fault(
            "two rules of one name", policy: transfer + "rules: [{name: a, effect: deny}, {name: ⟦a, effect: deny}]",
            "policy.duplicate-name: the policy has two rules named `a` | give it a name of its own"),
        Fault(
            "an approval that nobody can give", policy: "tools: [payments.list]\n⟦approval_needed: true",
            "policy.needs-field: `approval_needed` names no approvers, and nobody decides for the tool `payments.list` that has no risk | add `approval: {approvers: [\"role:...\"]}`, or a document of kind Approvers"
        ),
        Fault(
            "an escalation to nobody",
            policy: transfer + "approval_needed: true\napproval: {approvers: [\"role:x\"], ⟦escalate_after: 10m}",
            "policy.needs-field: `escalate_after` needs `escalate_to` | add `escalate_to: [\"role:...\"]`: who may decide then"
        ),
        Fault(
            "an escalation at no time",
            policy: transfer
                + "rules: [{name: a, effect: approval_needed, approval: {approvers: [\"role:x\"], ⟦escalate_to: [\"role:y\"]}}]",
            "policy.needs-field: `escalate_to` needs `escalate_after` | add `escalate_after: 10m`: how long nobody has decided"
        ),
        Fault(
            "an escalation after the end",
            policy: transfer
                + "approval_needed: true\napproval: {approvers: [\"role:x\"], escalate_after: ⟦30m, escalate_to: [\"role:y\"]}",
            "policy.contradiction: `escalate_after` is not before the approval expires | shorten it, or lengthen `expires_after` (`30m` by default)"
        ),
        Fault(
            "a quorum that the named people cannot reach",
            policy: transfer + "approval_needed: true\napproval: {approvers: [\"person:a\", \"person:b\"], quorum: ⟦3}",
            "policy.contradiction: the quorum is 3, and only 2 people may decide | name more approvers, or lower `quorum`"
        ),
        Fault(
            "a shorthand for a parameter that is not there",
            policy: "tools: [\"payments.*\"]\neffect: allow\n⟦max_amount: 5",
            "policy.unknown-parameter: the tool `payments.list` has no numeric parameter `amount` for `max_amount` | declare it in the tool, or name only tools that have it"
        ),
        Fault(
            "a Rego file that is not there", policy: transfer + "rego: ⟦more.rego",
            "policy.rego-file: there is no file `more.rego` | add it, or correct the path: it is relative to this file"),
    ]

    static let conditions = [
        Fault(
            "a misspelled parameter",
            policy: transfer + "approval: {approvers: [\"role:x\"]}\napproval_needed: ⟦params.amnt > 5000",
            "policy.unknown-parameter: the tool `payments.transfer` has no parameter `amnt` | did you mean `params.amount`?"
        ),
        Fault(
            "a number compared with a string",
            policy: transfer + "rules: [{name: a, effect: deny, when: [⟦params.amount > \"5000\"]}]",
            "policy.condition-type: `params.amount` is a number and `\"5000\"` is a string: `>` never means anything | compare values of one type"
        ),
        Fault(
            "an optional parameter",
            policy: transfer + "rules: [{name: a, effect: deny, when: ['contains(⟦params.memo, \"x\")']}]",
            "policy.optional-parameter: the parameter `memo` of the tool `payments.transfer` is optional and has no default | give it a `default` in the schema, or test its presence in the same rule: `\"memo\" in object.keys(params)`"
        ),
        Fault(
            "a presence test in another rule",
            policy: transfer
                + "rules: [{name: a, effect: deny, when: [params.memo]}, {name: b, effect: deny, when: ['⟦params.memo == \"x\"']}]",
            "policy.optional-parameter: the parameter `memo` of the tool `payments.transfer` is optional and has no default | give it a `default` in the schema, or test its presence in the same rule: `\"memo\" in object.keys(params)`"
        ),
        Fault(
            "a name that is not in scope",
            policy: transfer + "rules: [{name: a, effect: deny, when: [⟦amount > 5, ⟦contxt.x == 1]}]",
            "policy.condition-name: `amount` is not in scope | did you mean `params.amount`?",
            "policy.condition-name: `contxt` is not in scope | did you mean `context`?"),
        Fault(
            "input", policy: transfer + "rules: [{name: a, effect: deny, when: [⟦input.params.amount > 5]}]",
            "policy.condition-name: conditions do not see `input` | use what is in scope: params, agent, tool, chain, session, request, context, now"
        ),
        Fault(
            "an unknown function",
            policy: transfer + "rules: [{name: a, effect: deny, when: ['⟦start_with(params.currency, \"E\")']}]",
            "policy.condition-name: conditions have no function `start_with` | did you mean `startswith`?"),
        Fault(
            "a function that reaches out",
            policy: transfer + "rules: [{name: a, effect: deny, when: ['⟦http.send({}) == 200']}]",
            "policy.condition-name: conditions have no function `http.send` | use a function from the reference, or a `rego` file"
        ),
        Fault(
            "an assignment", policy: transfer + "rules: [{name: a, effect: deny, when: [⟦params.amount = 5]}]",
            "policy.condition-unsupported: a condition compares and binds nothing: `=` | write `==`"),
        Fault(
            "a number for a condition",
            policy: transfer + "rules: [{name: a, effect: deny, when: [⟦params.amount + 1]}]",
            "policy.condition-type: a condition is true or false, and `params.amount + 1` is a number | compare it with something"
        ),
        Fault(
            "broken Rego in a folded block",
            policy: transfer
                + "rules:\n  - name: a\n    effect: deny\n    when:\n      - >-\n        params.amount\n        > > 5",
            "policy.condition-syntax"),
        Fault(
            "a place in a quoted text with an escape",
            policy: transfer + "rules: [{name: a, effect: deny, when: [\"params.currency == \\\"EUR\\\" == ⟦amnt\"]}]",
            "policy.condition-name: `amnt` is not in scope | did you mean `agent`?"),
        Fault(
            "an element of a type of its own",
            policy: transfer + "rules: [{name: a, effect: deny, when: ['⟦5 in params.tags']}]",
            "policy.condition-type: `5` is a number, and the collection holds a string each | compare values of one type"
        ),
        Fault(
            "a cost that is no number", policy: transfer + "daily_budget: $5\ncost: ⟦params.currency",
            "policy.condition-type: `cost` is a number, and `params.currency` is a string | write a number, such as `params.cost_usd`"
        ),
    ]

    /// Each definition refers to the next one twice.
    private static let multiplying: String = {
        let steps = (0..<40).map { step in
            let next = "{$ref: \"#/$defs/d\(step + 1)\"}"
            return "d\(step): {allOf: [\(next), \(next)]}, "
        }
        return "aegis: v1\nkind: Tool\nname: a\nparameters: ⟦{type: object, $ref: \"#/$defs/d0\", $defs: {"
            + steps.joined() + "d40: {required: [a]}}}"
    }()

    static let schemas = [
        Fault(
            "an unsupported keyword",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, ⟦contentEncoding: base64}",
            "policy.schema-keyword: the schema keyword `contentEncoding` is not supported | use only: \(SchemaReader.keywords.joined(separator: ", "))"
        ),
        Fault(
            "a keyword of an older draft",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, ⟦definitions: {}}",
            "policy.schema-keyword: the schema keyword `definitions` is not supported | did you mean `$defs`?"),
        Fault(
            "a format that nobody checks",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {format: ⟦emial}}}",
            "policy.schema-keyword: the format `emial` is not supported | did you mean `email`?"),
        Fault(
            "another dialect",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, $schema: ⟦\"http://json-schema.org/draft-07/schema#\"}",
            "policy.schema-value: `http://json-schema.org/draft-07/schema#` is another dialect | write the schema in JSON Schema 2020-12: https://json-schema.org/draft/2020-12/schema"
        ),
        Fault(
            "a reference to nothing",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {$ref: ⟦\"#/$defs/amont\"}}, $defs: {amount: {type: number}}}",
            "policy.schema-value: `#/$defs/amont` is no schema of this tool | did you mean `#/$defs/amount`?"),
        Fault(
            "a reference beyond the schema",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {$ref: ⟦\"https://a.example/x\"}}}",
            "policy.schema-value: `https://a.example/x` refers beyond the schema | write it under `$defs`, and `#/$defs/NAME` here"
        ),
        Fault(
            "a schema that never ends",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, $defs: {a: ⟦{$ref: \"#/$defs/b\"}, b: {allOf: [{$ref: \"#/$defs/a\"}]}}}",
            "policy.schema-value: the schema refers to itself without a step into the value | put the reference under `properties`, `items` or the like"
        ),
        Fault(
            "items as a list",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {items: ⟦[{type: string}]}}}",
            "policy.schema-value: `items` is one schema | write `prefixItems` for a list of schemas"),
        Fault(
            "a keyword without its partner",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, ⟦then: {required: [a]}}",
            "policy.schema-value: `then` means nothing without `if` | add `if`, or remove it"),
        Fault(
            "alternatives that are no list",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, anyOf: ⟦{type: string}}",
            "policy.schema-value: `anyOf` is a list of schemas | write it like `[{type: string}, {type: number}]`"),
        Fault(
            "a schema that multiplies beyond measure", file: Self.multiplying,
            "policy.schema-value: the schema unfolds to more than 4000 checks | make it simpler: fewer alternatives, or fewer references from one to the next"
        ),
        Fault(
            "a misspelled keyword",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {type: string, ⟦maxlength: 5}}}",
            "policy.schema-keyword: the schema keyword `maxlength` is not supported | did you mean `maxLength`?"),
        Fault(
            "a keyword of another type",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {type: string, ⟦minimum: 5}}}",
            "policy.schema-value: `minimum` says nothing about `string` | remove it, or correct the `type`"),
        Fault(
            "a default of another type",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {type: integer, default: ⟦\"5\"}}}",
            "policy.schema-value: the default does not fit the schema it stands in | write a value that the schema accepts"
        ),
        Fault(
            "a required name without a property",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, required: [⟦amont], properties: {amount: {type: number}}}",
            "policy.schema-value: `amont` is required and not declared | did you mean `amount`?"),
        Fault(
            "an unknown type",
            file: "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {type: ⟦strin}}}",
            "policy.schema-value: `strin` is no type | did you mean `string`?"),
        Fault(
            "a pattern beyond RE2",
            file:
                "aegis: v1\nkind: Tool\nname: a\nparameters: {type: object, properties: {x: {type: string, pattern: ⟦\"(?=a)b\"}}}",
            "policy.schema-value: `(?=a)b` is no RE2 pattern | correct it; RE2 has no look-around and no back-references"
        ),
        Fault(
            "a path parameter that is not declared",
            file:
                "aegis: v1\nkind: Tool\nname: a\nmatch: [{http: {method: GET, host: a.example, path: ⟦\"/x/{idd}\"}}]\nparameters: {type: object, required: [id], properties: {id: {type: string}}}",
            "policy.unknown-parameter: the path names the parameter `idd`, which the tool does not declare | did you mean `{id}`?"
        ),
    ]

    @Test(arguments: reading + shape + formats + meaning + conditions + schemas)
    func `what is wrong is told where it stands`(_ fault: Fault) {
        let (text, places) = fault.marked
        let errors = PolicyCompiler.lint(PolicyTree(text)).filter { $0.severity == .error }
        let told = errors.map { "\($0.code): \($0.message) | \($0.fix ?? "")" }
        #expect(told.count == fault.expected.count, "\(told)")
        for (told, expected) in zip(told, fault.expected) {
            #expect(expected.contains(":") ? told == expected : told.hasPrefix(expected + ":"), "\(told)")
        }
        guard !places.isEmpty else { return }
        #expect(errors.map { "\($0.location.line):\($0.location.column)" } == places)
        for error in errors { #expect(error.location.file == "policies.yaml") }
    }

    @Test func `a diagnostic shows the line, a caret and a fix`() {
        let tree = PolicyTree(
            "aegis: v1\nkind: Agent\nname: a\nscopes: [\"*\"]\nidentities: [{api_key: k}]\nownr: me\n")
        #expect(
            PolicyCompiler.lint(tree).map(\.rendered) == [
                """
                policies.yaml:6:1: error: an agent has no field `ownr` [policy.unknown-field]
                  ownr: me
                  ^
                fix: did you mean `owner`?
                """
            ])
    }

    @Test func `all faults of all files are told in one run`() {
        let tree = PolicyTree(files: [
            SourceFile(
                name: "b.yaml",
                text: "aegis: v1\nkind: Tool\nname: t\nrsk: high\n---\naegis: v1\nkind: Tool\nname: [x\n"),
            SourceFile(
                name: "a.json",
                text: #"{"aegis": "v1", "kind": "Agent", "name": "a", "identities": [], "scopes": ["*"]}"#),
            SourceFile(name: "c.yaml", text: "kind: Polcy"),
        ])
        #expect(
            PolicyCompiler.lint(tree).map { "\($0.location) \($0.code)" } == [
                "a.json:1:61 policy.empty-list", "b.yaml:4:1 policy.unknown-field", "b.yaml:9:1 policy.yaml-syntax",
                "c.yaml:1:7 policy.unknown-kind",
            ])
    }

    @Test func `a document that cannot be read makes no other one wrong`() {
        let tree = Catalog.tree("tools: [payments.burn]\neffect: allow")
        let broken = PolicyTree(files: tree.files + [SourceFile(name: "z.yaml", text: "kind: [Tool")])
        #expect(PolicyCompiler.lint(tree).map(\.code).contains("policy.unknown-tool"))
        #expect(PolicyCompiler.lint(broken).map(\.code) == ["policy.yaml-syntax"])
    }

    @Test func `policies that never permit and tools that nothing permits are warned about`() {
        let tree = Catalog.tree("tools: [payments.list]\neffect: allow", "tools: [\"ehr.*\"]\nhard_max_amount: 5")
        let told = PolicyCompiler.lint(tree).map { "\($0.severity) \($0.code): \($0.message)" }
        #expect(
            told == [
                "warning policy.unpermitted-tool: no policy permits any call of the tool `payments.transfer`",
                "warning policy.unused-glob: `ehr.*` matches no tool",
            ])
        let never = PolicyTree(
            Catalog.agents.replacing("payments.*", with: "ledger.*") + "---\n" + Catalog.list
                + "---\naegis: v1\nkind: Policy\nname: p1\nagents: [finance-agent]\ntools: [payments.list]\neffect: allow\n"
        )
        #expect(
            PolicyCompiler.lint(never).map(\.code) == [
                "policy.unused-glob", "policy.unpermitted-tool", "policy.never-permits",
            ])
    }

    @Test func `a comparison that the schema makes impossible is warned about`() {
        let tree = Catalog.tree(transfer + "rules: [{name: a, effect: deny, when: ['params.currency == \"GBP\"']}]")
        #expect(
            PolicyCompiler.lint(tree).filter { $0.code == "policy.impossible-comparison" }.map(\.message) == [
                "`params.currency` is never \"GBP\": the schema lists \"EUR\", \"USD\""
            ])
    }
}

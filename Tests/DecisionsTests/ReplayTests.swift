import AegisTesting
import Approvals
import AuditTrail
import Crypto
import Decisions
import Foundation
import MerkleLog
import RegoRuntime
import RegoValues
import Testing

/// A decision point whose records go to a real trail, and whose inputs are really sealed.
private final class RecordedDecisions {
    let fixture: DecisionFixture
    /// What was kept, by decision.
    private(set) var plain: [String: String] = [:]
    private let folder = FileManager.default.temporaryDirectory.appending(path: "aegis-replay-\(UUID().uuidString)")
    private let key = SymmetricKey(size: .bits256)
    private let journal: AuditJournal
    private let inputs: SealedInputStore

    init() throws {
        journal = try AuditJournal.open(
            directory: folder.appending(path: "audit").path, configuration: .init(gateway: "gw-1"),
            signer: NoteSigner(name: "gw-1"))
        inputs = try SealedInputStore.open(directory: folder.appending(path: "inputs").path, key: key)
        fixture = try DecisionFixture(trail: AuditTrailRecorder(journal: journal, inputs: inputs))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Closes the trail.
    /// - Returns: the records of decisions, each with its input where it has one.
    func finish() throws -> [(record: AuditRecordLine, input: EvaluatedInput?)] {
        journal.close()
        inputs.close()
        var trail = try AuditReader(directory: folder.appending(path: "audit").path)
        var sealed = try SealedInputReader(directory: folder.appending(path: "inputs").path, key: key)
        return try trail.next().filter { $0["kind"] == "decision" }.map { record in
            guard let reference = record["input_ref"] else { return (record, nil) }
            let id = try #require(record["decision_id"])
            #expect(reference == "sealed:\(id)")
            guard case .kept(let plain) = try sealed.input(#require(InputName(decisionID: id))) else {
                Issue.record("the input of \(id) was not kept")
                return (record, nil)
            }
            self.plain[id] = String(decoding: plain, as: UTF8.self)
            return (record, try EvaluatedInput(plain))
        }
    }
}

/// Decisions are evaluated again from their sealed inputs, and come to what their records say.
@Suite struct ReplayTests {
    private static let policies = """
        aegis: v1
        kind: Agent
        name: finance-agent
        owner: treasury@acme.example
        identities: [{api_key: fin}]
        scopes: ["payments.*", "crm.*"]
        ---
        aegis: v1
        kind: Agent
        name: llm-agent
        owner: ml@acme.example
        identities: [{api_key: llm}]
        scopes: ["llm.*"]
        ---
        aegis: v1
        kind: Tool
        name: payments.transfer
        match: [{http: {method: POST, host: payments.acme.example, path: /v1/transfers}}]
        parameters:
          type: object
          required: [amount]
          properties: {amount: {type: number}, to: {type: string, default: "x"}, memo: {type: string, default: ""}}
        sensitive: ["$.to"]
        ---
        aegis: v1
        kind: Tool
        name: crm.read
        parameters: {type: object, properties: {id: {type: string, default: ""}}}
        emits: [personal]
        ---
        aegis: v1
        kind: Tool
        name: llm.complete
        parameters: {type: object, required: [cost_usd], properties: {cost_usd: {type: number}}}
        ---
        aegis: v1
        kind: Policy
        name: pay
        agents: [finance-agent]
        tools: ["payments.*"]
        hard_max_amount: 50000
        rules:
          - {name: small, effect: allow, when: [params.amount <= 5000]}
          - name: large
            effect: approval_needed
            when: [params.amount > 5000]
            approval: {approvers: ["role:treasurer"], quorum: 1, expires_after: 30m}
        sanitize: [{detectors: [us_ssn], paths: ["$.memo"], action: redact}]
        ---
        aegis: v1
        kind: Policy
        name: trial
        mode: shadow
        agents: [finance-agent]
        tools: ["payments.*"]
        rules: [{name: round, effect: deny, when: [params.amount == 1000]}]
        ---
        aegis: v1
        kind: Policy
        name: crm
        agents: [finance-agent]
        tools: [crm.read]
        effect: allow
        sanitize: [{detectors: [email], paths: ["$"], action: redact, on: result}]
        ---
        aegis: v1
        kind: Policy
        name: llm
        agents: [llm-agent]
        tools: [llm.complete]
        daily_budget: $5
        cost: params.cost_usd
        effect: allow
        """

    @Test func `every outcome comes again from the sealed input`() async throws {
        let recorded = try RecordedDecisions()
        let fixture = recorded.fixture
        try fixture.activate(ReplayTests.policies)
        func pay(_ parameters: String, more: String = "", point: EnforcementPoint = DecisionFixture.api) async throws {
            _ = try await fixture.decide(parameters: parameters, more: more, point: point)
        }
        try await pay(#"{"amount": 12.50, "to": "DE89370400440532013000"}"#)
        try await pay(#"{"amount": 1000}"#)
        try await pay(#"{"amount": 60000}"#)
        try await pay(#"{"amount": "12"}"#)
        try await pay(#"{"amount": 5, "memo": "SSN 123-45-6789"}"#)
        try await pay(#"{"amount": 5, "memo": "SSN 123-45-6789"}"#, point: DecisionFixture.wire)
        let token = try await fixture.approvedToken(parameters: #"{"amount": 9000}"#)
        try await pay(#"{"amount": 9000}"#, more: #", "override_token": "\#(token)""#)
        try await pay(#"{"amount": 9000}"#, more: #", "override_token": "\#(token)""#)
        try await pay(#"{"amount": 9001}"#, more: #", "override_token": "\#(token)""#)
        for _ in 0..<2 {
            _ = try await fixture.decide(key: "llm", tool: "llm.complete", parameters: #"{"cost_usd": 3}"#)
        }
        _ = try await fixture.decide(key: "llm", parameters: #"{"amount": 1}"#)
        fixture.ledger.spendFault.isActive = true
        _ = try await fixture.decide(key: "llm", tool: "llm.complete", parameters: #"{"cost_usd": 1}"#)
        fixture.ledger.spendFault.isActive = false
        _ = try await fixture.decide(tool: "unknown.tool", parameters: "{}")
        _ = await fixture.point.redactResult(
            json: Array(#"{"tool": {"name": "crm.read"}, "result": {"mail": "jane.roe@mail.example"}}"#.utf8),
            credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api)

        let policy = try #require(fixture.policies.active(tenant: "acme"))
        var seen: [String] = []
        for (record, input) in try recorded.finish() {
            guard let input else {
                seen.append("\(record["decision"] ?? "") \(record["decision_reason", "code"] ?? "") -")
                continue
            }
            #expect(input.binding(in: record) == .whole)
            #expect(input.differences(from: record) == [], "\(record.text)")
            do throws(ReplayError) {
                let replayed = try DecisionReplay().run(input, against: policy)
                #expect(replayed.differences(from: record) == [], "\(record.text)")
                #expect(replayed.policyVersion == record["policy_version"])
                seen.append("\(replayed.outcome.rawValue) \(replayed.reason.code.rawValue)")
            } catch {
                #expect(error.description == "the decision fell before its policies were asked [not_evaluated]")
                seen.append("\(record["decision"] ?? "") \(record["decision_reason", "code"] ?? "") not evaluated")
            }
        }
        #expect(
            seen == [
                "allow policy_allow", "allow policy_allow", "deny amount_exceeded", "deny parameter_invalid",
                "sanitize policy_allow", "deny sanitize_unsupported", "approval_needed approval_required",
                "allow approval_granted", "deny token_used", "deny token_invalid not evaluated", "allow policy_allow",
                "deny budget_exceeded", "deny scope_exceeded", "deny state_unavailable", "deny unknown_tool -",
                "sanitize policy_allow",
            ])
    }

    @Test(arguments: [
        (#""amount":4000"#, #""amount":4001"#, nil as String?),
        (
            #""id":"finance-agent""#, #""id":"llm-agent""#,
            "`agent_id` is recorded as `finance-agent`, and comes to `llm-agent`"
        ),
        (
            #""name":"payments.transfer""#, #""name":"crm.read""#,
            "`tool_name` is recorded as `payments.transfer`, and comes to `crm.read`"
        ),
        (#""tenant":"acme""#, #""tenant":"globex""#, "`tenant` is recorded as `acme`, and comes to `globex`"),
        (#""chain":[]"#, #""chain":["boss"]"#, #"`call_chain` is recorded as absent, and comes to `["boss"]`"#),
        (#""id":"s-1""#, #""id":"s-2""#, "`session_id` is recorded as `s-1`, and comes to `s-2`"),
        (#""labels":[]"#, #""labels":["personal"]"#, "`state_digest` is recorded as absent, and comes to `sha256:"),
        (#""now":1"#, #""now":2"#, "`evaluated_at` is recorded as `"),
        (#""purpose":"care""#, #""purpose":"cure""#, ""),
        (#""spend":null"#, #""spend":{"code":"budget_exceeded","message":"no"}"#, ""),
    ])
    func `an input that is another is not the recorded one`(old: String, new: String, difference: String?) async throws
    {
        let recorded = try RecordedDecisions()
        try recorded.fixture.activate(ReplayTests.policies)
        _ = try await recorded.fixture.decide(
            parameters: #"{"amount": 4000}"#, more: #", "context": {"purpose": "care"}, "session_id": "s-1""#)
        let record = try #require(try recorded.finish().first).record
        let plain = try #require(recorded.plain.values.first)
        #expect(plain.contains(old), "\(plain)")
        let other = try EvaluatedInput(Array(plain.replacingOccurrences(of: old, with: new).utf8))
        #expect(other.binding(in: record) == nil)

        // Older programs committed to the parameters alone; what the record says itself is compared.
        let digest = try #require(record["input_digest"])
        let older = AuditRecordLine(
            bytes: Array(record.text.replacingOccurrences(of: #""input_digest":"\#(digest)","#, with: "").utf8),
            place: AuditPlace(file: "", line: 1))
        #expect(older["input_digest"] == nil)
        #expect(try EvaluatedInput(Array(plain.utf8)).binding(in: older) == .parameters)
        #expect(other.binding(in: older) == (difference == nil ? nil : .parameters))
        let told = other.differences(from: older).map(\.description)
        #expect(told.count == ((difference ?? "").isEmpty ? 0 : 1))
        #expect(told.first?.hasPrefix(difference ?? "") ?? true, "\(told)")
    }

    @Test func `what was taken out for a call under way is taken out again`() async throws {
        let recorded = try RecordedDecisions()
        let fixture = recorded.fixture
        try fixture.activate(
            ReplayTests.policies + """

                ---
                aegis: v1
                kind: Policy
                name: asked
                agents: [finance-agent]
                tools: ["payments.*", crm.read]
                rules:
                  - {name: memo, effect: sanitize, when: ['not "consent" in session.labels'], sanitize: [{detectors: [email]}]}
                  - name: answer
                    effect: sanitize
                    when: ['not "consent" in session.labels']
                    sanitize: [{detectors: [us_ssn], on: result}]
                """)
        _ = try fixture.sessions.take(
            SessionStep(tool: "consent", labels: ["consent"]),
            in: SessionKey(tenant: "acme", agent: "finance-agent", sessionID: nil), by: "finance-agent",
            now: fixture.clock.now)
        _ = try await fixture.decide(parameters: #"{"amount": 1, "memo": "to a@b.co"}"#)
        _ = await fixture.point.redactResult(
            json: Array(#"{"tool": {"name": "crm.read"}, "result": "123-45-6789"}"#.utf8),
            credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api)
        let policy = try #require(fixture.policies.active(tenant: "acme"))
        for (record, input) in try recorded.finish() {
            #expect(record["decision"] == "sanitize")
            let input = try #require(input)
            #expect(input.binding(in: record) == .whole)
            #expect(input.differences(from: record) == [], "\(record.text)")
            for purpose in [DecisionReplay.Purpose.proof, .trial] {
                let replayed = try DecisionReplay().run(input, against: policy, as: purpose)
                #expect(replayed.differences(from: record) == [], "\(record.text)")
            }
            let plain = try #require(recorded.plain[record["decision_id"] ?? ""])
            #expect(plain.contains(#""facts":{"certain_session":{"calls":"#), "\(plain)")
            #expect(plain.contains(#""labels":["consent"]"#), "\(plain)")
        }
    }

    @Test func `another policy gives another answer, and the difference is named`() async throws {
        let recorded = try RecordedDecisions()
        try recorded.fixture.activate(ReplayTests.policies)
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 4000}"#)
        _ = try await recorded.fixture.decide(key: "llm", tool: "llm.complete", parameters: #"{"cost_usd": 9}"#)
        let candidate = try DecisionFixture()
        try candidate.activate(
            ReplayTests.policies.replacingOccurrences(of: "params.amount <= 5000", with: "params.amount <= 500"))
        let policy = try #require(candidate.policies.active(tenant: "acme"))
        let decisions = try recorded.finish()
        let payment = try #require(decisions[0].input)
        #expect(
            try DecisionReplay().run(payment, against: policy).differences(from: decisions[0].record)
                .map(\.description) == [
                    "`decision` is recorded as `allow`, and comes to `deny`",
                    "`decision_reason.code` is recorded as `policy_allow`, and comes to `no_matching_rule`",
                    "`decision_reason.policy` is recorded as `pay`, and comes to nothing",
                    "`decision_reason.rule` is recorded as `small`, and comes to nothing",
                    "`would_decision` is recorded as `allow`, and comes to `deny`",
                ])
        // What the ledgers answered then is taken as it is recorded.
        let completion = try #require(decisions[1].input)
        #expect(try DecisionReplay().run(completion, against: policy, as: .trial).outcome == .deny)
    }

    @Test func `shadow policies that ran out of time are not asked again`() async throws {
        let recorded = try RecordedDecisions()
        let fault = ScriptedPolicy.ruling(
            outcome: "deny", code: "evaluation_error", policy: "", rule: "",
            message: "the shadow policies could not be evaluated")
        try recorded.fixture.install(ScriptedPolicy.ruling(would: fault))
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 1}"#)
        let policy = try ScriptedPolicy.policy { _ in ScriptedPolicy.ruling(would: ScriptedPolicy.ruling()) }
        let (record, sealed) = try #require(try recorded.finish().first)
        let input = try #require(sealed)
        #expect(record["would_decision"] == "deny")
        #expect(try DecisionReplay().run(input, against: policy).differences(from: record) == [])
        #expect(
            try DecisionReplay().run(input, against: policy, as: .trial).differences(from: record).map(\.description)
                == ["`would_decision` is recorded as `deny`, and comes to `allow`"])
    }

    @Test func `a version is tried with results in mind that nobody will see, whatever was asked then`() async throws {
        let recorded = try RecordedDecisions()
        let unredacted = ReplayTests.policies.replacingOccurrences(of: ", on: result", with: "")
        #expect(unredacted != ReplayTests.policies)
        try recorded.fixture.activate(unredacted)
        _ = try await recorded.fixture.decide(tool: "crm.read", parameters: "{}", point: DecisionFixture.wire)
        let candidate = try DecisionFixture()
        // It speaks of the result alone: only the call itself brings the label.
        try candidate.activate(
            unredacted + """

                ---
                aegis: v1
                kind: Policy
                name: late
                agents: [finance-agent]
                tools: [crm.read]
                rules:
                  - name: personal
                    effect: sanitize
                    when: ['"personal" in session.labels']
                    sanitize: [{detectors: [email], on: result}]
                """)
        let policy = try #require(candidate.policies.active(tenant: "acme"))
        let (record, sealed) = try #require(try recorded.finish().first)
        let input = try #require(sealed)
        #expect(record["decision"] == "allow")
        #expect(try DecisionReplay().run(input, against: policy, as: .proof).outcome == .allow)
        let tried = try DecisionReplay().run(input, against: policy, as: .trial)
        #expect(
            tried.differences(from: record).map(\.description).prefix(2) == [
                "`decision` is recorded as `allow`, and comes to `deny`",
                "`decision_reason.code` is recorded as `policy_allow`, and comes to `sanitize_unsupported`",
            ])
    }

    @Test func `a tenant that only shadows replays as it was answered`() async throws {
        let recorded = try RecordedDecisions()
        try recorded.fixture.activate(
            ReplayTests.policies + "\n---\naegis: v1\nkind: Tenant\nname: acme\nmode: shadow\n")
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 60000}"#)
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 6000}"#)
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 6, "memo": "SSN 123-45-6789"}"#)
        let policy = try #require(recorded.fixture.policies.active(tenant: "acme"))
        for (record, input) in try recorded.finish() {
            #expect(record["decision"] == "allow")
            #expect(record["would_decision"] != nil)
            let replayed = try DecisionReplay().run(#require(input), against: policy)
            #expect(replayed.differences(from: record) == [], "\(record.text)")
        }
    }

    @Test func `an evaluation that ran out of time stays a deny, though it would end now`() async throws {
        let recorded = try RecordedDecisions()
        try recorded.fixture.install { _ in throw EvaluationError(.deadline, "evaluation ran past its deadline") }
        _ = try await recorded.fixture.decide(parameters: #"{"amount": 1}"#)
        let policy = try ScriptedPolicy.policy { _ in ScriptedPolicy.ruling() }
        let (record, input) = try #require(try recorded.finish().first)
        #expect(record["decision_reason", "code"] == "evaluation_error")
        #expect(try DecisionReplay().run(#require(input), against: policy).differences(from: record) == [])
    }

    @Test(arguments: [
        ("{", "the sealed input is not JSON: "), ("[]", "the sealed input lacks"), ("{}", "the sealed input lacks"),
        (#"{"schema":1,"decision_id":"0194","salt":"00","facts":{},"input":null}"#, "the sealed input lacks"),
        (
            #"{"schema":1,"decision_id":"01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c","salt":"00112233445566778899aabbccddeeff","facts":{},"input":[]}"#,
            "the sealed input's `input` is no object"
        ),
        (
            #"{"schema":1,"decision_id":"01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c","salt":"00112233445566778899aabbccddeeff","facts":{"spend":{"code":"nonsense","message":""}},"input":{}}"#,
            "the sealed input lacks"
        ),
    ])
    func `what is no sealed input is refused`(plain: String, message: String) {
        do throws(ReplayError) {
            _ = try EvaluatedInput(Array(plain.utf8))
            Issue.record("`\(plain)` was taken")
        } catch {
            #expect(error.code == .malformed)
            #expect(error.message.hasPrefix(message), "\(error)")
        }
    }
}

import AegisTesting
import Approvals
import AuditTrail
import Crypto
import Decisions
import Foundation
import MerkleLog
import PolicyBundles
import Redaction
import RegoValues
import SignedTokens
import Testing

/// The story on the real engine, a real bundle and a real journal.
@Suite struct EngineTests {
    static let rego = #"""
        package aegis

        default outcome := "deny"

        outcome := "allow" if input.params.amount <= 5000

        outcome := "approval_needed" if {
            input.params.amount > 5000
            not input.approval
        }

        outcome := "allow" if {
            input.params.amount > 5000
            input.approval.id
        }

        approval := {"policy": "pay", "rule": "large", "message": "large", "approvers": ["role:treasurer"],
            "quorum": 1, "expires_after_s": 1800, "notify": []} if outcome == "approval_needed"

        approval := null if outcome != "approval_needed"

        code := {"allow": "policy_allow", "deny": "no_matching_rule", "approval_needed": "approval_required"}

        decision := {
            "outcome": outcome, "reason": {"code": code[outcome], "message": "m", "policy": "pay", "rule": "r"},
            "also": [], "approval": approval, "budgets": [], "rates": [], "would": null,
            "sanitize": [{"policy": "pay", "rule": "s", "detectors": ["us_ssn"], "paths": ["$.memo"], "action": "redact"}],
        }
        """#

    func bundle(version: Int, rego: String = rego) throws -> VerifiedBundle {
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let built = try BundleBuilder(
            metadata: BundleMetadata(
                tenant: "acme", version: version, createdAt: "2026-11-23T00:00:00Z", author: "jane"),
            files: [
                BundleFile(path: "aegis/decision.rego", bytes: Array(rego.utf8)),
                BundleFile(
                    path: "data.json",
                    bytes: Array(#"{"aegis": {"catalog": \#(ScriptedPolicy.catalog)}}"#.utf8)),
            ]
        ).build(signedBy: key, at: 1_795_409_000)
        let verifier = try BundleVerifier(trust: KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme")
        return try verifier.verify(
            UnverifiedBundle(archive: built.archive, name: "acme.tar.gz"), now: 1_795_409_523)
    }

    @Test func `a bundle decides`() async throws {
        let fixture = try DecisionFixture()
        let bundle = try bundle(version: 1)
        try fixture.policies.activate(bundle, now: fixture.clock.now)
        let small = try await fixture.decide(parameters: #"{"amount": 5000, "memo": "123-45-6789"}"#)
        #expect(small.outcome == .sanitize)
        #expect(small.policyVersion == bundle.policyVersion)
        #expect(try await fixture.decide(parameters: #"{"amount": 5000.01}"#).outcome == .approvalNeeded)
        let token = try await fixture.approvedToken(parameters: #"{"amount": 9000}"#)
        let allowed = try await fixture.decide(
            parameters: #"{"amount": 9000}"#, more: #", "override_token": "\#(token)""#)
        #expect(allowed.outcome == .allow)
        #expect(try await fixture.decide(parameters: "{}").reason.code == .noMatchingRule)
    }

    @Test func `a bundle that does not compile never replaces one that does`() throws {
        let fixture = try DecisionFixture()
        try fixture.policies.activate(bundle(version: 1), now: fixture.clock.now)
        let active = fixture.policies.active(tenant: "acme")?.version
        #expect(throws: PolicyError.self) {
            try fixture.policies.activate(
                bundle(version: 2, rego: "package aegis\n\ndecision := nonsense(1)\n"), now: fixture.clock.now)
        }
        #expect(fixture.policies.active(tenant: "acme")?.version == active)
        #expect(fixture.policies.statuses["acme"]?.failure?.message.contains("nonsense") == true)
        #expect(fixture.policies.statuses["acme"]?.activeVersion == active)
    }

    @Test func `what is recorded holds nothing sensitive in clear`() async throws {
        let fixture = try DecisionFixture()
        try fixture.install(ScriptedPolicy.ruling())
        let folder = FileManager.default.temporaryDirectory.appending(path: "aegis-journal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let signer = try NoteSigner(name: "gw-1")
        let journal = try AuditJournal.open(
            directory: folder.path, configuration: AuditJournal.Configuration(gateway: "gw-1"), signer: signer)
        let point = DecisionPoint(
            prover: APIKeyProver([
                APIKeyEntry(
                    keyID: "fin", digest: try DecisionFixture.key("fin").digest,
                    caller: Caller(tenant: "acme", kind: .agent, name: nil, keyID: "fin", method: .apiKey))
            ]), policies: fixture.policies, ledger: fixture.ledger,
            sessions: fixture.sessions, approvals: fixture.ledger, mint: fixture.mint,
            delegations: fixture.delegations,
            recorder: AuditTrailRecorder(journal: journal, inputs: nil),
            redactor: Redactor(pseudonymKey: SymmetricKey(size: .bits256)), now: { fixture.clock.now })
        let decision = await point.decide(
            json: Array(
                #"{"tool": {"name": "payments.transfer"}, "parameters": {"to": "SECRETACCOUNT", "memo": "123-45-6789"}}"#
                    .utf8), credentials: try DecisionFixture.credentials("fin"), point: DecisionFixture.api)
        #expect(decision.outcome == .allow)
        #expect(decision.receipt?.log == "gw-1/acme")
        let refused = await point.decide(
            json: Array("{".utf8), credentials: .none, point: DecisionFixture.api)
        #expect(refused.receipt?.log == "gw-1/_unknown")
        journal.close()
        var text = ""
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appending(path: file)
            if let bytes = try? Data(contentsOf: url) { text += String(decoding: bytes, as: UTF8.self) }
        }
        #expect(text.contains(decision.id.description))
        #expect(text.contains(#""parameters_shown":{"currency":"EUR","memo":"[REDACTED:us_ssn]","to":"[SENSITIVE]"}"#))
        #expect(text.contains(#""parameters_digest":"hmac-sha256:"#))
        for secret in ["SECRETACCOUNT", "123-45-6789", try DecisionFixture.key("fin").text] {
            #expect(!text.contains(secret))
        }
    }
}

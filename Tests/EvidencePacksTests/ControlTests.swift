@testable import EvidencePacks
import Testing

struct ControlTests {
    static func facts(
        _ index: UInt64, kind: String = "decision", decision: String = "allow", code: String = "policy_allow",
        policy: String = "pay", also: String? = nil, would: String? = nil, version: String = "acme/1@sha256:aa",
        mode: String = "enforce", tool: String = "payments.transfer", detail: String? = nil
    ) throws -> RecordFacts {
        let hash = PackDigest.hex(Array("\(index)".utf8))
        let more = also.map { #","also":[{"code":"x","message":"","policy":"\#($0)"}]"# } ?? ""
        let detail = detail.map { #""detail":\#($0),"# } ?? ""
        let outcome =
            kind == "decision"
            ? #""decision":"\#(decision)","decision_reason":{"code":"\#(code)","message":"m","policy":"\#(policy)"\#(more)},"#
            : ""
        return try RecordFacts(
            line: Array(
                #"{\#(outcome)\#(detail)"hash":"\#(hash)","index":\#(index),"kind":"\#(kind)","mode":"\#(mode)","policy_version":"\#(version)","time":"2026-10-01T00:00:00.000000000Z","tool_name":"\#(tool)"\#(would.map { #","would_decision":"\#($0)""# } ?? "")}"#
                    .utf8))
    }

    static func count(_ names: [String], _ records: [RecordFacts], policies: [String: [String]] = [:]) -> ControlMap {
        var count = ControlCount(selection: ControlSelection(names), seed: "s", sampleSize: 3)
        count.learn(policies, of: "acme/1@sha256:aa")
        for record in records { count.count(record) }
        return count.map
    }

    @Test func `a record counts by what it is`() throws {
        let map = try Self.count(
            ["SOC2:CC6.6", "SOC2:C1.1"],
            [
                Self.facts(0), Self.facts(1, decision: "deny", code: "egress_not_allowed"),
                Self.facts(2, decision: "sanitize"), Self.facts(3, kind: "bundle"),
            ])
        #expect(map.controls.map(\.id) == ["SOC2:CC6.6", "SOC2:C1.1"])
        #expect(map.controls.map(\.counts) == [["deny": 1], ["sanitize": 1]])
        #expect(map.controls.map(\.samples) == [[1], [2]])
    }

    @Test func `a decision counts by its policy, also where that is not the first reason`() throws {
        let map = try Self.count(
            ["HIPAA:999", "OTHER"],
            [
                Self.facts(0), Self.facts(1, policy: "ehr"), Self.facts(2, policy: "x", also: "ehr"),
                Self.facts(3, kind: "bundle"),
            ],
            policies: ["HIPAA:999": ["ehr"], "OTHER:1": ["pay"], "SOC2:CC6.1": ["pay"]])
        #expect(map.controls.map(\.id) == ["HIPAA:999", "OTHER:1"])
        #expect(map.controls.map(\.count) == [2, 1])
        #expect(map.controls[0].title == nil)
    }

    @Test func `a policy of another version does not lend its controls`() throws {
        let map = try Self.count(
            ["X"], [Self.facts(0, version: "acme/2@sha256:bb"), Self.facts(1)], policies: ["X:1": ["pay"]])
        #expect(map.controls.map(\.count) == [1])
    }

    @Test func `a sample is drawn the same whatever the order`() throws {
        let records = try (0..<50).map { try Self.facts(UInt64($0)) }
        let drawn = Self.count(["SOC2:CC6.1"], records).controls[0].samples
        #expect(drawn.count == 3)
        #expect(drawn == Self.count(["SOC2:CC6.1"], records.reversed()).controls[0].samples)
        let ranks = records.map { (SampleSet.rank(seed: "s", hash: $0.hash), $0.index) }.sorted { $0.0 < $1.0 }
        #expect(drawn == ranks.prefix(3).map(\.1).sorted())
    }

    @Test func `no control of the catalogue stands twice, and every one says what it shows`() {
        #expect(Set(ControlCatalogue.all.map(\.id)).count == ControlCatalogue.all.count)
        for control in ControlCatalogue.all {
            #expect(!control.title.isEmpty && !control.shows.isEmpty && !control.selects.isEmpty)
        }
    }

    @Test func `an unknown name is told apart from one that a policy brings`() {
        let selection = ControlSelection(["SOC2", "SOC3", "HIPAA:164.312(b)", "HOUSE", "HOUSE:7", "SOC2:CC99"])
        #expect(selection.unknown(besides: ["HOUSE:7"]) == ["SOC3", "SOC2:CC99"])
    }

    static func findings(
        _ names: [String], _ records: [RecordFacts], policies: [String: [String]] = [:], unreviewed: [String] = [],
        removed: Int = 0
    ) -> [ControlFinding] {
        var count = ControlCount(selection: ControlSelection(names), seed: "s", sampleSize: 3)
        count.learn(policies, of: "acme/1@sha256:aa")
        for record in records { count.count(record) }
        let unenforced = count.unenforced
        return count.map.controls.map { control in
            ControlFinding(
                control, unenforced: unenforced[control.id] ?? UnenforcedCalls(), unreviewed: unreviewed,
                removed: removed)
        }
    }

    @Test func `a control is satisfied by evidence, and by nothing that speaks against it`() throws {
        let (allowed, denied) = try (Self.facts(0), Self.facts(1, decision: "deny"))
        let shadowed = try Self.facts(2, would: "deny")
        let named = ["NIST800-53:AC-6": ["pay"]]
        func finding(_ name: String, _ records: [RecordFacts], _ policies: [String: [String]] = [:]) -> ControlFinding?
        {
            Self.findings([name], records, policies: policies).first
        }
        #expect(finding("NIST800-53:AC-6", [denied], named)?.reason == .pass)
        let unnamed = finding("NIST800-53:AC-6", [denied])
        #expect(unnamed?.reason == .other)
        #expect(unnamed?.remarks == "No policy version of the pack names it: 1 records alone show it.")
        // The log is the gateway's: no policy has to name what shows it.
        #expect(finding("HIPAA:164.312(b)", [allowed, shadowed])?.reason == .pass)
        let silent = finding("SOC2:C1.2", [allowed])
        #expect(silent?.reason == .other)
        #expect(silent?.remarks == "No record of the period shows it.")
        #expect(
            Self.findings(["SOC2:C1.2"], [allowed], removed: 4).first?.remarks
                == "No record that is kept of the period shows it, and 4 were removed by retention.")
        let against = finding("NIST800-53:AC-6", [denied, shadowed], named)
        #expect(against?.reason == .fail)
        #expect(
            against?.remarks
                == "Evidence speaks against it: 1 calls went ahead that a policy in shadow would have stopped, first in records 2."
        )
    }

    @Test(
        arguments: [
            ("enforce", "payments.transfer", nil, true), ("shadow", "payments.transfer", nil, true),
            ("enforce", "payments.transfer", #"{"would_decision_reason":{"code":"policy_deny"}}"#, true),
            ("dry_run", "payments.transfer", nil, false),
            ("enforce", "payments.transfer", #"{"would_policy_version":"acme/2@sha256:bb"}"#, false),
            ("shadow", "payments.transfer", #"{"result":{"decision_id":null,"labels":[]}}"#, false),
            ("shadow", "aegis.delegate", nil, false),
        ] as [(String, String, String?, Bool)])
    func `policies in shadow speak against a control by calls that were made, and candidates never do`(
        mode: String, tool: String, detail: String?, speaks: Bool
    ) throws {
        let record = try Self.facts(0, would: "deny", mode: mode, tool: tool, detail: detail)
        #expect(record.isUnenforced == speaks)
        let expected: ControlFinding.Reason = speaks ? .fail : .pass
        let findings = Self.findings(["NIST800-53:AC-6"], [record], policies: ["NIST800-53:AC-6": ["pay"]])
        #expect(findings.map(\.reason) == [expected])
    }

    @Test func `changes are not shown to be approved where a version in force has no signed approval`() throws {
        let change = try Self.facts(0, kind: "bundle")
        let findings = { Self.findings(["SOC2:CC8.1"], [change], unreviewed: $0) }
        #expect(findings([]).map(\.reason) == [.pass])
        #expect(findings(["acme/2@sha256:bb"]).map(\.reason) == [.fail])
        #expect(
            findings(["acme/2@sha256:bb"]).map(\.remarks)
                == ["Evidence speaks against it: in force without a signed approval: acme/2@sha256:bb."])
    }
}

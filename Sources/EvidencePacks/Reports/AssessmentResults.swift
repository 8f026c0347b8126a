import Foundation

/// The control map as OSCAL 1.2 assessment results, for tools that auditors load them into.
///
/// Each control gets a finding: `satisfied` where records support it and nothing speaks against it, else `not-satisfied`
/// with the reason. Whether the evidence suffices is for the assessor.
/// Source: NIST OSCAL 1.2.1, assessment-results model.
struct AssessmentResults {
    private static let namespace = "https://aegis.example/ns/oscal"

    private let manifest: PackManifest
    private let map: ControlMap
    private let findings: [String: ControlFinding]

    /// - Parameter findings: by control.
    init(_ manifest: PackManifest, _ map: ControlMap, findings: [String: ControlFinding]) {
        self.manifest = manifest
        self.map = map
        self.findings = findings
    }

    func bytes() throws(PackError) -> [UInt8] {
        do {
            return Array(
                try JSONSerialization.data(
                    withJSONObject: ["assessment-results": document],
                    options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])) + [UInt8(ascii: "\n")]
        } catch {
            throw PackError(.output, "the assessment results cannot be written as JSON", at: PackLayout.assessment)
        }
    }

    /// The token that OSCAL takes for a control: `ac-3` for NIST's own, else the framework in front, such as
    /// `hipaa-164.312.b`.
    static func controlID(_ id: String) -> String {
        let framework = Control.framework(of: id).lowercased()
        let number = id.dropFirst(framework.count + 1).lowercased()
            .replacing("(", with: ".").replacing(")", with: "")
        let token = framework == "nist800-53" ? number : "\(framework)-\(number)"
        return String(token.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
    }

    private var document: [String: Any] {
        [
            "uuid": uuid("results"),
            "metadata": [
                "title": "Runtime evidence of \(manifest.log)", "last-modified": manifest.builtAt, "version": "1",
                "oscal-version": "1.2.1",
            ],
            "import-ap": ["href": "#\(uuid("plan"))"],
            "back-matter": ["resources": [plan]],
            "results": [result],
        ]
    }

    private var removed: [String: Int] { manifest.records.removed ?? [:] }

    private var plan: [String: Any] {
        [
            "uuid": uuid("plan"), "title": "Plan",
            "description":
                "The records of the period are counted by the selectors and policies of \(PackLayout.controls).",
        ]
    }

    private var result: [String: Any] {
        let selection: [String: Any] =
            map.controls.isEmpty
            ? ["include-all": [String: String]()]
            : ["include-controls": map.controls.map { ["control-id": Self.controlID($0.id)] }]
        var result: [String: Any] = [
            "uuid": uuid("result"), "title": "\(manifest.period.from) to \(manifest.period.to)",
            "description":
                "Evidence out of a tamper-evident log of agent tool calls: \(manifest.records.inPeriod) records, "
                + "\(manifest.records.decisions) of them decisions."
                + (removed.isEmpty
                    ? ""
                    : " \(removed.total) more were removed when their retention was over (\(removed.list)); they count for nothing here."),
            "start": manifest.period.from, "end": manifest.period.to,
            "reviewed-controls": ["control-selections": [selection]],
        ]
        if !removed.isEmpty {
            result["props"] = [property("records-removed-by-retention", String(removed.total))]
        }
        // Empty lists are no OSCAL.
        if !map.controls.isEmpty { result["observations"] = map.controls.map(observation) }
        let findings = map.controls.compactMap(finding)
        if !findings.isEmpty { result["findings"] = findings }
        return result
    }

    private func observation(_ control: ControlMap.Entry) -> [String: Any] {
        let policies = Set(control.policies.values.flatMap { $0 }).sorted()
        var description = "\(control.count) records support \(control.id)"
        if let shows = control.shows { description += ": \(shows)" }
        if !policies.isEmpty { description += "; policies that name it: \(policies.joined(separator: ", "))" }
        return [
            "uuid": uuid("observation \(control.id)"), "title": "\(control.id): \(control.count) records",
            "description": description + ".", "methods": ["TEST"], "collected": manifest.builtAt,
            "props": [property("control", control.id), property("records", String(control.count))]
                + control.counts.sorted { $0.key < $1.key }.map { property("count-\($0.key)", String($0.value)) },
            "relevant-evidence": [
                ["href": "./\(PackLayout.controls)", "description": "How it was counted, and the samples."]
            ]
                + control.samples.map { index in
                    ["href": "./\(PackLayout.sample(index))", "description": "Record \(index) of \(manifest.log)."]
                },
        ]
    }

    private func finding(_ control: ControlMap.Entry) -> [String: Any]? {
        guard let finding = findings[control.id] else { return nil }
        let id = Self.controlID(control.id)
        return [
            "uuid": uuid("finding \(control.id)"), "title": "Evidence for \(control.id)",
            "description": "\(control.title ?? control.id): \(control.count) records of the period support it.",
            "target": target(id, finding),
            "related-observations": [["observation-uuid": uuid("observation \(control.id)")]],
        ]
    }

    private func target(_ id: String, _ finding: ControlFinding) -> [String: Any] {
        let status = [
            "state": finding.reason == .pass ? "satisfied" : "not-satisfied", "reason": finding.reason.rawValue,
            "remarks": finding.remarks,
        ]
        return ["type": "objective-id", "target-id": "\(id)_obj", "status": status]
    }

    private func property(_ name: String, _ value: String) -> [String: Any] {
        ["name": name, "ns": Self.namespace, "value": value]
    }

    private func uuid(_ name: String) -> String {
        PackDigest.uuid("\(manifest.log)/\(manifest.period.from)/\(manifest.period.to)/\(manifest.head.root)/\(name)")
    }
}

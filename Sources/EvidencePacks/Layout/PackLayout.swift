/// Where things stand in a pack. All names are below one folder, which is named for the pack.
enum PackLayout {
    static let guide = "VERIFY.md"
    static let verifier = "verify.py"
    static let manifest = "manifest.json"
    static let keys = "keys/keys.json"
    static let controls = "controls.json"
    static let assessment = "assessment-results.json"
    static let report = "report.html"
    static let head = "log/head.note"
    /// The authority's answer about the head. Source: RFC 3161.
    static let stamp = "log/head.tsr"
    static let consistency = "log/consistency.json"
    static let inputs = "inputs/"
    static let removals = "removals/"
    static let attestation = "attestation.dsse.json"

    static func key(_ name: String) -> String { "keys/\(name).pub.pem" }
    static func bundle(version: Int) -> String { "policies/bundle-\(version).tar.gz" }
    static func records(chunk: Int) -> String { "log/\(padded(UInt64(chunk), to: 8)).jsonl" }
    static func sample(_ index: UInt64) -> String { "samples/\(padded(index, to: 12)).json" }
    static func proof(_ index: UInt64) -> String { "samples/\(padded(index, to: 12)).tlog-proof" }
    static func removal(_ index: UInt64) -> String { "\(removals)\(padded(index, to: 12)).json" }
    static func inputs(chunk: Int) -> String { "\(inputs)\(padded(UInt64(chunk), to: 8)).jsonl" }

    static func isRecords(_ path: String) -> Bool { path.hasPrefix("log/") && path.hasSuffix(".jsonl") }

    private static func padded(_ number: UInt64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

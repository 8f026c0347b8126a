import AuditTrail
import Foundation
@testable import SIEMExport
import Testing

/// A real journal in a folder of its own, for one test.
final class Trail: Sendable {
    let folder: URL
    let audit: String
    private let journal: AuditJournal

    init(segmentBytes: Int = 64 << 20) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("siem-\(UUID().uuidString)")
        audit = folder.appendingPathComponent("audit").path
        let keys = try AuditKeys.loadOrCreate(directory: audit, gateway: "gw-1")
        var configuration = AuditJournal.Configuration(gateway: "gw-1")
        configuration.segmentBytes = segmentBytes
        journal = try AuditJournal.open(
            directory: audit, configuration: configuration, signer: keys.signer, trusted: keys.trusted)
    }

    deinit {
        journal.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func append(_ count: Int, tenant: String = "acme", reason: String = "policy_allow") async throws {
        for number in 0..<count {
            var draft = AuditRecordDraft(
                kind: .decision, tenant: tenant, time: 1_790_000_000_123_456_789 + Int64(number))
            draft.decision = "allow"
            draft.agentID = "finance-agent"
            draft.toolName = "payments.transfer"
            draft.decisionReason = AuditReason(
                code: reason, message: "say \"no\" \\ ]", policy: nil, rule: nil, also: [])
            _ = try await journal.append(draft)
        }
    }

    /// Changes the file of the first segment, as somebody might who can write there.
    func replace(_ old: String, with new: String, inLineWithIndex index: Int) throws {
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: audit).filter { $0.hasSuffix(".jsonl") }.min())
        let file = URL(fileURLWithPath: audit).appendingPathComponent(name)
        var lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).components(separatedBy: "\n")
        let place = try #require(lines.firstIndex { $0.contains("\"index\":\(index),") })
        lines[place] = lines[place].replacingOccurrences(of: old, with: new)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.write(contentsOf: Data(lines.joined(separator: "\n").utf8))
    }

    /// The hashes of all records, in order.
    func hashes() throws -> [String] {
        var reader = try AuditReader(directory: audit)
        var hashes: [String] = []
        while true {
            let records = try reader.next()
            if records.isEmpty { return hashes }
            hashes += records.compactMap { $0["hash"] }
        }
    }

    func events() throws -> [SIEMEvent] {
        var reader = try EventReader(directory: audit, from: .beginning) { _ in true }
        return try reader.next(atMost: BatchLimits(events: 10_000, bytes: 64 << 20)).events
    }
}

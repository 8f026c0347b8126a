public import MerkleLog

/// What verification found. ``isWhole`` is the verdict.
public struct AuditReport: Sendable {
    /// One log as far as it could be followed.
    public struct Log: Sendable, Hashable {
        public let name: String
        /// Records from the first to the last.
        public var records: UInt64
        /// The root over them.
        public var root: MerkleHash
        /// The `time` of the last record that a checkpoint covers.
        public var lastTime: String?
        /// Chained records at the end that no checkpoint covers yet: a batch that was cut short, or is being written.
        public var uncovered: UInt64
        /// The public key to check this log's checkpoints with, as a vkey.
        public var key: String?
    }

    /// What is wrong, in the order of the files. Each names its place.
    public internal(set) var faults: [AuditError] = []
    /// Sorted by name.
    public internal(set) var logs: [Log] = []
    public internal(set) var segments = 0
    public internal(set) var commits: UInt64 = 0
    /// Signatures that were checked, all good unless there are faults.
    public internal(set) var signatures = 0
    /// Checkpoints whose own signatures were not, since the signed header of the segment after them is over them.
    public internal(set) var vouched = 0
    /// Bytes at the end that are no whole line: a batch that was cut short, or is being written.
    public internal(set) var unfinishedBytes = 0
    /// Records whose retention was over, and of which only the hashes are left.
    public internal(set) var pruned: UInt64 = 0

    public var isWhole: Bool { faults.isEmpty }
    public var records: UInt64 { logs.reduce(0) { $0 + $1.records } }
    public var uncovered: UInt64 { logs.reduce(0) { $0 + $1.uncovered } }

    /// `whole: 12 records in 2 logs, up to 2026-11-23T15:20:25.000000000Z`, or `broken: 1 fault, …`.
    public var summary: String {
        func count(_ number: some BinaryInteger, _ noun: String) -> String {
            "\(number) \(noun)\(number == 1 ? "" : "s")"
        }
        var line = isWhole ? "whole: " : "broken: \(count(faults.count, "fault")) in "
        line += "\(count(records, "record")) in \(count(logs.count, "log"))"
        if pruned > 0 { line += ", \(pruned) of them removed when their retention was over" }
        if let last = logs.compactMap(\.lastTime).max() { line += ", up to \(last)" }
        if uncovered > 0 { line += ", the last \(uncovered) of them not yet under a checkpoint" }
        if unfinishedBytes > 0 { line += ", and \(count(unfinishedBytes, "byte")) of an unfinished batch" }
        return line
    }

    /// The report as one line of JSON.
    public var json: String {
        var report = MemberWriter()
        report.integer("commits", Int64(clamping: commits))
        report.list("faults", faults) { fault, bytes in
            var member = MemberWriter()
            member.string("code", fault.code.rawValue)
            member.string("file", fault.place?.file)
            member.integer("line", fault.place.map { Int64($0.line) })
            member.string("message", fault.message)
            bytes.append(contentsOf: member.finished())
        }
        report.list("logs", logs) { log, bytes in
            var member = MemberWriter()
            member.string("key", log.key)
            member.string("last_time", log.lastTime)
            member.string("log", log.name)
            member.integer("records", Int64(clamping: log.records))
            member.string("root", log.root.base64)
            member.integer("uncovered", Int64(clamping: log.uncovered))
            bytes.append(contentsOf: member.finished())
        }
        report.integer("pruned", Int64(clamping: pruned))
        report.integer("records", Int64(clamping: records))
        report.integer("segments", Int64(segments))
        report.integer("signatures", Int64(signatures))
        report.integer("uncovered", Int64(clamping: uncovered))
        report.integer("unfinished_bytes", Int64(unfinishedBytes))
        report.integer("vouched", Int64(vouched))
        report.boolean("whole", isWhole)
        return String(decoding: report.finished(), as: UTF8.self)
    }
}

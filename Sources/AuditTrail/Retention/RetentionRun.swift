internal import Crypto
public import MerkleLog

/// Removes what records said once their retention is over, and leaves their hashes: every root, signature and proof stays.
///
/// First the trail says what will go, in records of kind `retention`; then closed segments are written anew, one by one, each
/// only after what it became was read and found to lead to the same end. The segment that is being written is left alone.
public struct RetentionRun {
    /// What goes: runs of indexes by log, class and kind.
    public struct Plan: Sendable, Hashable {
        public struct Key: Sendable, Hashable, Comparable {
            public let log: String
            public let retentionClass: String
            public let kind: String

            public static func < (a: Key, b: Key) -> Bool {
                (a.log, a.retentionClass, a.kind) < (b.log, b.retentionClass, b.kind)
            }
        }

        public fileprivate(set) var runs: [Key: [ClosedRange<UInt64>]] = [:]
        /// When the oldest and the newest of them were made, nanoseconds since 1970.
        public fileprivate(set) var times: [Key: ClosedRange<Int64>] = [:]
        /// Segments in which something goes.
        public fileprivate(set) var segments: [UInt64] = []
        /// The sealed inputs of what goes: they hold what the records only commit to.
        public fileprivate(set) var inputs: [InputName] = []
        /// Records that would go but for a hold.
        public fileprivate(set) var held = 0
        /// Records that would go but stand where not every reader has been yet.
        public fileprivate(set) var unread = 0

        public var records: UInt64 { runs.values.joined().reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } }
    }

    private let storage: any JournalStorage
    private let keys: JournalKeyring
    private let rules: RetentionRules
    private let holds: [LegalHold]
    private let unreadFrom: UInt64

    /// - Parameter unreadFrom: the first segment that somebody has still to read; it and those after it are left alone.
    /// - Throws: ``AuditError`` `.storage`.
    public init(
        directory: String, keys: [NoteVerifier], rules: RetentionRules, holds: [LegalHold], unreadFrom: UInt64 = .max
    ) throws(AuditError) {
        do throws(StorageError) {
            self.init(
                storage: try PosixStorage(directory: directory, create: false), keys: keys, rules: rules, holds: holds,
                unreadFrom: unreadFrom)
        } catch { throw AuditError(error) }
    }

    init(
        storage: any JournalStorage, keys: [NoteVerifier], rules: RetentionRules, holds: [LegalHold],
        unreadFrom: UInt64 = .max
    ) {
        self.unreadFrom = unreadFrom
        self.storage = storage
        self.keys = JournalKeyring(keys)
        self.rules = rules
        self.holds = holds
    }

    /// The tenants of all records, those that were removed among them, and the policies of those that are there.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`.
    public func names() throws(AuditError) -> (tenants: Set<String>, policies: Set<String>) {
        var (tenants, policies): (Set<String>, Set<String>) = ([], [])
        for number in try storage.names().compactMap(JournalFiles.segmentNumber) {
            let bytes = try storage.contents(JournalFiles.segment(number))
            for range in RetentionRun.lines(bytes) {
                if let record = RetentionRun.record(bytes[range]) {
                    record["tenant"].map { _ = tenants.insert($0) }
                    record["decision_reason", "policy"].map { _ = policies.insert($0) }
                } else if let removed = PrunedRecord(line: bytes[range]) {
                    tenants.insert(LogName.tenant(of: removed.log))
                }
            }
        }
        return (tenants, policies)
    }

    /// Finds what may go at `now`, nanoseconds since 1970.
    /// - Parameter closesLast: whether the segment that is being written counts as closed: what a run would find that begins
    ///   another one first.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`.
    public func plan(now: Int64, closesLast: Bool = false) throws(AuditError) -> Plan {
        var plan = Plan()
        let numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        for number in closesLast ? numbers[...] : numbers.dropLast() {
            var isTouched = false
            let bytes = try storage.contents(JournalFiles.segment(number))
            for range in RetentionRun.lines(bytes) {
                guard let record = RetentionRun.record(bytes[range]), let end = rules.end(of: record), end.time < now
                else { continue }
                guard !holds.contains(where: { $0.query.matches(record) }) else {
                    plan.held += 1
                    continue
                }
                guard number < unreadFrom else {
                    plan.unread += 1
                    continue
                }
                guard let log = record["log"], let kind = record["kind"],
                    let index = record["index"].flatMap(UInt64.init),
                    let time = record["time"].flatMap(Timestamp.read)
                else { continue }
                isTouched = true
                if record["input_ref"] != nil, let name = record["decision_id"].flatMap(InputName.init(decisionID:)) {
                    plan.inputs.append(name)
                }
                let key = Plan.Key(log: log, retentionClass: end.name, kind: kind)
                plan.runs[key, default: []].add(index)
                let times = plan.times[key] ?? time...time
                plan.times[key] = min(times.lowerBound, time)...max(times.upperBound, time)
            }
            if isTouched { plan.segments.append(number) }
        }
        return plan
    }

    /// What the trail says before anything goes: one record or more for each log, class and kind.
    public func announcements(_ plan: Plan, now: Int64) -> [AuditRecordDraft] {
        plan.runs.sorted { $0.key < $1.key }.flatMap { key, runs -> [AuditRecordDraft] in
            runs.texts.map { part -> AuditRecordDraft in
                var draft = AuditRecordDraft(kind: .retention, tenant: LogName.tenant(of: key.log), time: now)
                var detail = [
                    "class": key.retentionClass, "event": "pruned", "indexes": part.indexes, "kind": key.kind,
                    "records": "\(part.records)",
                ]
                detail["from"] = plan.times[key].map { Timestamp.text($0.lowerBound) }
                detail["until"] = plan.times[key].map { Timestamp.text($0.upperBound) }
                draft.detail = CanonicalJSON(texts: detail)
                return draft
            }
        }
    }

    /// Writes the segments anew, once the announcements are durable.
    /// - Parameter check: is shown each segment as it is, before it changes; what it throws stops the run.
    /// - Throws: ``AuditError`` `.storage`, `.damaged`, and what `check` throws.
    public func apply(_ plan: Plan, check: (_ name: String, _ bytes: [UInt8]) throws -> Void = { _, _ in }) throws {
        var doomed: [String: [ClosedRange<UInt64>]] = [:]
        for (key, runs) in plan.runs { doomed[key.log, default: []] += runs }
        for log in doomed.keys { doomed[log]?.sort { $0.lowerBound < $1.lowerBound } }
        for number in plan.segments {
            let name = JournalFiles.segment(number)
            let bytes = try storage.contents(name)
            let pruned = RetentionRun.prune(bytes, doomed)
            guard try end(of: pruned, name) == end(of: bytes, name) else {
                throw AuditError(.damaged, "\(name) would not lead to the same end any more; it was left as it is")
            }
            try check(name, bytes)
            do throws(StorageError) { try storage.replace(name, with: pruned, durably: true) } catch {
                throw AuditError(error)
            }
        }
    }

    private func end(of bytes: [UInt8], _ name: String) throws(AuditError) -> JournalState {
        try bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(AuditError) -> JournalState in
            let reader = SegmentReader(file: name, bytes: buffer, isLast: false)
            let (header, end) = try reader.header(keys: keys.keys)
            var state = header.state
            _ = try reader.read(after: end, into: &state)
            return state
        }
    }

    private static func prune(_ bytes: [UInt8], _ doomed: [String: [ClosedRange<UInt64>]]) -> [UInt8] {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for range in lines(bytes) {
            if let record = record(bytes[range]), let log = record["log"],
                let index = record["index"].flatMap(UInt64.init), doomed[log]?.holds(index) == true,
                let hash = record["hash"].flatMap({ MerkleHash(hex: $0) }),
                let previous = record["prev_hash"].flatMap({ MerkleHash(hex: $0) })
            {
                kept +=
                    PrunedRecord(
                        log: log, index: index, leaf: .leaf(record.bytes), hash: hash, previous: previous
                    ).line
            } else {
                kept += bytes[range]
            }
            kept.append(UInt8(ascii: "\n"))
        }
        return kept
    }

    // The record on a line; nil for headers, commits, and what was pruned before.
    static func record(_ line: ArraySlice<UInt8>) -> AuditRecordLine? {
        guard !line.starts(with: Commit.prefix.utf8), !line.starts(with: PrunedRecord.prefix.utf8) else { return nil }
        let record = AuditRecordLine(bytes: Array(line), place: AuditPlace(file: "", line: 0))
        return record["prev_hash"] == nil ? nil : record
    }

    static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(start..<newline)
            start = newline + 1
        }
        return lines
    }
}

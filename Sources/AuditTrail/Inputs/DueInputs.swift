/// Sealed inputs whose time is over.
public struct DueInputs: Sendable {
    /// Why some of a log's records have no input any more.
    struct Cause: Hashable, Comparable {
        let log: String
        /// The class whose time is over; nil: it is the longest that any input is kept.
        let retentionClass: String?

        static func < (a: Cause, b: Cause) -> Bool {
            (a.log, a.retentionClass ?? "") < (b.log, b.retentionClass ?? "")
        }
    }

    struct Share {
        var runs: IndexRuns = []
        /// When the newest of the records was made.
        var until: Int64 = .min
    }

    var shares: [Cause: Share] = [:]
    /// Those that no record here is of.
    var withoutRecord = 0
    var doomed = SealedInputReader.Doomed()
    /// Files in which nothing is left then.
    public internal(set) var emptied: [OldInputs] = []
    /// Inputs that are over but for a hold.
    public internal(set) var held = 0

    public var count: Int { doomed.count }
    public var isEmpty: Bool { doomed.count == 0 && emptied.isEmpty }

    mutating func add(log: String, index: UInt64, end: InputTerms.End, time: Int64) {
        let cause = Cause(log: log, retentionClass: end.retentionClass)
        shares[cause, default: Share()].runs.add(index)
        shares[cause, default: Share()].until = max(shares[cause]?.until ?? .min, time)
    }

    /// What the trail says before anything goes: one record or more for each log and class.
    public func announcements(now: Int64, terms: InputTerms) -> [AuditRecordDraft] {
        var drafts = shares.sorted { $0.key < $1.key }.flatMap { cause, share -> [AuditRecordDraft] in
            share.runs.merged.texts.map { part in
                var detail = [
                    "event": "inputs_expired", "indexes": part.indexes, "inputs": "\(part.records)",
                    "until": Timestamp.text(share.until),
                ]
                detail["class"] = cause.retentionClass
                if cause.retentionClass == nil { detail["kept_seconds"] = terms.longest.map { "\($0)" } }
                return Self.draft(LogName.tenant(of: cause.log), detail, now)
            }
        }
        if withoutRecord > 0 {
            drafts.append(
                Self.draft(
                    "_unknown",
                    ["event": "inputs_expired", "indexes": "", "inputs": "\(withoutRecord)", "without_record": "true"],
                    now))
        }
        return drafts
    }

    private static func draft(_ tenant: String, _ detail: [String: String], _ now: Int64) -> AuditRecordDraft {
        var draft = AuditRecordDraft(kind: .retention, tenant: tenant, time: now)
        draft.detail = CanonicalJSON(texts: detail)
        return draft
    }
}

/// Which decisions have no input any more because its time was over, as the trail says (`inputs_expired`).
public struct ExpiredInputs: Sendable {
    private var runs: [String: IndexRuns] = [:]
    // Older programs told only up to when: RFC 3339, by log.
    private var until: [String: String] = [:]
    private var isSorted = true

    public init() {}

    /// Reads all that a trail says.
    /// - Throws: ``AuditError`` `.storage`.
    public init(directory: String) throws {
        var query = AuditQuery()
        query.kind = "retention"
        try AuditSearch(directory: directory, trustsIndexes: false).run(query) { record in
            take(record)
            return true
        }
        settle()
    }

    /// Takes a record of any kind; most say nothing of it.
    public mutating func take(_ record: AuditRecordLine) {
        guard record["kind"] == "retention", record["detail", "event"] == "inputs_expired", let log = record["log"]
        else { return }
        if let indexes = record["detail", "indexes"] {
            runs[log, default: []] += IndexRuns(text: indexes)
            isSorted = false
        } else if let time = record["detail", "until"] {
            until[log] = max(until[log] ?? "", time)
        }
    }

    /// Once all are taken; before, nothing is found.
    public mutating func settle() {
        if !isSorted { runs = runs.mapValues(\.merged) }
        isSorted = true
    }

    /// Whether this record's input is one of them.
    public func contains(_ record: AuditRecordLine) -> Bool {
        guard isSorted, let log = record["log"], let index = record["index"].flatMap(UInt64.init) else { return false }
        return runs[log]?.holds(index) == true || record["time"].map { $0 <= until[log] ?? "" } == true
    }
}

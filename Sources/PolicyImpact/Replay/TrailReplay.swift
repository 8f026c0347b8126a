import AuditTrail
public import Crypto
public import Decisions
import SignedTokens
import Synchronization

/// Evaluates the recorded decisions of an audit trail against a candidate, on all cores.
///
/// What state answered then holds for the candidate too: a call that a rate or budget refused stays refused, so what is
/// reported is what the policies change. Budgets and rates that the candidate changes are for ``PolicyDiff`` to tell.
public struct TrailReplay: Sendable {
    /// Where decisions and their inputs are kept.
    public struct Trail: Sendable {
        public var audit: String
        public var inputs: String
        public var inputKey: SymmetricKey

        public init(audit: String, inputs: String, inputKey: SymmetricKey) {
            self.audit = audit
            self.inputs = inputs
            self.inputKey = inputKey
        }
    }

    public var trail: Trail
    public var candidate: ActivePolicy
    /// Only records from then on: RFC 3339 in UTC; nil for all.
    public var since: String?
    /// Calls kept of each group.
    public var sampleCount = 3

    public init(trail: Trail, candidate: ActivePolicy, since: String? = nil, sampleCount: Int = 3) {
        self.trail = trail
        self.candidate = candidate
        self.since = since
        self.sampleCount = sampleCount
    }

    /// - Throws: ``AuditError`` where the trail cannot be read, or its inputs were sealed with another key.
    public func run(workers: Int) async throws -> ReplayReport {
        var reader = try AuditReader(directory: trail.audit)
        // A year of segments lies before the last week.
        if let since, let start = UTCTime("\(since.prefix(19))Z") {
            // Records' times end in 2262; what is asked for may be later.
            let (time, isBeyond) = start.seconds.multipliedReportingOverflow(by: 1_000_000_000)
            try reader.skip(toTime: isBeyond ? (start.seconds < 0 ? .min : .max) : time)
        }
        let source = RecordSource(reader)
        let expired = ExpiredInputsSource(audit: trail.audit)
        return try await withThrowingTaskGroup(of: ReplayReport.self) { group in
            for _ in 0..<max(1, workers) {
                group.addTask { try work(on: source, expired) }
            }
            var report = ReplayReport(sampleCount: sampleCount)
            for try await part in group { report.merge(part) }
            return report
        }
    }

    private func work(on source: RecordSource, _ expired: ExpiredInputsSource) throws -> ReplayReport {
        var report = ReplayReport(sampleCount: sampleCount)
        var inputs = try SealedInputReader(directory: trail.inputs, key: trail.inputKey)
        let replay = DecisionReplay()
        while true {
            try Task.checkCancellation()
            let records = try source.next()
            if records.isEmpty { return report }
            for record in records {
                guard record["kind"] == "decision", record["tenant"] == candidate.tenant,
                    record["time"] ?? "" >= since ?? "", record["mode"] != "dry_run",
                    let id = record["decision_id"], let name = InputName(decisionID: id)
                else { continue }
                // Looking for what was never kept is slow: the record says whether something was.
                guard record["input_ref"] != nil else {
                    report.add(record["parameters_digest"] == nil ? .notEvaluated : .missing)
                    continue
                }
                try decide(record, name, &inputs, expired, replay, &report)
            }
        }
    }

    private func decide(
        _ record: AuditRecordLine, _ name: InputName, _ inputs: inout SealedInputReader,
        _ expired: ExpiredInputsSource, _ replay: DecisionReplay, _ report: inout ReplayReport
    ) throws {
        do {
            switch try inputs.input(name) {
            case .missing: report.add(try expired.holds(record) ? .expired : .missing)
            case .erased: report.add(try expired.holds(record) ? .expired : .erased)
            case .kept(let plain):
                let input = try EvaluatedInput(plain)
                guard !input.isResult else { return }
                report.add(record, try replay.run(input, against: candidate, as: .trial))
            }
        } catch let error as ReplayError {
            report.add(error.code == .notEvaluated ? .notEvaluated : .damaged)
        } catch let error as AuditError where error.code == .damaged {
            report.add(.damaged)
        }
    }
}

/// The trail's records in batches, each to one worker.
private final class RecordSource: Sendable {
    private let reader: Mutex<AuditReader>

    init(_ reader: sending AuditReader) { self.reader = Mutex(reader) }

    func next() throws -> [AuditRecordLine] {
        try reader.withLock { try $0.next() }
    }
}

/// What the trail says of inputs that are over, looked up once, where some input is not there.
private final class ExpiredInputsSource: Sendable {
    private let audit: String
    private let known = Mutex<ExpiredInputs?>(nil)

    init(audit: String) { self.audit = audit }

    func holds(_ record: AuditRecordLine) throws -> Bool {
        try known.withLock { known in
            if let known { return known.contains(record) }
            let expired = try ExpiredInputs(directory: audit)
            known = expired
            return expired.contains(record)
        }
    }
}

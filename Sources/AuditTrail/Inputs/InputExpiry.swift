import Synchronization

/// Finds the sealed inputs whose time is over, each by its own record, and erases them; what is held stays, and nothing else does.
///
/// A file is opened no sooner than something in it can be over. Its records are looked for where the trail has records of their
/// times, and in all of it for those that are not there: a clock may have jumped.
public final class InputExpiry: Sendable {
    private struct State {
        var holds: [LegalHold] = []
        /// The file is not looked into before then.
        var next: [UInt64: Int64] = [:]
        /// Those that no record here is of.
        var withoutRecord: Set<InputName> = []
    }

    private struct File {
        let number: UInt64
        var newest: Int64
        /// Those that are not erased.
        var left: [InputName: SealedInputFormat.Place] = [:]
        /// When the next of them can be over.
        var next: Int64 = .max
    }

    private let inputs: any JournalStorage
    private let journal: any JournalStorage
    public let terms: InputTerms
    private let state = Mutex(State())
    /// Files looked into at once: one that has been begun long ago may hold what is kept for years.
    private static let filesAtOnce = 16
    /// How far a record's time may be from its input's.
    private static let slack: Int64 = 3600 * 1_000_000_000

    /// - Throws: ``AuditError`` `.storage`.
    public convenience init(audit: String, inputs: String, terms: InputTerms) throws(AuditError) {
        do throws(StorageError) {
            self.init(
                journal: try PosixStorage(directory: audit, create: false),
                inputs: try PosixStorage(directory: inputs, create: true), terms: terms)
        } catch { throw AuditError(error) }
    }

    init(journal: any JournalStorage, inputs: any JournalStorage, terms: InputTerms) {
        self.journal = journal
        self.inputs = inputs
        self.terms = terms
    }

    /// What is over at `now`, nanoseconds since 1970, on a thread of its own. At most some files are looked into at once.
    /// - Throws: ``AuditError`` `.storage`.
    public func due(now: Int64, holds: [LegalHold]) async throws -> DueInputs {
        try await BlockingThread.run { try self.plan(now: now, holds: holds) }
    }

    /// Overwrites them, durably. Files in which nothing is left are for the store to remove.
    /// - Throws: ``AuditError`` `.storage`; some may then be erased already.
    public func erase(_ due: DueInputs) async throws {
        try await BlockingThread.run { try due.doomed.erase(in: self.inputs) }
    }

    func plan(now: Int64, holds: [LegalHold]) throws(AuditError) -> DueInputs {
        var due = DueInputs()
        var state = state.withLock { $0 }
        if state.holds != holds { (state.holds, state.next) = (holds, [:]) }
        let numbers = try inputs.names().compactMap(SealedInputFormat.fileNumber).sorted()
        let present = Set(numbers)
        state.next = state.next.filter { present.contains($0.key) }
        var files: [File] = []
        for number in numbers where files.count < Self.filesAtOnce && state.next[number] ?? .min <= now {
            guard let created = try created(number) else {
                due.emptied.append(OldInputs(number: number, newest: .min))
                continue
            }
            let first = terms.earliest(of: created) ?? .max
            if first <= now { files.append(try read(number, created)) } else { state.next[number] = first }
        }
        try judge(&files, now, &state, &due)
        for file in files {
            if file.left.isEmpty { due.emptied.append(OldInputs(number: file.number, newest: file.newest)) }
            state.next[file.number] = max(file.next, Self.sum(now, pause))
        }
        self.state.withLock { $0 = state }
        return due
    }

    // What cannot be over stays out of `wanted`; what is over leaves its file.
    private func judge(
        _ files: inout [File], _ now: Int64, _ state: inout State, _ due: inout DueInputs
    ) throws(AuditError) {
        var wanted: [InputName: Int] = [:]
        for place in files.indices {
            for entry in files[place].left.values {
                let first = terms.earliest(of: entry.time) ?? .max
                if first > now {
                    files[place].next = min(files[place].next, first)
                } else if state.withoutRecord.contains(entry.name) {
                    judge(entry, without: &files[place], now, state.holds, &due)
                } else {
                    wanted[entry.name] = place
                }
            }
        }
        let times = wanted.compactMap { files[$0.value].left[$0.key]?.time }
        guard let oldest = times.min(), let newest = times.max() else { return }
        var reader = AuditReader(storage: journal)
        try reader.skip(toTime: Self.sum(oldest, -Self.slack))
        try find(&wanted, reader, upTo: Self.sum(newest, Self.slack), &files, now, state.holds, &due)
        guard !wanted.isEmpty else { return }
        var all = AuditReader(storage: journal)
        all.resume(at: AuditPosition(segment: try all.oldestSegment() ?? 1, offset: 0, lines: 0))
        try find(&wanted, all, upTo: .max, &files, now, state.holds, &due)
        for (name, place) in wanted {
            state.withoutRecord.insert(name)
            if let entry = files[place].left[name] { judge(entry, without: &files[place], now, state.holds, &due) }
        }
    }

    private func find(
        _ wanted: inout [InputName: Int], _ reader: consuming AuditReader, upTo last: Int64, _ files: inout [File],
        _ now: Int64, _ holds: [LegalHold], _ due: inout DueInputs
    ) throws(AuditError) {
        while !wanted.isEmpty {
            let records = try reader.next()
            guard let first = records.first else { return }
            if let time = first["time"].flatMap(Timestamp.read), time > last { return }
            for record in records where record["input_ref"] != nil {
                guard let name = record["decision_id"].flatMap(InputName.init(decisionID:)),
                    let place = wanted.removeValue(forKey: name)
                else { continue }
                judge(record, name, &files[place], now, holds, &due)
            }
        }
    }

    private func judge(
        _ record: AuditRecordLine, _ name: InputName, _ file: inout File, _ now: Int64, _ holds: [LegalHold],
        _ due: inout DueInputs
    ) {
        guard let end = terms.end(of: record) else { return }
        guard end.time < now else {
            file.next = min(file.next, end.time)
            return
        }
        guard !holds.contains(where: { $0.query.matches(record) }) else {
            due.held += 1
            return
        }
        guard let log = record["log"], let index = record["index"].flatMap(UInt64.init),
            let entry = file.left.removeValue(forKey: name)
        else { return }
        due.add(log: log, index: index, end: end, time: entry.time)
        due.doomed.add(entry, in: file.number)
    }

    // Of one without a record it is not known what it is about: while anything is held, it stays.
    private func judge(
        _ entry: SealedInputFormat.Place, without file: inout File, _ now: Int64, _ holds: [LegalHold],
        _ due: inout DueInputs
    ) {
        guard let end = terms.latest(of: entry.time) else { return }
        guard end < now else {
            file.next = min(file.next, end)
            return
        }
        guard holds.isEmpty else {
            due.held += 1
            return
        }
        file.left[entry.name] = nil
        due.withoutRecord += 1
        due.doomed.add(entry, in: file.number)
    }

    // Nil for a file that a crash left without a header: nothing in it can be read.
    private func created(_ number: UInt64) throws(AuditError) -> Int64? {
        let name = SealedInputFormat.fileName(number)
        do throws(StorageError) {
            let header = try inputs.read(name, from: 0, atMost: SealedInputFormat.headerBytes)
            return SealedInputFormat.created(header, number: number)
        } catch { throw AuditError(error) }
    }

    private func read(_ number: UInt64, _ created: Int64) throws(AuditError) -> File {
        let bytes = try inputs.contents(SealedInputFormat.fileName(number))
        var file = File(number: number, newest: created)
        var offset = SealedInputFormat.headerBytes
        while let place = SealedInputFormat.place(at: offset, in: bytes) {
            file.newest = max(file.newest, place.time)
            if bytes[place.boxOffset..<place.end].contains(where: { $0 != 0 }) { file.left[place.name] = place }
            offset = place.end
        }
        return file
    }

    // A file with something over in it every minute is not read every minute.
    private var pause: Int64 { min(3600 * 1_000_000_000, max(1_000_000_000, (terms.earliest(of: 0) ?? .max) / 50)) }

    private static func sum(_ a: Int64, _ b: Int64) -> Int64 {
        let (sum, isBeyond) = a.addingReportingOverflow(b)
        return isBeyond ? (b < 0 ? .min : .max) : sum
    }
}

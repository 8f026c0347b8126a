internal import MerkleLog

/// Finds out where a journal ends, reading everything or only its last segment.
struct JournalRecovery {
    /// Where writing goes on.
    struct End {
        var state: JournalState
        /// 0 when there is no segment yet.
        var segment: UInt64
        /// Just after the last whole line of that segment.
        var offset: Int
        /// Just after its last commit.
        var committed = 0
        /// What a crash left behind it.
        var tornBytes: Int
        /// How many segments before were not read.
        var unread = 0
        /// Files of segments that were never begun, to be removed.
        var unbegun: [String]

        mutating func move(to place: SegmentReader.End) {
            (offset, committed, tornBytes) = (place.offset, place.committed, place.tornBytes)
        }
    }

    let storage: any JournalStorage
    let gateway: String
    var keys: JournalKeyring

    /// - Throws: ``AuditError`` `.damaged` with the place of what is wrong, `.storage`.
    mutating func run(_ check: AuditJournal.OpenCheck) throws(AuditError) -> End {
        var heads = JournalHeads()
        try heads.read(storage, keys: &keys)
        var numbers = try storage.names().compactMap(JournalFiles.segmentNumber).sorted()
        try requireDense(numbers)
        var end = End(
            state: JournalState(gateway: gateway), segment: 0, offset: 0, tornBytes: 0, unbegun: [])
        if let last = numbers.last, try isUnbegun(last) {
            end.unbegun.append(JournalFiles.segment(last))
            numbers.removeLast()
        }
        var start: [String: UInt64]?
        var newest: [String: (CommitNote, AuditPlace)] = [:]
        var isWordUncovered = false
        // The next segment's header will vouch for every signature before it, so those that no header is over yet are checked first.
        var (waiting, named) = (WaitingSignatures(), keys)
        let chosen = try toRead(check, numbers)
        end.unread = numbers.count - chosen.count
        for number in chosen {
            let isLast = number == numbers.last
            let file = SegmentFile(storage: storage, name: JournalFiles.segment(number), isLast: isLast)
            let expected = start == nil ? nil : end.state
            try read(file, number: number, expected: expected, into: &end) { (header: JournalState) in
                if start == nil { start = header.logs.mapValues(\.size) }
            } watch: { (line: SegmentReader.Line) throws(AuditError) in
                guard case .commit(let notes) = line.accepted else {
                    if line.wordOfTrail != nil { isWordUncovered = true }
                    return
                }
                isWordUncovered = false
                for note in notes {
                    let log = note.checkpoint.origin
                    newest[log] = isLast ? nil : (note, line.place)
                    if isLast { waiting.add(note, keys: named.keys(for: log), at: line.place) }
                    if waiting.areMany { try verify(&waiting) }
                    try heads.meet(note.checkpoint, at: line.place)
                }
            }
        }
        try verify(&waiting)
        if isWordUncovered, let last = numbers.last { try dropUncovered(in: last, &end) }
        for (_, (note, place)) in newest.sorted(by: { $0.key < $1.key }) { try verify(note, place) }
        if let missing = heads.missing(in: end.state, unreadBefore: start ?? [:]).first { throw missing }
        return end
    }

    // Reads one segment from its header on.
    private func read(
        _ file: SegmentFile, number: UInt64, expected: JournalState?, into end: inout End,
        begun: (JournalState) -> Void, watch: (SegmentReader.Line) throws(AuditError) -> Void
    ) throws(AuditError) {
        let (header, headerEnd) = try file.header(keys: keys.keys)
        try begin(header, file.name, number, expected, &end)
        begun(header.state)
        end.move(to: try file.read(after: headerEnd, into: &end.state, watch: watch))
    }

    /// Reads one segment from bytes that somebody else has read.
    func read(
        _ bytes: [UInt8], file: String, number: UInt64, isLast: Bool, into end: inout End
    ) throws(AuditError) {
        try bytes.withUnsafeBufferPointer { (buffer: UnsafeBufferPointer<UInt8>) throws(AuditError) in
            let reader = SegmentReader(file: file, bytes: buffer, isLast: isLast)
            let (header, headerEnd) = try reader.header(keys: keys.keys)
            try begin(header, file, number, nil, &end)
            end.move(to: try reader.read(after: headerEnd, into: &end.state))
        }
    }

    private func begin(
        _ header: SegmentHeader, _ file: String, _ number: UInt64, _ expected: JournalState?, _ end: inout End
    ) throws(AuditError) {
        guard header.segment == number, header.state.gateway == gateway, expected == nil || expected == header.state
        else {
            throw AuditError(
                .damaged, "the segment does not continue the one before it", place: AuditPlace(file: file, line: 1))
        }
        end.state = header.state
        end.segment = number
    }

    private func verify(_ waiting: inout WaitingSignatures) throws(AuditError) {
        if let fault = waiting.check().faults.first { throw fault }
    }

    // Records without a commit are covered when the journal is opened, and anybody who has the files could have put them there. What
    // they say of keys and of what is gone would then be believed, so these are no records; nobody was told that they were durable.
    private mutating func dropUncovered(in number: UInt64, _ end: inout End) throws(AuditError) {
        let file = JournalFiles.segment(number)
        let whole = end
        try read(
            Array(storage.contents(file).prefix(whole.committed)), file: file, number: number, isLast: true, into: &end)
        end.tornBytes = whole.tornBytes + whole.offset - whole.committed
    }

    // The newest of these, at least one where there is one.
    private func toRead(
        _ check: AuditJournal.OpenCheck, _ numbers: [UInt64]
    ) throws(AuditError) -> ArraySlice<UInt64> {
        switch check {
        case .everything: return numbers[...]
        case .lastSegment: return numbers.suffix(1)
        case .since(let time):
            var reader = AuditReader(storage: storage)
            try reader.skip(toTime: time)
            let first = reader.position.segment
            return numbers.suffix(max(1, numbers.count { $0 >= first }))
        }
    }

    private func requireDense(_ numbers: [UInt64]) throws(AuditError) {
        for (before, number) in zip(numbers, numbers.dropFirst()) where number != before + 1 {
            throw AuditError(
                .damaged, "the segment is missing", place: AuditPlace(file: JournalFiles.segment(before + 1), line: 1))
        }
    }

    private func isUnbegun(_ number: UInt64) throws(AuditError) -> Bool {
        try SegmentFile(storage: storage, name: JournalFiles.segment(number), isLast: true).unbegunBytes() != nil
    }

    private mutating func verify(_ note: CommitNote, _ place: AuditPlace) throws(AuditError) {
        do throws(NoteError) {
            try note.note.verify(with: keys.keys(for: note.checkpoint.origin))
        } catch {
            throw AuditError(.damaged, "the checkpoint of `\(note.checkpoint.origin)`: \(error)", place: place)
        }
    }
}

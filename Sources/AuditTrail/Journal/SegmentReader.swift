#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif
internal import MerkleLog

/// Reads one segment file's bytes line by line into a state, and tells a torn end from damage.
///
/// A batch is written in one piece and synced before the next begins. So after a crash only the last batch of the last
/// segment can be incomplete, in one of these shapes: it ends early; sectors of it are still the zeros that were
/// allocated; or what was never written shows something that is none of ours. Everything else is damage.
struct SegmentReader {
    let file: String
    /// Of the whole file, or from the beginning of a batch on.
    let bytes: UnsafeBufferPointer<UInt8>
    /// Where in the file they begin.
    var base = 0
    /// Whether later segments exist; then nothing may be torn.
    let isLast: Bool

    /// How far the file is whole.
    struct End {
        /// Just after the last whole line.
        var offset = 0
        /// Whole lines.
        var lines = 0
        /// Just after the last commit, or the header.
        var committed = 0
        /// Bytes after `offset` that a crash left, allocated zeros not counted.
        var tornBytes = 0
        /// Why the line at `offset` was not taken, where something torn follows.
        var reason: String?

        /// Moves behind a line of `bytes`, its newline counted.
        mutating func take(_ line: AcceptedLine, bytes: Int) {
            offset += bytes
            lines += 1
            if case .commit = line { committed = offset }
        }
    }

    /// A line that was taken, for those who watch.
    struct Line {
        let place: AuditPlace
        /// They are there as long as the line is shown.
        let bytes: UnsafeBufferPointer<UInt8>
        let accepted: AcceptedLine
        /// Of a record.
        let links: RecordLinks?

        init(place: AuditPlace, bytes: UnsafeBufferPointer<UInt8>, accepted: AcceptedLine, reading: LineReading) {
            self.place = place
            self.bytes = bytes
            self.accepted = accepted
            if case .record(let record) = reading { links = record.links } else { links = nil }
        }

        /// The record, if it says something about the trail itself: of its keys, or of what is gone.
        var wordOfTrail: AuditRecordLine? {
            guard let kind = links?.kind, bytes.holds("\"retention\"", at: kind) || bytes.holds("\"key\"", at: kind)
            else {
                return nil
            }
            return AuditRecordLine(bytes: Array(bytes), place: place)
        }

        /// When the record was made, in nanoseconds since 1970.
        var time: Int64? {
            guard let range = links?.time, range.count > 2 else { return nil }
            return Timestamp.read(UnsafeBufferPointer(rebasing: bytes[range.lowerBound + 1..<range.upperBound - 1]))
        }
    }

    static let sector = 512

    /// A crash between creating a segment and syncing its header leaves no whole first line, and nothing after it.
    /// What there is of it then, in bytes; nil for a segment that was begun.
    var unbegunBytes: Int? {
        guard let newline = newline(from: 0) else { return writtenBytes }
        guard newline + 1 == bytes.count || bytes[newline + 1] == 0 else { return nil }
        let written = writtenBytes
        return newline + 1 == written && bytes[..<written].contains(0) ? written : nil
    }

    /// Reads the header line.
    /// - Throws: ``AuditError`` `.damaged`; a header is durable before anything else is written to its segment.
    func header(keys: [NoteVerifier]) throws(AuditError) -> (header: SegmentHeader, end: End) {
        guard let newline = newline(from: 0) else { throw damage(1, "the segment has no header") }
        do throws(LineFault) {
            let header = try SegmentHeader.read(line(0, newline), keys: keys)
            return (header, End(offset: newline + 1, lines: 1, committed: newline + 1))
        } catch {
            throw damage(1, error.reason)
        }
    }

    /// The logs that the header speaks of, whoever signed it.
    /// - Throws: ``AuditError`` `.damaged`.
    func namedLogs() throws(AuditError) -> [String] {
        guard let newline = newline(from: 0) else { throw damage(1, "the segment has no header") }
        do throws(LineFault) {
            return try SegmentHeader.parse(line(0, newline)).0.state.logs.keys.sorted()
        } catch {
            throw damage(1, error.reason)
        }
    }

    /// Reads everything after the header into `state`.
    /// - Throws: ``AuditError`` `.damaged`, or what `watch` throws.
    func read(
        after header: End, into state: inout JournalState, watch: (Line) throws(AuditError) -> Void = { _ in }
    ) throws(AuditError) -> End {
        var end = header
        while end.offset - base < bytes.count {
            guard let newline = newline(from: end.offset - base) else {
                return try tail(end, fault: "the last line is not ended")
            }
            let line = line(end.offset - base, newline)
            let reading = LineReading(line)
            let accepted: AcceptedLine
            do throws(LineFault) {
                accepted = try state.accept(line, reading)
            } catch {
                return try tail(end, fault: error.reason)
            }
            end.take(accepted, bytes: line.count + 1)
            try watch(
                Line(
                    place: AuditPlace(file: file, line: end.lines), bytes: line, accepted: accepted, reading: reading))
        }
        return end
    }

    // What stands after the last line taken: nothing, a torn batch, or damage.
    private func tail(_ end: End, fault: String) throws(AuditError) -> End {
        let (written, place) = (writtenBytes, end.offset - base)
        guard isLast else { throw damage(end.lines + 1, fault) }
        guard written > place else { return end }
        guard isTorn(place..<written, end.committed - base) else { throw damage(end.lines + 1, fault) }
        var end = end
        end.tornBytes = written - place
        end.reason = fault
        return end
    }

    private func isTorn(_ rest: Range<Int>, _ batchStart: Int) -> Bool {
        guard newline(from: rest.lowerBound).map({ $0 < rest.upperBound }) ?? false else { return true }
        // A commit with anything after it was synced before that was written.
        if commitEnd(in: rest).map({ $0 < rest.upperBound }) ?? false { return false }
        let holes = holes(in: rest)
        if !holes.isEmpty {
            return holes.allSatisfy { hole in
                ((base + hole.lowerBound).isMultiple(of: Self.sector) || hole.lowerBound == batchStart)
                    && (base + hole.upperBound).isMultiple(of: Self.sector)
            }
        }
        return !hasOwnLine(rest)
    }

    // The end of the first line in `rest` that looks like a commit.
    private func commitEnd(in rest: Range<Int>) -> Int? {
        lines(in: rest).first { bytes[$0].starts(with: Commit.prefix.utf8) && bytes[$0].last == UInt8(ascii: "}") }
            .map { $0.upperBound + 1 }
    }

    private func hasOwnLine(_ rest: Range<Int>) -> Bool {
        lines(in: rest).contains { bytes[$0].starts(with: "{\"".utf8) || bytes[$0].suffix(2).elementsEqual("\"}".utf8) }
    }

    // Lines that are ended, newlines not included.
    private func lines(in rest: Range<Int>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = rest.lowerBound
        while let newline = newline(from: start), newline < rest.upperBound {
            lines.append(start..<newline)
            start = newline + 1
        }
        return lines
    }

    private func holes(in rest: Range<Int>) -> [Range<Int>] {
        var holes: [Range<Int>] = []
        var place = rest.lowerBound
        while place < rest.upperBound {
            if bytes[place] == 0 {
                let end = bytes[place..<rest.upperBound].firstIndex { $0 != 0 } ?? rest.upperBound
                holes.append(place..<end)
                place = end
            } else {
                place += 1
            }
        }
        return holes
    }

    // Without the zeros that were allocated.
    var writtenBytes: Int {
        var end = bytes.count
        if let base = bytes.baseAddress {
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            while end >= zeros.count, memcmp(base + end - zeros.count, zeros, zeros.count) == 0 { end -= zeros.count }
        }
        while end > 0, bytes[end - 1] == 0 { end -= 1 }
        return end
    }

    func newline(from start: Int) -> Int? { bytes.newline(from: start) }

    private func line(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    private func damage(_ line: Int, _ reason: String) -> AuditError {
        AuditError(
            .damaged, reason, place: AuditPlace(file: file, line: line),
            fix: "keep the files as they are, and compare them with a copy: nothing is repaired that was durable")
    }
}

internal import MerkleLog

/// One segment where it lies, read some megabytes at a time and its lines looked at on all processors.
///
/// That is for lines that are as they should be. At the first that is not, and where what is written ends, ``SegmentReader`` goes on, which
/// judges by all that follows. So memory is bounded by a few windows, but for what stands behind damage.
struct SegmentFile {
    let storage: any JournalStorage
    let name: String
    /// Whether later segments exist; then nothing may be torn.
    let isLast: Bool
    /// How much is read at once.
    var windowBytes = 4 << 20
    var work = ConcurrentMap.shared

    // What one thread looks at in one go.
    private static let blockBytes = 1 << 17

    /// As of ``SegmentReader/unbegunBytes``.
    /// - Throws: ``AuditError`` `.storage`.
    func unbegunBytes() throws(AuditError) -> Int? {
        let start = try window(at: 0)
        let isBegun = start.withUnsafeBufferPointer { bytes in
            bytes.newline(from: 0).map { $0 + 1 < bytes.count && bytes[$0 + 1] != 0 } ?? false
        }
        if isBegun { return nil }
        return try rest(from: 0).withUnsafeBufferPointer { reader($0).unbegunBytes }
    }

    /// As of ``SegmentReader/header(keys:)``.
    func header(keys: [NoteVerifier]) throws(AuditError) -> (header: SegmentHeader, end: SegmentReader.End) {
        let start = try window(at: 0)
        let bytes = start.contains(UInt8(ascii: "\n")) ? start : try rest(from: 0)
        return try bytes.withUnsafeBufferPointer {
            (bytes: UnsafeBufferPointer<UInt8>) throws(AuditError) in try reader(bytes).header(keys: keys)
        }
    }

    /// As of ``SegmentReader/read(after:into:watch:)``.
    func read(
        after header: SegmentReader.End, into state: inout JournalState,
        watch: (SegmentReader.Line) throws(AuditError) -> Void = { _ in }
    ) throws(AuditError) -> SegmentReader.End {
        var end = header
        var bytes = try window(at: end.offset)
        while !bytes.isEmpty {
            guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return try judge(end, &state, watch) }
            let (blocks, ahead) = look(at: bytes, upTo: last + 1, nextAt: end.offset + last + 1)
            let isTaken = try bytes.withUnsafeBufferPointer {
                (bytes: UnsafeBufferPointer<UInt8>) throws(AuditError) -> Bool in
                for block in blocks {
                    for (range, reading) in block {
                        let line = UnsafeBufferPointer(rebasing: bytes[range])
                        guard let accepted = try? state.accept(line, reading) else { return false }
                        end.take(accepted, bytes: line.count + 1)
                        try watch(
                            .init(
                                place: AuditPlace(file: name, line: end.lines), bytes: line, accepted: accepted,
                                reading: reading))
                    }
                }
                return true
            }
            guard isTaken else { return try judge(end, &state, watch) }
            do throws(StorageError) { bytes = try ahead.get() } catch { throw AuditError(error) }
        }
        return end
    }

    // Goes on with all that follows in sight.
    private func judge(
        _ end: SegmentReader.End, _ state: inout JournalState, _ watch: (SegmentReader.Line) throws(AuditError) -> Void
    ) throws(AuditError) -> SegmentReader.End {
        let bytes = try rest(from: end.committed)
        return try bytes.withUnsafeBufferPointer {
            (bytes: UnsafeBufferPointer<UInt8>) throws(AuditError) -> SegmentReader.End in
            try reader(bytes, base: end.committed).read(after: end, into: &state, watch: watch)
        }
    }

    private typealias Block = [(Range<Int>, LineReading)]

    // The lines before `end`, each ended, and the window behind them, read meanwhile.
    private func look(
        at bytes: [UInt8], upTo end: Int, nextAt offset: Int
    ) -> (blocks: [Block], ahead: Result<[UInt8], StorageError>) {
        enum Part {
            case block(Block)
            case ahead(Result<[UInt8], StorageError>)
        }
        let starts = bytes.withUnsafeBufferPointer { bytes in
            stride(from: 0, to: end, by: Self.blockBytes).map { mark in
                mark == 0 ? 0 : min(end, (bytes.newline(from: mark - 1) ?? end) + 1)
            } + [end]
        }
        let parts = work.map(starts.count) { number -> Part in
            guard number > 0 else {
                return .ahead(
                    Result { () throws(StorageError) in try storage.read(name, from: offset, atMost: windowBytes) })
            }
            return bytes.withUnsafeBufferPointer { bytes in
                var block: Block = []
                var start = starts[number - 1]
                while start < starts[number], let newline = bytes.newline(from: start) {
                    block.append((start..<newline, LineReading(UnsafeBufferPointer(rebasing: bytes[start..<newline]))))
                    start = newline + 1
                }
                return .block(block)
            }
        }
        var ahead: Result<[UInt8], StorageError> = .success([])
        var blocks: [Block] = []
        for part in parts {
            switch part {
            case .block(let block): blocks.append(block)
            case .ahead(let window): ahead = window
            }
        }
        return (blocks, ahead)
    }

    private func reader(_ bytes: UnsafeBufferPointer<UInt8>, base: Int = 0) -> SegmentReader {
        SegmentReader(file: name, bytes: bytes, base: base, isLast: isLast)
    }

    private func window(at offset: Int) throws(AuditError) -> [UInt8] {
        do throws(StorageError) { return try storage.read(name, from: offset, atMost: windowBytes) } catch {
            throw AuditError(error)
        }
    }

    // All from there on, but of the zeros at the end no more than one, since tens of megabytes are allocated ahead.
    private func rest(from offset: Int) throws(AuditError) -> [UInt8] {
        var (bytes, zeros): ([UInt8], Int) = ([], 0)
        while true {
            let window = try window(at: offset + bytes.count + zeros)
            let written = window.withUnsafeBufferPointer { reader($0).writtenBytes }
            if written > 0 {
                bytes += repeatElement(0, count: zeros)
                bytes += window[..<written]
                zeros = 0
            }
            zeros += window.count - written
            if window.count < windowBytes { return zeros > 0 ? bytes + [0] : bytes }
        }
    }
}

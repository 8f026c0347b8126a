internal import Crypto

/// Where a closed segment's records stand, and a short hash of each field that queries ask for: 48 bytes a record.
///
/// It is made from the segment and worth nothing without it: a query reads the lines that it points to, and believes those, and a line
/// that it leaves out is left out only where that does not hold what is sought (``SoughtText``). One that does not belong to its segment
/// any more is made anew.
struct SegmentIndex {
    /// The fields, in the order of their hashes.
    enum Field: Int, CaseIterable { case kind, tenant, agent, tool, decision, policy, approval, decisionID }

    struct Entry {
        var offset: UInt32
        var length: UInt32
        var time: Int64
        var fields: [UInt32]
    }

    /// What it was made from: the segment's length and the hash of its header.
    let segmentBytes: Int
    let headerHash: [UInt8]
    private(set) var entries: [Entry] = []
    private static let magic = Array("aegis index v1\n\n".utf8)
    private static let entryBytes = 16 + 4 * Field.allCases.count
    private static let headBytes = 16 + 8 + 32

    static func fileName(_ number: UInt64) -> String { JournalFiles.segment(number).dropLast(6) + ".index" }

    /// Indexes the committed records of a segment.
    init(segment bytes: [UInt8]) {
        segmentBytes = bytes.count
        headerHash = Self.headerHash(bytes)
        bytes.withUnsafeBufferPointer { bytes in
            var batch: [Entry] = []
            var start = (bytes.newline(from: 0) ?? bytes.count - 1) + 1
            while let newline = bytes.newline(from: start) {
                let line = UnsafeBufferPointer(rebasing: bytes[start..<newline])
                if line.begins(with: Commit.prefix) {
                    entries += batch
                    batch.removeAll(keepingCapacity: true)
                } else if !line.begins(with: PrunedRecord.prefix) {
                    batch.append(Self.entry(line, at: start))
                }
                start = newline + 1
            }
        }
    }

    /// Holds what somebody finds as a segment's index against the segment.
    /// - Returns: where the first record begins of which it says something else than stands there; nil where there is none, or it was
    ///   made from other bytes and is made anew when somebody asks.
    static func falsehood(in encoded: [UInt8], segment bytes: [UInt8]) -> Int? {
        let index = SegmentIndex(segment: bytes)
        let (found, right) = (encoded[...], index.encoded[...])
        guard found.starts(with: right.prefix(headBytes)), found != right else { return nil }
        let same = zip(found, right).prefix { $0 == $1 }.count
        let number = min((same - headBytes) / entryBytes, index.entries.count - 1)
        return number < 0 ? 0 : Int(index.entries[number].offset)
    }

    /// Reads what ``encoded`` writes; nil for anything else, or for another segment than this one.
    init?(_ encoded: [UInt8], segment bytes: [UInt8]) {
        let head = Self.head(bytes.count, Self.headerHash(bytes))
        guard encoded.starts(with: head), (encoded.count - head.count).isMultiple(of: Self.entryBytes) else {
            return nil
        }
        segmentBytes = bytes.count
        headerHash = Self.headerHash(bytes)
        entries.reserveCapacity((encoded.count - head.count) / Self.entryBytes)
        encoded.withUnsafeBytes { buffer in
            for start in stride(from: head.count, to: buffer.count, by: Self.entryBytes) {
                func word(_ place: Int) -> UInt32 {
                    UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: start + place, as: UInt32.self))
                }
                let time = Int64(bitPattern: UInt64(word(8)) << 32 | UInt64(word(12)))
                entries.append(
                    Entry(
                        offset: word(0), length: word(4), time: time,
                        fields: Field.allCases.map { word(16 + 4 * $0.rawValue) }))
            }
        }
        guard coversEveryRecord(of: bytes) else { return nil }
    }

    // Whether nothing but commits, and what is left of removed records, stands between the entries: an index from which
    // somebody took entries would hide records.
    private func coversEveryRecord(of bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            var place = (bytes.newline(from: 0) ?? bytes.count - 1) + 1
            func skip(to end: Int) -> Bool {
                while place < end, bytes[place] != 0, let newline = bytes.newline(from: place) {
                    let line = UnsafeBufferPointer(rebasing: bytes[place..<newline])
                    guard line.begins(with: Commit.prefix) || line.begins(with: PrunedRecord.prefix) else {
                        return false
                    }
                    place = newline + 1
                }
                return true
            }
            for entry in entries {
                let (start, end) = (Int(entry.offset), Int(entry.offset) + Int(entry.length))
                guard end < bytes.count, skip(to: start), place == start, bytes.newline(from: start) == end else {
                    return false
                }
                place = end + 1
            }
            return skip(to: bytes.count)
        }
    }

    var encoded: [UInt8] {
        var bytes = Self.head(segmentBytes, headerHash)
        bytes.reserveCapacity(bytes.count + entries.count * Self.entryBytes)
        func add(_ word: UInt32) { withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) } }
        for entry in entries {
            add(entry.offset)
            add(entry.length)
            let time = UInt64(bitPattern: entry.time)
            add(UInt32(truncatingIfNeeded: time >> 32))
            add(UInt32(truncatingIfNeeded: time))
            entry.fields.forEach(add)
        }
        return bytes
    }

    /// The places of all records, and which of them may be asked for as far as the entries say.
    func places(_ query: AuditQuery) -> [(place: Range<Int>, mayBeAskedFor: Bool)] {
        let wanted: [(Int, UInt32)] = [
            (Field.kind, query.kind), (.tenant, query.tenant), (.agent, query.agent), (.tool, query.tool),
            (.decision, query.decision), (.policy, query.policy), (.approval, query.approval),
            (.decisionID, query.decisionID),
        ].compactMap { field, text in text.map { (field.rawValue, Self.hash($0)) } }
        return entries.map { entry in
            let mayBeAskedFor =
                query.from ?? .min <= entry.time && entry.time < query.until ?? .max
                && wanted.allSatisfy { entry.fields[$0.0] == $0.1 }
            return (Int(entry.offset)..<Int(entry.offset) + Int(entry.length), mayBeAskedFor)
        }
    }

    private static let names: [(String, Field)] = [
        ("kind", .kind), ("tenant", .tenant), ("agent_id", .agent), ("tool_name", .tool), ("decision", .decision),
        ("approval_id", .approval), ("decision_id", .decisionID),
    ]

    // In one pass over the line: a journal is indexed as fast as it is verified.
    private static func entry(_ line: UnsafeBufferPointer<UInt8>, at offset: Int) -> Entry {
        var entry = Entry(
            offset: UInt32(offset), length: UInt32(line.count), time: .min,
            fields: [UInt32](repeating: 0, count: Field.allCases.count))
        guard var scanner = MemberScanner(line) else { return entry }
        while case .member(let member) = scanner.next() {
            let key = UnsafeBufferPointer(rebasing: line[member.key])
            let value = UnsafeBufferPointer(rebasing: line[member.value])
            if let (_, field) = names.first(where: { key.elementsEqual($0.0.utf8) }) {
                entry.fields[field.rawValue] = hash(value)
            } else if key.elementsEqual("time".utf8) {
                entry.time = Timestamp.read(String(decoding: value.dropFirst().dropLast(), as: UTF8.self)) ?? .min
            } else if key.elementsEqual("decision_reason".utf8), var inner = MemberScanner(value) {
                while case .member(let member) = inner.next() {
                    guard value[member.key].elementsEqual("policy".utf8) else { continue }
                    entry.fields[Field.policy.rawValue] = hash(UnsafeBufferPointer(rebasing: value[member.value]))
                }
            }
        }
        return entry
    }

    private static func head(_ length: Int, _ headerHash: [UInt8]) -> [UInt8] {
        magic + withUnsafeBytes(of: UInt64(length).bigEndian) { Array($0) } + headerHash
    }

    private static func headerHash(_ bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: bytes.prefix { $0 != UInt8(ascii: "\n") }))
    }

    // Of a member's value; 0 is for a field that is absent.
    private static func hash(_ value: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard value.first == UInt8(ascii: "\"") else { return value.elementsEqual("null".utf8) ? 0 : fnv(value) }
        let text = UnsafeBufferPointer(rebasing: value[1..<max(1, value.count - 1)])
        return text.contains(UInt8(ascii: "\\")) ? hash(AuditRecordLine.unescape(Array(text)[...])) : fnv(text)
    }

    private static func hash(_ text: String) -> UInt32 { fnv(text.utf8) }

    // FNV-1a, never 0.
    private static func fnv(_ bytes: some Sequence<UInt8>) -> UInt32 {
        max(1, bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 })
    }
}

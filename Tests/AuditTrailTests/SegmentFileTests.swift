@testable import AuditTrail
import MerkleLog
import Testing

/// A segment that is read in windows, on several threads, comes to what one comes to that is read as a whole, line by line.
struct SegmentFileTests {
    static let windows = [64, 700, 1 << 20]
    // Made once: signing takes most of the time.
    static let segment = (try? Fixture.written(batches: 6, segmentBytes: 1 << 20))?[JournalFiles.segment(1)] ?? []

    // The end and the state, or what is wrong.
    private enum Outcome: Equatable {
        case end(offset: Int, lines: Int, committed: Int, torn: Int, reason: String?, JournalState, seen: [String])
        case fault(String)

        init(_ read: (inout JournalState, inout [String]) throws -> SegmentReader.End, _ state: JournalState) throws {
            var (state, seen) = (state, [String]())
            do {
                let end = try read(&state, &seen)
                self = .end(
                    offset: end.offset, lines: end.lines, committed: end.committed, torn: end.tornBytes,
                    reason: end.reason, state, seen: seen)
            } catch let error as AuditError { self = .fault(error.description) }
        }
    }

    private static func compare(_ bytes: [UInt8], isLast: Bool, windows: [Int] = windows) throws {
        let keys = [try Fixture.signer().verifier]
        let name = JournalFiles.segment(1)
        let whole = try bytes.withUnsafeBufferPointer { bytes in
            let reader = SegmentReader(file: name, bytes: bytes, isLast: isLast)
            let (header, end) = try reader.header(keys: keys)
            return try (
                reader.unbegunBytes,
                Outcome(
                    { (state, seen) in
                        try reader.read(after: end, into: &state) { seen.append(show($0)) }
                    }, header.state)
            )
        }
        for window in windows {
            let file = SegmentFile(
                storage: MemoryStorage([name: bytes]), name: name, isLast: isLast, windowBytes: window)
            let (header, end) = try file.header(keys: keys)
            let found = try Outcome(
                { (state, seen) in
                    try file.read(after: end, into: &state) { seen.append(show($0)) }
                }, header.state)
            #expect(found == whole.1, "in windows of \(window)")
            #expect(try file.unbegunBytes() == whole.0)
        }
    }

    private static func show(_ line: SegmentReader.Line) -> String {
        "\(line.place) \(line.bytes.count) \(line.time ?? 0) \(line.wordOfTrail?.text ?? "")"
    }

    @Test(arguments: [true, false]) func `a whole segment is read to its end`(isLast: Bool) throws {
        #expect(Self.segment.count > 5000)
        try Self.compare(Self.segment, isLast: isLast)
        try Self.compare(Self.segment + [UInt8](repeating: 0, count: 5000), isLast: isLast)
    }

    @Test(arguments: 0..<72)
    func `whatever is changed, cut or filled, the same is found at the same place`(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let header = try #require(Self.segment.firstIndex(of: UInt8(ascii: "\n"))) + 1
        var bytes = Self.segment
        let place = Int.random(in: header..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 1...1500, using: &random))
        switch seed % 6 {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.replaceSubrange(place..<end, with: repeatElement(0, count: end - place))
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes = Array(bytes[..<place]) + [UInt8](repeating: 0, count: Int.random(in: 0...3000, using: &random))
        default:
            let sector = place / 512 * 512
            bytes.replaceSubrange(
                max(header, sector)..<min(bytes.count, sector + 512),
                with: repeatElement(0, count: min(bytes.count, sector + 512) - max(header, sector)))
        }
        try Self.compare(bytes, isLast: seed % 4 != 0)
    }

    @Test func `plain characters are counted as one by one`() {
        var random = SeededRandom(state: 3)
        for _ in 0..<3000 {
            let line = (0..<Int.random(in: 0...40, using: &random)).map { _ -> UInt8 in
                switch Int.random(in: 0..<12, using: &random) {
                case 0: [0x22, 0x5c, 0x1f, 0x00][Int.random(in: 0..<4, using: &random)]
                case 1:
                    [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f, 0x80, 0xff, 0xa2, 0xdc][Int.random(in: 0..<10, using: &random)]
                default: .random(in: .min ... .max, using: &random)
                }
            }
            let start = Int.random(in: 0...line.count, using: &random)
            let plain = line[start...].prefix { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }.count
            #expect(line.withUnsafeBufferPointer { $0.plainCharacters(from: start) } == plain)
        }
    }
}

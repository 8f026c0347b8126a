/// Walks the members of the one object on a canonical line, without building values.
///
/// It checks what it passes over: keys in strictly ascending order, no whitespace, strings without raw control
/// characters, brackets that match in number. Bytes within nested values are not looked at more closely: a record's
/// hash covers them.
struct MemberScanner {
    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var previousKey: Range<Int>?

    struct Member {
        /// Between the quotes.
        let key: Range<Int>
        /// The whole value, quotes and brackets included.
        let value: Range<Int>
    }

    /// Nil when the line is not `{…}`.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard line.count >= 2, line[0] == UInt8(ascii: "{"), line[line.count - 1] == UInt8(ascii: "}") else {
            return nil
        }
        self.line = line
        position = 1
    }

    enum Step {
        case member(Member)
        case end
        case malformed
    }

    mutating func next() -> Step {
        let end = line.count - 1
        if position == end { return previousKey == nil && end != 1 ? .malformed : .end }
        if previousKey != nil {
            guard line[position] == UInt8(ascii: ",") else { return .malformed }
            position += 1
        }
        guard position < end, line[position] == UInt8(ascii: "\""), let keyEnd = stringEnd(position) else {
            return .malformed
        }
        let key = position + 1..<keyEnd - 1
        if let previousKey, !precedes(previousKey, key) { return .malformed }
        guard keyEnd < end, line[keyEnd] == UInt8(ascii: ":"), let valueEnd = valueEnd(keyEnd + 1) else {
            return .malformed
        }
        previousKey = key
        position = valueEnd
        return .member(Member(key: key, value: keyEnd + 1..<valueEnd))
    }

    // The offset after the closing quote of the string that opens at `start`.
    private func stringEnd(_ start: Int) -> Int? {
        var place = start + 1
        while place < line.count {
            place += line.plainCharacters(from: place)
            guard place < line.count else { return nil }
            let byte = line[place]
            if byte == UInt8(ascii: "\"") { return place + 1 }
            if byte < 0x20 { return nil }
            place += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    private func valueEnd(_ start: Int) -> Int? {
        let end = line.count - 1
        guard start < end else { return nil }
        switch line[start] {
        case UInt8(ascii: "\""):
            return stringEnd(start).flatMap { $0 <= end ? $0 : nil }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            var depth = 0
            var place = start
            while place < end {
                switch line[place] {
                case UInt8(ascii: "\""):
                    guard let next = stringEnd(place) else { return nil }
                    place = next
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 0 { return place + 1 }
                case 0x00...0x20: return nil
                default: break
                }
                place += 1
            }
            return nil
        default:
            var place = start
            while place < end, line[place] != UInt8(ascii: ",") {
                let byte = line[place]
                guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "\"") else { return nil }
                place += 1
            }
            return place > start ? place : nil
        }
    }

    // Bytewise, which is the order by UTF-16 code units for the ASCII names that records have.
    private func precedes(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        for place in 0..<min(a.count, b.count) {
            let (left, right) = (line[a.lowerBound + place], line[b.lowerBound + place])
            if left != right { return left < right }
        }
        return a.count < b.count
    }

    func key(of member: Member, is name: StaticString) -> Bool { line.holds(name, at: member.key) }
}

/// The fields of a record that bind it to its log.
struct RecordLinks: Sendable {
    /// The whole `"hash":"…",` with its comma: what the hash is computed without.
    let hashMember: Range<Int>
    let hash: Range<Int>
    let index: UInt64
    let previous: Range<Int>
    let log: Range<Int>
    /// The whole values, quotes included, where there are any.
    let kind: Range<Int>?
    let time: Range<Int>?

    /// Nil when the line is not a canonical object with these fields in their right form.
    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard var scanner = MemberScanner(line) else { return nil }
        var hash: MemberScanner.Member?
        var index: UInt64?
        var previous: Range<Int>?
        var log: Range<Int>?
        var (kind, time): (Range<Int>?, Range<Int>?)
        scan: while true {
            switch scanner.next() {
            case .end: break scan
            case .malformed: return nil
            case .member(let member):
                switch member.key.count {
                case 3 where scanner.key(of: member, is: "log"): log = Self.unquoted(member.value, line)
                case 4 where scanner.key(of: member, is: "hash"): hash = member
                case 4 where scanner.key(of: member, is: "kind"): kind = member.value
                case 4 where scanner.key(of: member, is: "time"): time = member.value
                case 5 where scanner.key(of: member, is: "index"):
                    index = JSONCursor.unsigned(UnsafeBufferPointer(rebasing: line[member.value]))
                case 9 where scanner.key(of: member, is: "prev_hash"):
                    previous = Self.unquoted(member.value, line)
                default: break
                }
            }
        }
        guard let hash, let text = Self.unquoted(hash.value, line), let index, let previous, let log,
            text.count == 64, previous.count == 64, line[hash.value.upperBound] == UInt8(ascii: ",")
        else { return nil }
        hashMember = hash.key.lowerBound - 1..<hash.value.upperBound + 1
        self.hash = text
        self.index = index
        self.previous = previous
        self.log = log
        self.kind = kind
        self.time = time
    }

    private static func unquoted(_ value: Range<Int>, _ line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard value.count >= 2, line[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return value.lowerBound + 1..<value.upperBound - 1
    }
}

/// Reads DER (X.690) values one after the other; nil at the end and for anything malformed.
struct DERReader {
    /// One value: its tag, its content, and the whole with tag and length.
    struct Element {
        let tag: UInt8
        let content: ArraySlice<UInt8>
        let whole: ArraySlice<UInt8>

        /// The values within a sequence, set or context tag; nil for another tag.
        func reader(tag expected: UInt8 = Tag.sequence) -> DERReader? {
            tag == expected ? DERReader(content) : nil
        }
    }

    enum Tag {
        static let integer: UInt8 = 0x02
        static let bitString: UInt8 = 0x03
        static let objectIdentifier: UInt8 = 0x06
        static let sequence: UInt8 = 0x30
        /// `[0]`, explicit.
        static let context0: UInt8 = 0xa0
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var nextTag: UInt8? { rest.first }

    mutating func next() -> Element? {
        let start = rest.startIndex
        guard rest.count >= 2, rest[start] & 0x1f != 0x1f, let (length, headerSize) = length(at: start + 1) else {
            return nil
        }
        let content = start + 1 + headerSize
        guard length <= rest.endIndex - content else { return nil }
        let end = content + length
        defer { rest = rest[end...] }
        return Element(tag: rest[start], content: rest[content..<end], whole: rest[start..<end])
    }

    /// The content of the next value when it has this tag.
    mutating func content(_ tag: UInt8) -> ArraySlice<UInt8>? {
        guard nextTag == tag else { return nil }
        return next()?.content
    }

    /// The length at a place and how many bytes say it; at most 4 GiB, in the shortest form.
    private func length(at place: Int) -> (length: Int, size: Int)? {
        let first = rest[place]
        if first < 0x80 { return (Int(first), 1) }
        let count = Int(first & 0x7f)
        guard 1...4 ~= count, rest.endIndex - place > count else { return nil }
        var length = 0
        for byte in rest[(place + 1)...(place + count)] { length = length << 8 | Int(byte) }
        guard length >= 0x80, rest[place + 1] != 0 else { return nil }
        return (length, count + 1)
    }
}

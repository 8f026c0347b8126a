/// Growing raw memory that writers fill before the whole text goes into an array at once. Free it.
struct ByteSink {
    private var start: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity = 512

    init() { start = .allocate(capacity: 512) }

    func free() { start.deallocate() }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// Makes room for `size` more bytes.
    @inline(__always)
    mutating func reserve(_ size: Int) {
        if size > capacity - count { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        let larger = max(capacity * 2, count + size)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        memory.moveInitialize(from: start, count: count)
        start.deallocate()
        start = memory
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        (start + count).initialize(to: byte)
        count += 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (start + count).initialize(from: source, count: bytes.count)
        count += bytes.count
    }

    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Copies leading bytes that are printable ASCII without `"` and `\` (and `&`, `<`, `>` for HTML), eight at a time
    /// where it can, and returns how many.
    @inline(__always)
    mutating func appendPlain(_ bytes: UnsafeBufferPointer<UInt8>, html: Bool) -> Int {
        guard let source = bytes.baseAddress else { return 0 }
        reserve(bytes.count)
        let target = start + count
        var index = 0
        while !html && index + 8 <= bytes.count {
            let word = UnsafeRawPointer(source + index).loadUnaligned(as: UInt64.self)
            if JSONReader.firstSpecial(UInt64(littleEndian: word)) < 8 { break }
            UnsafeMutableRawPointer(target + index).storeBytes(of: word, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            let byte = source[index]
            if byte >= 0x80 || JSONWriter.needsEscape(byte, html) { break }
            (target + index).initialize(to: byte)
            index += 1
        }
        count += index
        return index
    }
}

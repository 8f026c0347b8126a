extension Heap {
    /// Reads strict JSON (RFC 8259) into this heap. The bytes are copied once; strings point into the copy.
    /// - Throws: ``JSONError`` with the place of the first fault.
    public func parseJSON(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .init()
    ) throws(JSONError) -> Value {
        guard bytes.count <= limits.byteCount else {
            throw JSONError(
                .tooLong, at: limits.byteCount, in: bytes, "longer than the limit of \(limits.byteCount) bytes")
        }
        guard let source = bytes.baseAddress, !bytes.isEmpty else {
            throw JSONError(.unexpectedEnd, at: 0, in: bytes, "expected a value, found the end of the text")
        }
        let memory = textMemory(bytes.count)
        memory.initialize(from: source, count: bytes.count)
        let (value, failure) = parse(memory, bytes.count, limits)
        if let failure { throw failure.error(in: bytes) }
        return value
    }

    /// Reads strict JSON of `count` bytes that `fill` writes straight into this heap. The reader works in place, so after
    /// a fault `fill` is called once more, to tell its line.
    func parseJSON(
        count: Int, limits: JSONLimits, fill: (UnsafeMutableBufferPointer<UInt8>) throws -> Void
    ) throws -> Value {
        guard count > 0 else { return try parseJSON(UnsafeBufferPointer(start: nil, count: 0), limits: limits) }
        guard count <= limits.byteCount else {
            throw JSONError(
                .tooLong, at: 0, in: UnsafeBufferPointer(start: nil, count: 0),
                "longer than the limit of \(limits.byteCount) bytes")
        }
        let memory = textMemory(count)
        let text = UnsafeMutableBufferPointer(start: memory, count: count)
        try fill(text)
        let (value, failure) = parse(memory, count, limits)
        guard let failure else { return value }
        try fill(text)
        throw failure.error(in: UnsafeBufferPointer(text))
    }

    /// Memory for so many bytes of text with padding behind them.
    private func textMemory(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let memory = allocate(count + JSONReader.padding).bindMemory(
            to: UInt8.self, capacity: count + JSONReader.padding)
        (memory + count).initialize(repeating: 0, count: JSONReader.padding)
        return memory
    }

    private func parse(
        _ memory: UnsafeMutablePointer<UInt8>, _ count: Int, _ limits: JSONLimits
    ) -> (Value, JSONReader.Failure?) {
        var reader = JSONReader(heap: self, start: memory, count: count, limits: limits)
        swap(&reader.stack, &scratch)  // the reader's own while it works: no access through the heap
        let value = reader.document()
        swap(&reader.stack, &scratch)
        return (value, reader.failure)
    }

    public func parseJSON(_ bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) -> Value {
        try parse(bytes.span, limits)
    }

    private func parse(_ bytes: Span<UInt8>, _ limits: JSONLimits) throws(JSONError) -> Value {
        var result: Result<Value, JSONError> = .success(.undefined)
        bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONError) { result = .success(try parseJSON(buffer, limits: limits)) } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}

/// A recursive reader over a private copy of the text that ends in zero bytes.
///
/// Bounds: no zero byte belongs to any construct, so each loop stops at the first padding byte at the latest; word loads
/// reach at most 7 bytes further, and the padding is 16.
struct JSONReader {
    struct Failure {
        let code: JSONError.Code
        let offset: Int
        let detail: String

        func error(in text: UnsafeBufferPointer<UInt8>) -> JSONError { JSONError(code, at: offset, in: text, detail) }
    }

    static let padding = 16

    let heap: Heap
    let start: UnsafeMutablePointer<UInt8>
    let end: UnsafeMutablePointer<UInt8>
    var cursor: UnsafeMutablePointer<UInt8>
    var stack = ParseStack()
    private var depth: Int
    private let limits: JSONLimits
    private(set) var failure: Failure?

    init(heap: Heap, start: UnsafeMutablePointer<UInt8>, count: Int, limits: JSONLimits) {
        self.heap = heap
        self.start = start
        self.cursor = start
        self.end = start + count
        self.limits = limits
        self.depth = limits.depth
    }

    var replacesLoneSurrogates: Bool { limits.loneSurrogates == .replace }

    /// Reads the whole text; `.undefined` when there is a failure.
    mutating func document() -> Value {
        stack.pop(to: 0)
        skipWhitespace()
        let value = self.value()
        guard failure == nil else { return .undefined }
        skipWhitespace()
        if cursor != end { return fail(.trailingBytes, at: cursor, "expected the end of the text, found \(found)") }
        return value
    }

    @inline(never)
    mutating func fail(_ code: JSONError.Code, at place: UnsafeMutablePointer<UInt8>, _ detail: String) -> Value {
        if failure == nil { failure = Failure(code: code, offset: min(place, end) - start, detail: detail) }
        return .undefined
    }

    private var found: String {
        if cursor >= end { return "the end of the text" }
        let byte = cursor.pointee
        return byte > 0x20 && byte < 0x7f ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
    }

    @inline(never)
    private mutating func unexpected(_ expected: String) -> Value {
        fail(cursor >= end ? .unexpectedEnd : .unexpectedByte, at: cursor, "expected \(expected), found \(found)")
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while cursor.pointee <= 0x20 {
            let byte = cursor.pointee
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            cursor += 1
        }
    }

    private mutating func value() -> Value {
        switch cursor.pointee {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "-"), 0x30...0x39: return number()
        case UInt8(ascii: "t"): return word(0x6575_7274, 4, .true)
        case UInt8(ascii: "n"): return word(0x6c6c_756e, 4, .null)
        case UInt8(ascii: "f"):
            guard (cursor + 4).pointee == UInt8(ascii: "e") else { return unexpected("a value") }
            return word(0x736c_6166, 5, .false)
        default: return unexpected("a value")
        }
    }

    @inline(__always)
    private mutating func word(_ letters: UInt32, _ count: Int, _ value: Value) -> Value {
        guard UnsafeRawPointer(cursor).loadUnaligned(as: UInt32.self) == UInt32(littleEndian: letters) else {
            return unexpected("a value")
        }
        cursor += count
        return value
    }

    @inline(__always)
    private mutating func enter() -> Bool {
        guard depth > 0 else {
            _ = fail(.tooDeep, at: cursor, "nested deeper than the limit of \(limits.depth)")
            return false
        }
        depth -= 1
        cursor += 1
        skipWhitespace()
        return true
    }

    private mutating func array() -> Value {
        guard enter() else { return .undefined }
        let base = stack.count
        if cursor.pointee == UInt8(ascii: "]") {
            cursor += 1
            depth += 1
            return .emptyArray
        }
        while true {
            let element = value()
            if element.isUndefined { return .undefined }
            stack.push(element)
            skipWhitespace()
            if cursor.pointee == UInt8(ascii: ",") {
                cursor += 1
                skipWhitespace()
            } else if cursor.pointee == UInt8(ascii: "]") {
                cursor += 1
                break
            } else {
                return unexpected("`,` or `]`")
            }
        }
        depth += 1
        let result = heap.array(
            UnsafeBufferPointer(start: stack.top(from: base), count: stack.count - base))
        stack.pop(to: base)
        return result
    }

    private mutating func object() -> Value {
        guard enter() else { return .undefined }
        let base = stack.count
        if cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            depth += 1
            return .emptyObject
        }
        while true {
            guard cursor.pointee == UInt8(ascii: "\"") else { return unexpected("a string as key") }
            let key = string()
            if key.isUndefined { return .undefined }
            skipWhitespace()
            guard cursor.pointee == UInt8(ascii: ":") else { return unexpected("`:`") }
            cursor += 1
            skipWhitespace()
            let member = value()
            if member.isUndefined { return .undefined }
            stack.push(key)
            stack.push(member)
            skipWhitespace()
            if cursor.pointee == UInt8(ascii: ",") {
                cursor += 1
                skipWhitespace()
            } else if cursor.pointee == UInt8(ascii: "}") {
                cursor += 1
                break
            } else {
                return unexpected("`,` or `}`")
            }
        }
        depth += 1
        return finishObject(from: base)
    }

    private mutating func finishObject(from base: Int) -> Value {
        let count = (stack.count - base) / 2
        let entries = heap.allocateEntries(count)
        if let pairs = stack.top(from: base) {
            UnsafeMutableRawPointer(entries).copyMemory(from: pairs, byteCount: count * MemoryLayout<Entry>.stride)
        }
        stack.pop(to: base)
        if Sorting.isStrictlyAscending(entries, count, by: Sorting.keyOrder) {
            return heap.finishObject(entries, count: count, room: count)
        }
        Sorting.stableSort(entries, count, by: Sorting.keyOrder)
        var unique = 1
        for position in 1..<max(count, 1) {
            if entries[position].key != entries[unique - 1].key {
                entries[unique] = entries[position]
                unique += 1
            } else if limits.duplicateKeys == .lastWins {
                entries[unique - 1] = entries[position]
            } else {
                return duplicate(entries[position].key)
            }
        }
        return heap.finishObject(entries, count: unique, room: count)
    }

    private mutating func duplicate(_ key: Value) -> Value {
        let place = key.address.map { $0.assumingMemoryBound(to: UInt8.self) - 1 } ?? cursor
        return fail(.duplicateKey, at: place, "duplicate key `\(key.string ?? "")`")
    }

    /// Whole numbers of up to 18 digits are read here; all others by ``NumberScan``.
    private mutating func number() -> Value {
        let isNegative = cursor.pointee == UInt8(ascii: "-")
        let digits = isNegative ? cursor + 1 : cursor
        var place = digits
        var magnitude: UInt64 = 0
        while place.pointee &- 0x30 < 10 {
            magnitude = magnitude &* 10 &+ UInt64(place.pointee &- 0x30)
            place += 1
        }
        let count = place - digits
        let isWhole = place.pointee != UInt8(ascii: ".") && place.pointee | 0x20 != UInt8(ascii: "e")
        if isWhole && count <= 18 && count > 0 && (digits.pointee != 0x30 || (count == 1 && !isNegative)) {
            cursor = place
            return .integer(isNegative ? -Int64(magnitude) : Int64(magnitude))
        }
        return longNumber()
    }

    @inline(never)
    private mutating func longNumber() -> Value {
        var place = cursor
        while isNumberByte(place.pointee) { place += 1 }
        let text = UnsafeBufferPointer(start: UnsafePointer(cursor), count: place - cursor)
        guard let scan = NumberScan(text) else {
            return fail(
                .invalidNumber, at: cursor, "`\(String(decoding: text.prefix(40), as: UTF8.self))` is no number")
        }
        cursor = place
        return scan.inlineInteger.map { .integer($0) } ?? heap.literal(text, scan)
    }

    private func isNumberByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "+")
    }
}

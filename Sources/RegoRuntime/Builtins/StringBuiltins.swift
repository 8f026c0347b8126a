import RegoValues

/// Searching, cutting and joining strings. Positions and lengths count code points.
enum StringBuiltins {
    static let family: Builtins.Family = [
        .init("concat", concatenate), .init("contains", contains), .init("startswith", startsWith),
        .init("endswith", endsWith), .init("indexof", indexOf), .init("indexof_n", indexesOf),
        .init("substring", substring), .init("split", split), .init("lower", lower), .init("upper", upper),
        .init("strings.count", count), .init("strings.reverse", reverse), .init("strings.any_prefix_match", anyPrefix),
        .init("strings.any_suffix_match", anySuffix), .init("strings.split_n", splitN),
        .init("format_int", formatInteger), .init("sprintf", sprintf),
    ]

    static func concatenate(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let separator = try a.bytes(0)
        guard a[1].kind == .array || a[1].kind == .set else { throw .wrongType(1, a[1], ["set", "array"]) }
        let parts = a[1].elements
        var length = 0
        for part in parts {
            guard part.kind == .string else { throw .wrongElement(1, a[1], part, ["string"]) }
            length += part.count
        }
        if parts.count < 2 { return parts.first ?? .emptyString }
        length += separator.count * (parts.count - 1)
        try context.checkRoom(for: length)
        return context.heap.string(capacity: length) { buffer in
            var position = 0
            for (index, part) in parts.enumerated() {
                if index > 0 { position = buffer.append(separator, at: position) }
                position = buffer.append(part.utf8, at: position)
            }
            return position
        }
    }

    static func contains(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try a.bytes(0).firstRange(of: try a.bytes(1)) != nil)
    }

    static func startsWith(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try a.bytes(0).hasPrefix(try a.bytes(1)))
    }

    static func endsWith(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        .boolean(try a.bytes(0).hasSuffix(try a.bytes(1)))
    }

    static func indexOf(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, search) = (try a.bytes(0), try a.bytes(1))
        guard !search.isEmpty else { throw .failure("empty search character") }
        guard let offset = text.firstRange(of: search) else { return .integer(-1) }
        return .integer(Runes.count(text.slice(0, offset)))
    }

    /// Where the search text is found, overlaps included.
    static func indexesOf(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, search) = (try a.bytes(0), try a.bytes(1))
        guard !search.isEmpty else { throw .failure("empty search character") }
        try context.checkRoom(for: text.count * MemoryLayout<Int>.stride)
        let starts = Runes.offsets(text).dropLast()
        return context.heap.array(
            starts.enumerated().filter { text.matches(search, at: $0.element) }.map { .integer($0.offset) })
    }

    /// `length` code points from `start`; all the rest where the length is negative.
    static func substring(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, start, length) = (try a.bytes(0), try a.integer(1), try a.integer(2))
        guard start >= 0 else { throw .failure("negative offset") }
        if Runes.isASCII(text) {
            guard start < text.count else { return .emptyString }
            let end = length < 0 || length > text.count - start ? text.count : start + length
            return .string(borrowing: text.slice(start, end))
        }
        let offsets = Runes.offsets(text)
        let count = offsets.count - 1
        guard start < count else { return .emptyString }
        let end = length < 0 || length > count - start ? count : start + length
        return .string(borrowing: text.slice(offsets[start], offsets[end]))
    }

    static func split(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.array(try pieces(try a.bytes(0), try a.bytes(1), limit: -1, context))
    }

    /// At most `n` pieces, the last with what is left; all of them where `n` is negative.
    static func splitN(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.array(try pieces(try a.bytes(0), try a.bytes(1), limit: try a.integer(2), context))
    }

    /// The parts between separators; an empty separator splits into characters.
    private static func pieces(
        _ text: UnsafeBufferPointer<UInt8>, _ separator: UnsafeBufferPointer<UInt8>, limit: Int,
        _ context: BuiltinContext
    ) throws(BuiltinError) -> [Value] {
        if limit == 0 { return [] }
        var pieces: [Value] = []
        var start = 0
        while limit < 0 || pieces.count < limit - 1 {
            if pieces.count & 1023 == 1023 { try context.checkRoom(forValues: pieces.count) }
            if separator.isEmpty {
                let length = start < text.count ? max(1, UTF8Check.sequenceLength(text, at: start)) : 0
                guard length > 0, start + length < text.count else { break }
                pieces.append(.string(borrowing: text.slice(start, start + length)))
                start += length
            } else {
                guard let found = text.firstRange(of: separator, from: start) else { break }
                pieces.append(.string(borrowing: text.slice(start, found)))
                start = found + separator.count
            }
        }
        if separator.isEmpty && text.isEmpty { return [] }
        pieces.append(.string(borrowing: text.slice(start, text.count)))
        return pieces
    }

    static func lower(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try mapCase(a, context) { byte in
            byte &- 0x41 < 26 ? byte | 0x20 : byte
        } scalar: {
            $0 == "\u{130}" ? "i" : $0.properties.lowercaseMapping
        }
    }

    static func upper(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try mapCase(a, context) { byte in
            byte &- 0x61 < 26 ? byte & 0xdf : byte
        } scalar: {
            let upper = $0.properties.uppercaseMapping
            return upper.unicodeScalars.count == 1 ? upper : $0.properties.titlecaseMapping
        }
    }

    /// Character by character, as in Go: only mappings to one character count.
    private static func mapCase(
        _ a: Arguments, _ context: BuiltinContext, ascii: (UInt8) -> UInt8, scalar: (Unicode.Scalar) -> String
    ) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        if Runes.isASCII(text) {
            if text.allSatisfy({ ascii($0) == $0 }) { return a[0] }
            return context.heap.string(capacity: text.count) { buffer in
                for (index, byte) in text.enumerated() { buffer.initializeElement(at: index, to: ascii(byte)) }
                return text.count
            }
        }
        var result = ""
        for one in String(decoding: text, as: UTF8.self).unicodeScalars {
            let mapped = scalar(one).unicodeScalars
            result.unicodeScalars.append(mapped.count == 1 ? mapped.first ?? one : one)
        }
        return context.heap.string(result)
    }

    static func count(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, search) = (try a.bytes(0), try a.bytes(1))
        if search.isEmpty { return .integer(Runes.count(text) + 1) }
        var count = 0
        var start = 0
        while let found = text.firstRange(of: search, from: start) {
            count += 1
            start = found + search.count
        }
        return .integer(count)
    }

    static func reverse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        try context.checkRoom(for: text.count * MemoryLayout<Int>.stride)
        let offsets = Runes.offsets(text)
        return context.heap.string(capacity: text.count) { buffer in
            var position = 0
            for index in stride(from: offsets.count - 2, through: 0, by: -1) {
                position = buffer.append(text.slice(offsets[index], offsets[index + 1]), at: position)
            }
            return position
        }
    }

    /// One string, or the strings of an array or set.
    private static func candidates(_ a: Arguments, _ position: Int) throws(BuiltinError) -> [Value] {
        switch a[position].kind {
        case .string: return [a[position]]
        case .array, .set: return Array(try a.strings(position, in: a[position]))
        default: throw .wrongType(position, a[position], ["string", "set", "array"])
        }
    }

    static func anyPrefix(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (texts, prefixes) = (try candidates(a, 0), try candidates(a, 1))
        for text in texts {
            if prefixes.count > 64 { try context.checkLimits() }
            if prefixes.contains(where: { text.utf8.hasPrefix($0.utf8) }) { return .true }
        }
        return .false
    }

    static func anySuffix(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (texts, suffixes) = (try candidates(a, 0), try candidates(a, 1))
        for text in texts {
            if suffixes.count > 64 { try context.checkLimits() }
            if suffixes.contains(where: { text.utf8.hasSuffix($0.utf8) }) { return .true }
        }
        return .false
    }

    /// The whole part of a number in base 2, 8, 10 or 16.
    static func formatInteger(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (number, base) = (try a.number(0), try a.number(1))
        guard let radix = base.writtenInteger, [2, 8, 10, 16].contains(radix) else {
            throw .notOneOf(1, ["2", "8", "10", "16"])
        }
        do throws(ArithmeticError) {
            return context.heap.string(try RegoNumber.text(ofWholePart: number, base: radix))
        } catch {
            throw .failure(error.description)
        }
    }

    static func sprintf(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let format = try a.bytes(0)
        let values = try a.array(1).elements
        var formatter = GoFormatter(arguments: values, limit: context.heap.freeBytes)
        formatter.format(format)
        try context.checkRoom(for: formatter.output.count)
        return context.heap.string(utf8: formatter.output)
    }
}

extension UnsafeMutableBufferPointer where Element == UInt8 {
    /// Copies bytes to a position and returns the next.
    func append(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int {
        for (index, byte) in bytes.enumerated() { initializeElement(at: position + index, to: byte) }
        return position + bytes.count
    }
}

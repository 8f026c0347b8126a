import RegoValues

enum RegexBuiltins {
    static let family: Builtins.Family = [
        .init("regex.match", match), .init("regex.is_valid", isValid), .init("regex.split", split),
        .init("regex.find_n", find), .init("regex.find_all_string_submatch_n", findGroups),
        .init("regex.replace", replace), .init("regex.template_match", templateMatch),
        .init("regex.globs_match", globsMatch),
    ]

    private static func pattern(_ value: Value, _ context: BuiltinContext) throws(BuiltinError) -> Pattern {
        try context.patterns.pattern(for: value) { () throws(BuiltinError) in try compile(value.utf8) }
    }

    private static func compile(_ text: UnsafeBufferPointer<UInt8>) throws(BuiltinError) -> Pattern {
        do throws(Pattern.SyntaxError) {
            return try Pattern(text)
        } catch {
            throw .failure(error.message)
        }
    }

    static func match(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (expression, text) = (try a.string(0), try a.bytes(1))
        return .boolean(try pattern(expression, context).matches(text))
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) -> Value {
        guard a[0].kind == .string else { return .false }
        return .boolean((try? pattern(a[0], context)) != nil)
    }

    static func split(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (expression, text) = (try a.string(0), try a.bytes(1))
        let pattern = try pattern(expression, context)
        if expression.count > 0 && text.isEmpty { return context.heap.array([.emptyString]) }
        var parts: [Value] = []
        var (start, end) = (0, 0)
        for match in try pattern.allMatches(in: text, limit: -1, context) {
            guard let whole = match[0] else { continue }
            end = whole.lowerBound
            if whole.upperBound != 0 { parts.append(.string(borrowing: text.slice(start, end))) }
            start = whole.upperBound
        }
        if end != text.count { parts.append(.string(borrowing: text.slice(start, text.count))) }
        return context.heap.array(parts)
    }

    static func find(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (expression, text, limit) = (try a.string(0), try a.bytes(1), try a.integer(2))
        let matches = try pattern(expression, context).allMatches(in: text, limit: limit, context)
        return context.heap.array(matches.map { group($0[0], text) })
    }

    static func findGroups(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (expression, text, limit) = (try a.string(0), try a.bytes(1), try a.integer(2))
        let matches = try pattern(expression, context).allMatches(in: text, limit: limit, context)
        return context.heap.array(matches.map { match in context.heap.array(match.map { group($0, text) }) })
    }

    private static func group(_ range: Range<Int>?, _ text: UnsafeBufferPointer<UInt8>) -> Value {
        range.map { .string(borrowing: text.slice($0.lowerBound, $0.upperBound)) } ?? .emptyString
    }

    /// Replaces all matches; `$1`, `${name}` and `$$` in the new text are expanded.
    static func replace(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, expression, template) = (try a.bytes(0), try a.string(1), try a.bytes(2))
        let pattern = try pattern(expression, context)
        let limit = context.heap.freeBytes
        var result: [UInt8] = []
        var (copied, position, turns) = (0, 0, 0)
        while position <= text.count, let match = pattern.firstMatch(in: text, from: position), let whole = match[0] {
            result.append(contentsOf: text[copied..<whole.lowerBound])
            if whole.upperBound > copied || whole.lowerBound == 0 {
                expand(template, match, text, pattern, into: &result)
            }
            copied = whole.upperBound
            let width = position < text.count ? max(1, UTF8Check.sequenceLength(text, at: position)) : 1
            position = max(position + (whole.upperBound > position ? 0 : width), whole.upperBound)
            turns += 1
            if turns & 1023 == 0 { try context.checkLimits() }
            if result.count > limit { throw .outOfMemory }
        }
        result.append(contentsOf: text[copied...])
        try context.checkRoom(for: result.count)
        return context.heap.string(utf8: result)
    }

    private static func expand(
        _ template: UnsafeBufferPointer<UInt8>, _ match: Pattern.Match, _ text: UnsafeBufferPointer<UInt8>,
        _ pattern: Pattern, into result: inout [UInt8]
    ) {
        var index = 0
        while index < template.count {
            guard template[index] == UInt8(ascii: "$"), index + 1 < template.count else {
                result.append(template[index])
                index += 1
                continue
            }
            if template[index + 1] == UInt8(ascii: "$") {
                result.append(UInt8(ascii: "$"))
                index += 2
                continue
            }
            let isBraced = template[index + 1] == UInt8(ascii: "{")
            let start = index + (isBraced ? 2 : 1)
            var end = start
            while end < template.count, isNameByte(template[end]) { end += 1 }
            guard end > start, !isBraced || (end < template.count && template[end] == UInt8(ascii: "}")) else {
                result.append(template[index])
                index += 1
                continue
            }
            let name = String(decoding: template[start..<end], as: UTF8.self)
            index = end + (isBraced ? 1 : 0)
            let number = name.allSatisfy(\.isNumber) ? Int(name) : pattern.groupNumber(name)
            if let number, number < match.count, let range = match[number] {
                result.append(contentsOf: text[range])
            }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
    }

    /// Plain text with expressions between delimiters, matched as a whole.
    static func templateMatch(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (template, text, open, close) = (try a.string(0), try a.bytes(1), try a.bytes(2), try a.bytes(3))
        guard open.count == 1 else {
            throw .failure("start delimiter has to be exactly one character long but is \(open.count) long")
        }
        guard close.count == 1 else {
            throw .failure("end delimiter has to be exactly one character long but is \(open.count) long")
        }
        let salt = UInt64(open[0]) << 8 | UInt64(close[0]) | 1 << 63
        let pattern = try context.patterns.pattern(for: template, salt: salt) { () throws(BuiltinError) in
            let expression = try templateExpression(template.utf8, open[0], close[0])
            var result: Result<Pattern, BuiltinError> = .failure(.failure(""))
            expression.withUnsafeBufferPointer { bytes in
                do throws(BuiltinError) { result = .success(try compile(bytes)) } catch { result = .failure(error) }
            }
            return try result.get()
        }
        return .boolean(pattern.matches(text))
    }

    private static func templateExpression(
        _ template: UnsafeBufferPointer<UInt8>, _ open: UInt8, _ close: UInt8
    ) throws(BuiltinError) -> [UInt8] {
        let unbalanced = "unbalanced braces in \(GoText.quoted(String(decoding: template, as: UTF8.self)))"
        var expression: [UInt8] = [UInt8(ascii: "^")]
        var level = 0
        for byte in template {
            if byte == open {
                level += 1
                if level == 1 {
                    expression.append(UInt8(ascii: "("))
                    continue
                }
            } else if byte == close {
                level -= 1
                if level < 0 { throw .failure(unbalanced) }
                if level == 0 {
                    expression.append(UInt8(ascii: ")"))
                    continue
                }
            }
            if level == 0 && "\\.+*?()|[]{}^$".utf8.contains(byte) { expression.append(UInt8(ascii: "\\")) }
            expression.append(byte)
        }
        if level != 0 { throw .failure(unbalanced) }
        return expression + [UInt8(ascii: "$")]
    }

    /// Whether some text matches both globs.
    static func globsMatch(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.text(0), try a.text(1))
        return .boolean(
            try GlobIntersection.isNonEmpty(try GlobIntersection(left), try GlobIntersection(right), context))
    }
}

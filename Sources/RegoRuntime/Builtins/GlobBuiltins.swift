import RegoValues

enum GlobBuiltins {
    static let family: Builtins.Family = [.init("glob.match", match), .init("glob.quote_meta", quoteMeta)]

    /// `*` and `?` stop at delimiters; the default delimiter is a dot, null means none.
    static func match(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let glob = try a.string(0)
        var delimiters: [UInt32] = []
        switch a[1].kind {
        case .null: break
        case .array:
            for element in a[1].elements {
                guard element.kind == .string else { throw .wrongElement(1, a[1], element, ["string"]) }
                let scalars = Runes.scalars(element.utf8)
                guard scalars.count == 1 else { throw .wrongElement(1, a[1], element, ["rune"]) }
                delimiters += scalars
            }
            if delimiters.isEmpty { delimiters = [0x2e] }
        default: throw .wrongType(1, a[1], ["array", "null"])
        }
        let text = try a.bytes(2)
        var salt: UInt64 = 0x676c_6f62
        for delimiter in delimiters { salt = (salt ^ UInt64(delimiter)) &* 0x0000_0100_0000_01b3 }
        let pattern = try context.patterns.pattern(for: glob, salt: salt) { () throws(BuiltinError) in
            let expression = Array(try Glob(glob.utf8, delimiters).expression.utf8)
            let compiled = expression.withUnsafeBufferPointer { bytes in Result { try Pattern(bytes) } }
            guard case .success(let pattern) = compiled else {
                throw .failure("glob \(GoText.quoted(glob.string ?? "")) is too large")
            }
            return pattern
        }
        return .boolean(pattern.matchesWhole(text))
    }

    static func quoteMeta(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var quoted: [UInt8] = []
        for byte in try a.bytes(0) {
            if "*?\\[]{}".utf8.contains(byte) { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        return context.heap.string(utf8: quoted)
    }
}

/// A glob as a regular expression, so that matching takes linear time: `*`, `**`, `?`, `[abc]`, `[!a-z]`, `{a,b}`, `\`.
struct Glob {
    private(set) var expression = "(?s)"
    private let scalars: [UInt32]
    private var position = 0
    private let single: String

    init(_ text: UnsafeBufferPointer<UInt8>, _ delimiters: [UInt32]) throws(BuiltinError) {
        scalars = Runes.scalars(text)
        single = delimiters.isEmpty ? "." : "[^\(delimiters.map(Glob.inClass).joined())]"
        var depth = 0
        while position < scalars.count {
            let scalar = scalars[position]
            position += 1
            switch scalar {
            case 0x2a:
                if position < scalars.count, scalars[position] == 0x2a {
                    while position < scalars.count, scalars[position] == 0x2a { position += 1 }
                    expression += ".*"
                } else {
                    expression += single + "*"
                }
            case 0x3f: expression += single
            case 0x5b: try readRange()
            case 0x7b:
                depth += 1
                expression += "(?:"
            case 0x2c where depth > 0: expression += "|"
            case 0x7d where depth > 0:
                depth -= 1
                expression += ")"
            case 0x5c where position < scalars.count:
                expression += Glob.literal(scalars[position])
                position += 1
            default: expression += Glob.literal(scalar)
            }
        }
        expression += String(repeating: ")", count: depth)
    }

    private static func literal(_ scalar: UInt32) -> String { "\\x{\(String(scalar, radix: 16))}" }
    private static func inClass(_ scalar: UInt32) -> String { literal(scalar) }

    private mutating func readRange() throws(BuiltinError) {
        let isNegated = position < scalars.count && scalars[position] == 0x21
        if isNegated { position += 1 }
        guard position < scalars.count else { throw .failure("unexpected end of input") }
        var body = ""
        if position + 1 < scalars.count, scalars[position + 1] == 0x2d {
            guard position + 2 < scalars.count else { throw .failure("unexpected end of input") }
            let (low, high) = (scalars[position], scalars[position + 2])
            position += 3
            guard low <= high else {
                let names = [high, low].map { String(Character(Unicode.Scalar($0) ?? "?")) }
                throw .failure("hi character '\(names[0])' should be greater than lo '\(names[1])'")
            }
            body = "\(Glob.inClass(low))-\(Glob.inClass(high))"
        } else {
            while position < scalars.count, scalars[position] != 0x5d {
                if scalars[position] == 0x5c, position + 1 < scalars.count { position += 1 }
                body += Glob.inClass(scalars[position])
                position += 1
            }
        }
        guard position < scalars.count else { throw .failure("unexpected end of input") }
        guard scalars[position] == 0x5d else { throw .failure("expected close range character") }
        guard !body.isEmpty else { throw .failure("could not parse range") }
        position += 1
        expression += "[\(isNegated ? "^" : "")\(body)]"
    }
}

import RegoValues
internal import Yams

/// YAML text from values and back, as far as YAML is JSON with other clothes.
enum YAMLBuiltins {
    static let family: Builtins.Family = [
        ("yaml.marshal", marshal), ("yaml.unmarshal", unmarshal), ("yaml.is_valid", isValid),
    ]

    static func marshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var writer = YAMLWriter()
        writer.write(a[0], indent: 0, isInline: false)
        try context.checkRoom(for: writer.text.utf8.count)
        return context.heap.string(writer.text)
    }

    static func unmarshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try value(try a.text(0), context)
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard let text = a[0].string else { return .false }
        do throws(BuiltinError) {
            _ = try value(text, context)
            return .true
        } catch {
            if error.kind == .halt { throw error }
            return .false
        }
    }

    private static func value(_ text: String, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard !isTooDeep(text) else { throw .failure("yaml: nested deeper than the limit of \(depthLimit)") }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw .failure(message(error))
        } catch {
            throw .failure("yaml: \(error)")
        }
        guard let root else { return .null }
        var reader = YAMLReader(context: context)
        return try reader.value(root, depth: 0)
    }

    private static let depthLimit = 200

    /// The composer calls itself for each level, so what may nest too deep is turned away by its looks: open brackets,
    /// and the marks and spaces before a line's text.
    private static func isTooDeep(_ text: String) -> Bool {
        var (brackets, marks) = (0, 0)
        var isAtStart = true
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): brackets = max(0, brackets - 1)
            default: break
            }
            if byte == 0x0a {
                (isAtStart, marks) = (true, 0)
            } else if isAtStart {
                isAtStart = " -?:\t".utf8.contains(byte)
                marks += isAtStart ? 1 : 0
            }
            if brackets > depthLimit || marks > 2 * depthLimit { return true }
        }
        return false
    }

    /// The reader's words; lines are counted as Go's reader counts them, which names no first line.
    private static func message(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _): "yaml: line \(mark.line): \(problem)"
        case .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            mark.line > 1 ? "yaml: line \(mark.line - 1): \(problem)" : "yaml: \(problem)"
        case .reader(let problem, _, _, _): "yaml: \(problem)"
        default: "yaml: \(error)"
        }
    }
}

/// Turns YAML nodes into values; keys become strings, plain scalars what YAML 1.1 takes them for.
private struct YAMLReader {
    let context: BuiltinContext
    private var nodes = 0

    init(context: BuiltinContext) { self.context = context }

    mutating func value(_ node: Node, depth: Int) throws(BuiltinError) -> Value {
        nodes += 1
        // Aliases repeat what they name, so a short text can stand for a huge value.
        if nodes & 255 == 0 { try context.checkLimits() }
        guard depth < 400 else { throw .failure("yaml: nested too deep") }
        switch node {
        case .scalar(let scalar): return try self.scalar(scalar)
        case .sequence(let sequence):
            var elements: [Value] = []
            for element in sequence { elements.append(try value(element, depth: depth + 1)) }
            return context.heap.array(elements)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, member) in mapping {
                let name = try value(key, depth: depth + 1)
                let inner = try value(member, depth: depth + 1)
                if name.string == "<<", inner.kind == .object {
                    entries.insert(contentsOf: inner.entries, at: 0)
                } else {
                    let text = name.kind == .string ? name : context.heap.string(JSONWriter.text(name))
                    entries.append(Entry(key: text, value: inner))
                }
            }
            return context.heap.object(entries)
        default: throw .failure("yaml: unknown anchor")
        }
    }

    private func scalar(_ scalar: Node.Scalar) throws(BuiltinError) -> Value {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return context.heap.string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .true
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .false
        case ".inf", ".Inf", ".INF", "+.inf", "-.inf", ".nan", ".NaN", ".NAN":
            throw .failure("json: unsupported value: \(text)")
        default: return YAMLReader.number(text, context.heap) ?? context.heap.string(text)
        }
    }

    /// Decimal, hexadecimal, octal and binary integers, with underscores, and decimal fractions.
    static func number(_ text: String, _ heap: Heap) -> Value? {
        guard let first = text.utf8.first, first &- 0x30 < 10 || "+-.".utf8.contains(first) else { return nil }
        var digits = text.replacing("_", with: "")
        let sign = digits.hasPrefix("-") ? "-" : ""
        if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.hasPrefix(prefix) {
            return Int64(sign + digits.dropFirst(2), radix: radix).map { .integer($0) }
        }
        if digits.count > 1, digits.hasPrefix("0"), digits.allSatisfy({ ("0"..."7").contains($0) }) {
            return Int64(sign + digits, radix: 8).map { .integer($0) }
        }
        if digits.hasPrefix(".") { digits = "0" + digits }
        if digits.hasSuffix(".") { digits += "0" }
        return heap.number(literal: sign + digits)
    }
}

/// Writes block YAML with sorted keys, two spaces a level and lists level with their key.
private struct YAMLWriter {
    private(set) var text = ""

    mutating func write(_ value: Value, indent: Int, isInline: Bool) {
        switch value.kind {
        case .array, .set:
            if value.count == 0 { return line("[]") }
            for (position, element) in value.elements.enumerated() {
                if position > 0 || !isInline { pad(indent) }
                text += "- "
                write(element, indent: indent + 2, isInline: true)
            }
        case .object:
            if value.count == 0 { return line("{}") }
            for (position, entry) in value.entries.enumerated() {
                if position > 0 || !isInline { pad(indent) }
                text += YAMLWriter.string(entry.key.string ?? JSONWriter.text(entry.key)) + ":"
                writeMember(entry.value, indent)
            }
        case .string: line(YAMLWriter.string(value.string ?? ""))
        default: line(JSONWriter.text(value))
        }
    }

    private mutating func writeMember(_ value: Value, _ indent: Int) {
        let isBlock = (value.kind == .array || value.kind == .set || value.kind == .object) && value.count > 0
        text += isBlock ? "\n" : " "
        write(value, indent: value.kind == .object ? indent + 2 : indent, isInline: false)
    }

    private mutating func line(_ content: String) { text += content + "\n" }
    private mutating func pad(_ indent: Int) { text += String(repeating: " ", count: indent) }

    /// Plain where nothing else could be meant, in double quotes where it would be read as another type or holds
    /// control characters, else in single quotes.
    static func string(_ text: String) -> String {
        let others = [
            "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
            "n",
            "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "<<", "=",
        ]
        let isNumber = YAMLReader.number(text, Heap(limit: 1 << 12)) != nil || text.lowercased().hasSuffix(".inf")
        if others.contains(text) || isNumber
            || text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        {
            return GoText.quoted(text)
        }
        let startsPlain = !"-?:,[]{}#&*!|>'\"%@` ".contains(text.first ?? " ")
        let isPlain =
            startsPlain && !text.contains(": ") && !text.contains(" #") && !text.hasSuffix(":") && !text.hasSuffix(" ")
        return isPlain ? text : "'\(text.replacing("'", with: "''"))'"
    }
}

internal import Foundation
import RegoValues
internal import Yams

/// How YAML 1.1 text stands for values.
enum YAMLText {
    enum Scalar: Equatable {
        case null
        case boolean(Bool)
        /// Decimal digits as JSON has them.
        case number(String)
        /// An infinity or no number at all, which JSON lacks.
        case notFinite(String)
        case text(String)
    }

    private static let booleans: [String: Bool] = {
        var words: [String: Bool] = [:]
        for word in ["y", "yes", "on", "true"] { for form in forms(word) { words[form] = true } }
        for word in ["n", "no", "off", "false"] { for form in forms(word) { words[form] = false } }
        return words
    }()

    private static func forms(_ word: String) -> [String] { [word, word.capitalized, word.uppercased()] }

    // MARK: - Reading

    static func resolve(_ scalar: Node.Scalar) -> Scalar {
        if scalar.tag.description == Tag.Name.str.rawValue { return .text(scalar.string) }
        guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
        return resolve(plain: scalar.string)
    }

    /// What a plain scalar means.
    static func resolve(plain text: String) -> Scalar {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .notFinite("+Inf")
        case "-.inf", "-.Inf", "-.INF": return .notFinite("-Inf")
        case ".nan", ".NaN", ".NAN": return .notFinite("NaN")
        default: break
        }
        if let flag = booleans[text] { return .boolean(flag) }
        guard let first = text.utf8.first, (0x30...0x39).contains(first) || "+-.".utf8.contains(first) else {
            return .text(text)
        }
        return number(text) ?? .text(text)
    }

    private static func number(_ text: String) -> Scalar? {
        let plain = text.replacingOccurrences(of: "_", with: "")
        if let integer = integer(plain) { return .number(integer) }
        guard isFloat(plain), let value = Double(plain), value.isFinite else { return nil }
        if value == value.rounded(), value.magnitude < 1e15 { return .number(String(Int64(value))) }
        return .number("\(value)")
    }

    /// With Go's prefixes for other bases; a leading zero means octal.
    private static func integer(_ text: String) -> String? {
        let isNegative = text.hasPrefix("-")
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
        let lower = digits.lowercased()
        var magnitude: UInt64?
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8), ("0", 8)] where lower.hasPrefix(prefix) {
            guard lower != "0" else { break }
            magnitude = UInt64(lower.dropFirst(prefix.count), radix: radix)
            guard let magnitude else { return nil }
            return isNegative ? "-\(magnitude)" : "\(magnitude)"
        }
        magnitude = UInt64(lower)
        guard let magnitude, !isNegative || magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return isNegative && magnitude > 0 ? "-\(magnitude)" : "\(magnitude)"
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        func digits() -> Int {
            let run = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(run.count)
            return run.count
        }
        if let first = rest.first, first == 0x2b || first == 0x2d { rest = rest.dropFirst() }
        let whole = digits()
        var fraction = 0
        if rest.first == 0x2e {
            rest = rest.dropFirst()
            fraction = digits()
        }
        guard whole > 0 || fraction > 0 else { return false }
        if let first = rest.first, first | 0x20 == 0x65 {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == 0x2b || sign == 0x2d { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    // MARK: - Writing

    /// Block style; sets as sequences, keys that are no strings as their JSON text.
    static func node(_ value: Value) -> Node {
        switch value.kind {
        case .undefined, .null: return plain("null")
        case .boolean: return plain(value.isTruthy ? "true" : "false")
        case .number: return plain(number(value))
        case .string: return text(value.string ?? "")
        case .array, .set:
            let style: Node.Sequence.Style = value.count == 0 ? .flow : .block
            return .sequence(Node.Sequence(value.elements.map(node), Tag(.seq), style))
        case .object:
            let pairs = value.entries.map { entry in
                (text(entry.key.string ?? JSONWriter.text(entry.key)), node(entry.value))
            }
            return .mapping(Node.Mapping(pairs, Tag(.map), value.count == 0 ? .flow : .block))
        }
    }

    private static func number(_ value: Value) -> String {
        let digits = JSONWriter.text(value)
        guard value.int64 == nil, UInt64(digits) == nil, let double = Double(digits) else {
            return value.int64.map { String($0) } ?? digits
        }
        return GoDigits.shortestText(double, exponentFrom: 21)
    }

    private static func plain(_ text: String) -> Node { .scalar(Node.Scalar(text, Tag(.str), .plain)) }

    /// Quoted where the plain text would mean something else.
    private static func text(_ text: String) -> Node {
        let style: Node.Scalar.Style
        if text.contains("\n") {
            style = .literal
        } else if resolve(plain: text) == .text(text) && !isTimestamp(text) {
            style = .plain
        } else {
            style = .doubleQuoted
        }
        return .scalar(Node.Scalar(text, Tag(.str), style))
    }

    /// `2001-12-14` and what follows from it, which other readers take for times.
    private static func isTimestamp(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(10))
        guard bytes.count >= 8, bytes[4] == UInt8(ascii: "-") else { return false }
        let parts = text.prefix { $0 != "T" && $0 != "t" && $0 != " " }.split(separator: "-")
        return parts.count == 3 && parts[0].count == 4
            && parts.allSatisfy { 1...4 ~= $0.count && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    // MARK: - Errors

    /// With the line as OPA counts it: the place in the text where reading stopped.
    static func message(_ error: any Error) -> String {
        guard let error = error as? YamlError else { return "\(error)" }
        switch error {
        case .scanner(_, let problem, let mark, _): return "\(line(mark.line > 1 ? mark.line : 0))\(problem)"
        case .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return "\(line(mark.line - 1))\(problem)"
        case .reader(let problem, _, _, _): return problem
        case .duplicatedKeysInMapping(let keys, _):
            return "key \(GoText.quoted(keys.first ?? "")) already set in map"
        default: return "\(error)"
        }
    }

    private static func line(_ line: Int) -> String { line > 0 ? "line \(line): " : "" }
}

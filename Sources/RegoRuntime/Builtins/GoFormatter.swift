import RegoValues

/// `sprintf` with Go's verbs, as far as Rego values reach them: a string is a string, a whole number an integer, another
/// number a double, and everything else its text as a Rego term.
struct GoFormatter {
    let arguments: UnsafeBufferPointer<Value>
    /// More output than this is not made; the caller then refuses it.
    let limit: Int
    private(set) var output: [UInt8] = []
    private var next = 0
    private var reordered = false

    /// Widths and precisions above this are refused, as in Go.
    private static let largestWidth = 1_000_000

    struct Flags {
        var minus = false
        var plus = false
        var sharp = false
        var space = false
        var zero = false
        var width: Int?
        var precision: Int?
    }

    init(arguments: UnsafeBufferPointer<Value>, limit: Int) {
        self.arguments = arguments
        self.limit = limit
    }

    mutating func format(_ text: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < text.count && output.count <= limit {
            let start = index
            while index < text.count && text[index] != UInt8(ascii: "%") { index += 1 }
            output.append(contentsOf: text[start..<index])
            guard index < text.count else { break }
            index += 1
            formatVerb(text, &index)
        }
        if !reordered && next < arguments.count {
            append("%!(EXTRA ")
            for position in next..<arguments.count where output.count <= limit {
                if position > next { append(", ") }
                append("\(GoFormatter.typeName(arguments[position]))=")
                formatDefault(arguments[position], Flags())
            }
            append(")")
        }
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func formatVerb(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        var flags = Flags()
        flagLoop: while index < text.count {
            switch text[index] {
            case UInt8(ascii: "-"):
                flags.minus = true
                flags.zero = false
            case UInt8(ascii: "+"): flags.plus = true
            case UInt8(ascii: "#"): flags.sharp = true
            case UInt8(ascii: " "): flags.space = true
            case UInt8(ascii: "0"): flags.zero = !flags.minus
            default: break flagLoop
            }
            index += 1
        }
        var badIndex = argumentNumber(text, &index)
        flags.width = size(text, &index, "WIDTH")
        if let width = flags.width, width < 0 {
            flags.minus = true
            flags.zero = false
            flags.width = -width
        }
        if index < text.count && text[index] == UInt8(ascii: ".") {
            index += 1
            if argumentNumber(text, &index) { badIndex = true }
            flags.precision = size(text, &index, "PREC") ?? 0
            if let precision = flags.precision, precision < 0 { flags.precision = nil }
        }
        if argumentNumber(text, &index) { badIndex = true }
        guard index < text.count else {
            append("%!(NOVERB)")
            return
        }
        let length = max(1, UTF8Check.sequenceLength(text, at: index))
        let verb = String(decoding: text[index..<index + length], as: UTF8.self)
        index += length
        if verb == "%" {
            append("%")
        } else if badIndex {
            append("%!\(verb)(BADINDEX)")
        } else if next >= arguments.count {
            append("%!\(verb)(MISSING)")
        } else {
            next += 1
            formatValue(arguments[next - 1], verb, flags)
        }
    }

    /// Reads `[n]`; true when it names no argument.
    private mutating func argumentNumber(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: "[") else { return false }
        reordered = true
        guard let close = text[index...].firstIndex(of: UInt8(ascii: "]")) else {
            index += 1
            return true
        }
        let number = Int(String(decoding: text[index + 1..<close], as: UTF8.self))
        index = close + 1
        guard let number, number >= 1, number <= arguments.count else { return true }
        next = number - 1
        return false
    }

    /// Reads a number or `*`.
    private mutating func size(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ name: String) -> Int? {
        if index < text.count && text[index] == UInt8(ascii: "*") {
            index += 1
            guard next < arguments.count, let value = arguments[next].writtenInteger,
                value.magnitude <= UInt(GoFormatter.largestWidth)
            else {
                if next < arguments.count { next += 1 }
                append("%!(BAD\(name))")
                return nil
            }
            next += 1
            return value
        }
        var value: Int?
        while index < text.count, text[index] &- 0x30 < 10 {
            value = min((value ?? 0) * 10 + Int(text[index] - 0x30), GoFormatter.largestWidth)
            index += 1
        }
        return value
    }

    private static func typeName(_ value: Value) -> String {
        switch GoArgument(value, limit: 0) {
        case .string: "string"
        case .integer: "int"
        case .bigInteger: "*big.Int"
        case .double: "float64"
        }
    }

    private mutating func formatDefault(_ value: Value, _ flags: Flags) { formatValue(value, "v", flags) }

    private mutating func formatValue(_ value: Value, _ verb: String, _ flags: Flags) {
        if verb == "T" {
            pad(GoFormatter.typeName(value), flags)
            return
        }
        switch GoArgument(value, limit: limit) {
        case .string(let text): formatString(text, verb, flags, value)
        case .integer(let digits): formatInteger(digits, verb, flags, value)
        case .bigInteger(let digits):
            switch verb {
            case "s": pad(digits, flags)
            case "b", "o", "O", "d", "x", "X", "v": formatInteger(digits, verb, flags, value)
            // Go's big integers answer for themselves here, under their own name.
            default: append("%!\(verb)(big.Int=\(digits))")
            }
        case .double(let double): formatDouble(double, verb, flags, value)
        }
    }

    private mutating func formatBad(_ value: Value, _ verb: String) {
        append("%!\(verb)(\(GoFormatter.typeName(value))=")
        formatDefault(value, Flags())
        append(")")
    }

    private mutating func formatString(_ text: String, _ verb: String, _ flags: Flags, _ value: Value) {
        let shown = flags.precision.map { limit in
            String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
        }
        switch verb {
        case "v" where flags.sharp, "q": pad(GoText.quoted(shown ?? text), flags)
        case "v", "s": pad(shown ?? text, flags)
        case "x", "X": pad(GoDigits.hexadecimal(Array((shown ?? text).utf8), upper: verb == "X", flags), flags)
        default: formatBad(value, verb)
        }
    }

    private mutating func formatInteger(_ digits: String, _ verb: String, _ flags: Flags, _ value: Value) {
        switch verb {
        case "v", "d": padNumber(GoDigits.integer(digits, value, 10, flags), flags)
        case "b": padNumber(GoDigits.integer(digits, value, 2, flags), flags)
        case "o", "O":
            var flags = flags
            if verb == "O" { flags.sharp = false }
            var number = GoDigits.integer(digits, value, 8, flags)
            if verb == "O" { number.prefix += "0o" }
            padNumber(number, flags)
        case "x": padNumber(GoDigits.integer(digits, value, 16, flags), flags)
        case "X": padNumber(GoDigits.integer(digits, value, 16, flags, upper: true), flags)
        case "c", "q", "U":
            let scalar = Int64(digits).flatMap { UInt32(exactly: $0) }.flatMap { Unicode.Scalar($0) } ?? "\u{fffd}"
            switch verb {
            case "c": pad(String(Character(scalar)), flags)
            case "q": pad("'\(scalar == "'" ? "\\'" : String(Character(scalar)))'", flags)
            default:
                let hex = String(scalar.value, radix: 16, uppercase: true)
                pad("U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex, flags)
            }
        default: formatBad(value, verb)
        }
    }

    private mutating func formatDouble(_ double: Double, _ verb: String, _ flags: Flags, _ value: Value) {
        switch verb {
        case "v": padNumber(GoDigits.shortest(double, flags), flags)
        case "e", "E", "f", "F", "g", "G": padNumber(GoDigits.double(double, verb, flags), flags)
        default: formatBad(value, verb)
        }
    }

    private mutating func pad(_ text: String, _ flags: Flags) {
        let missing = max(0, (flags.width ?? 0) - text.unicodeScalars.count)
        let filler = String(repeating: flags.zero && !flags.minus ? "0" : " ", count: missing)
        append(flags.minus ? text + filler : filler + text)
    }

    private mutating func padNumber(_ number: GoDigits.Number, _ flags: Flags) {
        let sign = number.isNegative ? "-" : (flags.plus ? "+" : (flags.space ? " " : ""))
        let length = sign.count + number.prefix.count + number.digits.count
        let missing = max(0, (flags.width ?? 0) - length)
        if flags.minus {
            append(sign + number.prefix + number.digits + String(repeating: " ", count: missing))
        } else if flags.zero && number.zeroPads {
            append(sign + number.prefix + String(repeating: "0", count: missing) + number.digits)
        } else {
            append(String(repeating: " ", count: missing) + sign + number.prefix + number.digits)
        }
    }
}

/// A Rego value as the Go value that `sprintf` sees.
private enum GoArgument {
    case string(String), integer(String), bigInteger(String), double(Double)

    /// - Parameter limit: bytes after which a composite is not written any further.
    init(_ value: Value, limit: Int) {
        switch value.kind {
        case .string: self = .string(value.string ?? "")
        case .number:
            let text = value.numberText ?? "0"
            if value.writtenInteger != nil {
                self = .integer(text == "-0" ? "0" : text)
            } else if text.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: "-") }) {
                self = .bigInteger(text)
            } else if let double = Double(text), double.isFinite {
                self = .double(double)
            } else {
                self = .string(text)
            }
        default: self = .string(RegoTermWriter.text(value, limit: limit))
        }
    }
}

import RegoValues

/// What kind of value something is, and conversions to numbers.
enum TypeBuiltins {
    static let family: Builtins.Family = [
        .init("is_number", isNumber), .init("is_string", isString), .init("is_boolean", isBoolean),
        .init("is_array", isArray), .init("is_set", isSet), .init("is_object", isObject), .init("is_null", isNull),
        .init("type_name", typeName), .init("to_number", toNumber),
    ]

    static func isNumber(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .number) }
    static func isString(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .string) }
    static func isBoolean(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .boolean) }
    static func isArray(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .array) }
    static func isSet(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .set) }
    static func isObject(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .object) }
    static func isNull(_ a: Arguments, _ context: BuiltinContext) -> Value { .boolean(a[0].kind == .null) }

    static func typeName(_ a: Arguments, _ context: BuiltinContext) -> Value {
        switch a[0].kind {
        case .undefined: .undefined
        case .null: .string("null")
        case .boolean: .string("boolean")
        case .number: .string("number")
        case .string: .string("string")
        case .array: .string("array")
        case .object: .string("object")
        case .set: .string("set")
        }
    }

    static func toNumber(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        switch a[0].kind {
        case .null: return .integer(0)
        case .boolean: return .integer(a[0] == .true ? 1 : 0)
        case .number: return a[0]
        case .string:
            let text = try a.text(0)
            let word = text.drop { $0 == "+" || $0 == "-" }.lowercased()
            if ["inf", "infinity", "nan"].contains(word) { throw .wrongType(0, a[0], ["valid number string"]) }
            if isOutOfRange(text) {
                throw .failure("strconv.ParseFloat: parsing \(GoText.quoted(text)): value out of range")
            }
            if let number = context.heap.number(literal: a[0].utf8) { return number }
            guard let number = lenientNumber(text, context.heap) else {
                throw .failure("strconv.ParseFloat: parsing \(GoText.quoted(text)): invalid syntax")
            }
            return number
        default: throw .wrongType(0, a[0], ["null", "boolean", "number", "string"])
        }
    }

    /// Whether a number is too large for Go's floats; only an exponent or many digits can make it so.
    private static func isOutOfRange(_ text: String) -> Bool {
        let mayBe = text.utf8.count > 300 || text.utf8.contains { $0 | 0x20 == UInt8(ascii: "e") }
        return mayBe && Double(text)?.isInfinite == true
    }

    /// Go also takes a plus sign, leading zeros, and points without digits on one side.
    private static func lenientNumber(_ text: String, _ heap: Heap) -> Value? {
        var rest = Substring(text)
        var sign = ""
        if rest.first == "+" || rest.first == "-" {
            sign = rest.first == "-" ? "-" : ""
            rest = rest.dropFirst()
        }
        let mantissa = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let exponent = rest.dropFirst(mantissa.count)
        let parts = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let whole = parts.first?.drop { $0 == "0" } ?? ""
        let fraction = parts.count == 2 ? parts[1] : ""
        guard mantissa.contains(where: \.isNumber) else { return nil }
        let normal = "\(sign)\(whole.isEmpty ? "0" : whole)\(fraction.isEmpty ? "" : "." + fraction)\(exponent)"
        return heap.number(literal: normal)
    }
}

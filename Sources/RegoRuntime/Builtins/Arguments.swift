import RegoValues

typealias Arguments = UnsafeBufferPointer<Value>

/// Access to a builtin's arguments with OPA's errors for wrong types. Positions count from 0, in messages from 1.
extension UnsafeBufferPointer where Element == Value {
    @inline(__always)
    func of(_ kind: Value.Kind, _ position: Int) throws(BuiltinError) -> Value {
        let value = self[position]
        if value.kind != kind { throw .wrongType(position, value, [kind.name]) }
        return value
    }

    func string(_ position: Int) throws(BuiltinError) -> Value { try of(.string, position) }
    func bytes(_ position: Int) throws(BuiltinError) -> UnsafeBufferPointer<UInt8> { try of(.string, position).utf8 }
    func number(_ position: Int) throws(BuiltinError) -> Value { try of(.number, position) }
    func array(_ position: Int) throws(BuiltinError) -> Value { try of(.array, position) }
    func set(_ position: Int) throws(BuiltinError) -> Value { try of(.set, position) }
    func object(_ position: Int) throws(BuiltinError) -> Value { try of(.object, position) }

    func text(_ position: Int) throws(BuiltinError) -> String {
        String(decoding: try bytes(position), as: UTF8.self)
    }

    /// An integer that is written as one: OPA takes `1.0` for a floating-point number here.
    func integer(_ position: Int) throws(BuiltinError) -> Int {
        let value = try number(position)
        guard let integer = value.writtenInteger else {
            throw .operand(position, "must be integer number but got floating-point number")
        }
        return integer
    }

    /// An array or a set of strings.
    func strings(_ position: Int, in value: Value) throws(BuiltinError) -> UnsafeBufferPointer<Value> {
        guard value.kind == .array || value.kind == .set else {
            throw .wrongType(position, value, ["array", "set"])
        }
        for element in value.elements where element.kind != .string {
            throw .wrongElement(position, value, element, ["string"])
        }
        return value.elements
    }
}

extension Value {
    /// The integer that this is when its text is an integer's.
    var writtenInteger: Int? {
        guard kind == .number, let value = int64 else { return nil }
        let text = numberText ?? ""
        return text.utf8.allSatisfy({ $0 != UInt8(ascii: ".") && $0 | 0x20 != UInt8(ascii: "e") }) ? Int(value) : nil
    }
}

extension Value.Kind {
    /// OPA's name.
    var name: String {
        switch self {
        case .undefined: "undefined"
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        }
    }
}

extension BuiltinError {
    static func operand(_ position: Int, _ message: String) -> BuiltinError {
        BuiltinError(.type, "operand \(position + 1) \(message)")
    }

    static func wrongType(_ position: Int, _ got: Value, _ expected: [String]) -> BuiltinError {
        let wanted = expected.count == 1 ? expected[0] : "one of {\(expected.joined(separator: ", "))}"
        return operand(position, "must be \(wanted) but got \(got.kind.name)")
    }

    static func wrongElement(_ position: Int, _ whole: Value, _ got: Value, _ expected: [String]) -> BuiltinError {
        let name = whole.kind.name
        let wanted = expected.count == 1 ? "\(expected[0])s" : "(any of) {\(expected.joined(separator: ", "))}"
        return operand(position, "must be \(name) of \(wanted) but got \(name) containing \(got.kind.name)")
    }

    static func notOneOf(_ position: Int, _ expected: [String]) -> BuiltinError {
        operand(
            position,
            expected.count == 1 ? "must be \(expected[0])" : "must be one of {\(expected.joined(separator: ", "))}")
    }
}

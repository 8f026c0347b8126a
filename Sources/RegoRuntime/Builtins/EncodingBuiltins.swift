import RegoValues

/// Base64, hexadecimal and URL queries.
enum EncodingBuiltins {
    static let family: Builtins.Family = [
        .init("base64.encode", base64Encode), .init("base64.decode", base64Decode),
        .init("base64.is_valid", base64IsValid), .init("base64url.encode", base64URLEncode),
        .init("base64url.encode_no_pad", base64URLEncodeNoPad), .init("base64url.decode", base64URLDecode),
        .init("hex.encode", hexEncode), .init("hex.decode", hexDecode), .init("urlquery.encode", queryEncode),
        .init("urlquery.decode", queryDecode), .init("urlquery.encode_object", queryEncodeObject),
        .init("urlquery.decode_object", queryDecodeObject),
    ]

    static func base64Encode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: Base64.encode(try a.bytes(0), .standard, padding: true))
    }

    static func base64URLEncode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: Base64.encode(try a.bytes(0), .url, padding: true))
    }

    static func base64URLEncodeNoPad(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: Base64.encode(try a.bytes(0), .url, padding: false))
    }

    static func base64Decode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        switch Base64.decode(try a.bytes(0), .standard) {
        case .success(let bytes): return context.heap.string(utf8: bytes)
        case .failure(let error): throw .failure("illegal base64 data at input byte \(error.offset)")
        }
    }

    static func base64IsValid(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard a[0].kind == .string, case .success = Base64.decode(a[0].utf8, .standard) else { return .false }
        return .true
    }

    static func base64URLDecode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: try decodeURL(try a.bytes(0)))
    }

    /// Padding may be left out.
    static func decodeURL(_ encoded: some Collection<UInt8>) throws(BuiltinError) -> [UInt8] {
        var text = Array(encoded)
        if text.last != UInt8(ascii: "=") {
            guard text.count % 4 != 1 else {
                throw .failure("illegal base64url string: \(String(decoding: text, as: UTF8.self))")
            }
            text += [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        }
        switch text.withUnsafeBufferPointer({ Base64.decode($0, .url) }) {
        case .success(let bytes): return bytes
        case .failure(let error): throw .failure("illegal base64 data at input byte \(error.offset)")
        }
    }

    static func hexEncode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: Hexadecimal.encode(try a.bytes(0)))
    }

    static func hexDecode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count - 1, by: 2) {
            guard let high = Hexadecimal.value(text[index]) else { throw .failure(invalidByte(text[index])) }
            guard let low = Hexadecimal.value(text[index + 1]) else { throw .failure(invalidByte(text[index + 1])) }
            bytes.append(high << 4 | low)
        }
        if text.count % 2 == 1 {
            if let last = text.last, Hexadecimal.value(last) == nil { throw .failure(invalidByte(last)) }
            throw .failure("encoding/hex: odd length hex string")
        }
        return context.heap.string(utf8: bytes)
    }

    private static func invalidByte(_ byte: UInt8) -> String {
        let hex = String(decoding: Hexadecimal.encode([byte]), as: UTF8.self)
        let isPrintable = byte > 0x20 && byte < 0x7f
        let shown = isPrintable ? "'\(Character(Unicode.Scalar(byte)))'" : "'\\x\(hex)'"
        return "encoding/hex: invalid byte: U+00\(hex.uppercased()) \(shown)"
    }

    static func queryEncode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: URLQuery.escape(try a.bytes(0)))
    }

    static func queryDecode(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        context.heap.string(utf8: try unescape(try a.bytes(0)))
    }

    private static func unescape(_ text: UnsafeBufferPointer<UInt8>) throws(BuiltinError) -> [UInt8] {
        switch URLQuery.unescape(text) {
        case .success(let bytes): return bytes
        case .failure(let error): throw .failure("invalid URL escape \(GoText.quoted(error.text))")
        }
    }

    static func queryEncodeObject(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let wrongValue = BuiltinError.operand(0, "values must be string, array[string], or set[string]")
        var result: [UInt8] = []
        for entry in try a.object(0).entries {
            let values: [Value]
            switch entry.value.kind {
            case .string: values = [entry.value]
            case .array, .set: values = Array(entry.value.elements)
            default: throw wrongValue
            }
            for value in values {
                guard value.kind == .string else { throw wrongValue }
                if !result.isEmpty { result.append(UInt8(ascii: "&")) }
                let key = entry.key.kind == .string ? Array(entry.key.utf8) : Array(JSONWriter.text(entry.key).utf8)
                result += key.withUnsafeBufferPointer { URLQuery.escape($0) }
                result.append(UInt8(ascii: "="))
                result += URLQuery.escape(value.utf8)
                try context.checkRoom(for: result.count)
            }
        }
        return context.heap.string(utf8: result)
    }

    /// Each key with the array of its values, in order.
    static func queryDecodeObject(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        var values: [[UInt8]: [Value]] = [:]
        for part in text.split(separator: UInt8(ascii: "&")) {
            if part.contains(UInt8(ascii: ";")) { throw .failure("invalid semicolon separator in query") }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let key = try unescape(text.slice(part.startIndex, equals))
            let value = try unescape(text.slice(min(equals + 1, part.endIndex), part.endIndex))
            values[key, default: []].append(context.heap.string(utf8: value))
        }
        return context.heap.object(
            values.map { Entry(key: context.heap.string(utf8: $0.key), value: context.heap.array($0.value)) })
    }
}

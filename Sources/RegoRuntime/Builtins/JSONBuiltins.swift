import RegoValues

/// JSON text from values and back.
enum JSONBuiltins {
    static let family: Builtins.Family = [
        .init("json.marshal", marshal), .init("json.marshal_with_options", marshalWithOptions),
        .init("json.unmarshal", unmarshal), .init("json.is_valid", isValid),
    ]

    /// What OPA reads: the last of equal keys wins, half surrogates become U+FFFD.
    static let limits = JSONLimits(
        depth: 1000, byteCount: Int(Int32.max), duplicateKeys: .lastWins, loneSurrogates: .replace)

    static func marshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var bytes: [UInt8] = []
        JSONWriter.write(a[0], options: .html, limit: context.heap.freeBytes, to: &bytes)
        try context.checkRoom(for: bytes.count)
        return context.heap.string(utf8: bytes)
    }

    static func marshalWithOptions(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        var (indent, prefix) = ("\t", "")
        var isPretty: Bool?
        var hasLayout = false
        for entry in try a.object(1).entries {
            let key = entry.key.string ?? RegoTermWriter.text(entry.key)
            switch key {
            case "prefix", "indent":
                guard let text = entry.value.string else {
                    let detail = BuiltinError.wrongType(0, entry.value, ["string"]).message
                    throw .operand(1, "key \(key) failed cast to string: \(detail)")
                }
                if key == "prefix" { prefix = text } else { indent = text }
                hasLayout = true
            case "pretty":
                guard let flag = entry.value.boolValue else { throw .operand(1, "key \(key) failed cast to bool") }
                isPretty = flag
            default: throw .operand(1, "object contained unknown key \(key)")
            }
        }
        var options = JSONWriter.Options.html
        let pretty = isPretty ?? hasLayout
        if pretty {
            options.indent = indent
            options.prefix = prefix
        }
        var bytes = pretty ? Array(prefix.utf8) : []
        JSONWriter.write(a[0], options: options, limit: context.heap.freeBytes, to: &bytes)
        try context.checkRoom(for: bytes.count)
        return context.heap.string(utf8: bytes)
    }

    static func unmarshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        do throws(JSONError) {
            return try context.heap.parseJSON(text, limits: limits)
        } catch {
            throw .failure(error.description)
        }
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) -> Value {
        guard a[0].kind == .string else { return .false }
        return .boolean((try? context.heap.parseJSON(a[0].utf8, limits: limits)) != nil)
    }
}

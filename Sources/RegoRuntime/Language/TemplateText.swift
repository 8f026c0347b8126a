internal import RegoValues

/// Puts values into text, for `$"…"` and `print`.
enum TemplateText {
    /// The parts of a template string: strings stand for themselves, sets hold what an expression yielded.
    static func build(
        _ arguments: UnsafeBufferPointer<Value>, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        var text: [UInt8] = []
        let limit = context.heap.freeBytes
        for part in arguments[0].elements {
            if text.count > limit { break }
            guard part.kind == .set else {
                append(part, isNested: false, limit: limit, to: &text)
                continue
            }
            switch part.count {
            case 0: text += Array("<undefined>".utf8)
            case 1: append(part.elements[0], isNested: false, limit: limit, to: &text)
            default:
                throw BuiltinError(.conflict, "template-strings must not produce multiple outputs")
            }
        }
        try context.checkRoom(for: text.count)
        return context.heap.string(utf8: text)
    }

    /// Every way in which the arguments of `print` combine is a line of its own.
    static func print(
        _ arguments: UnsafeBufferPointer<Value>, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        guard let sink = context.printSink else { return .true }
        let limit = context.heap.freeBytes
        var made = 0
        var lines: [[UInt8]] = [[]]
        for (position, part) in arguments[0].elements.enumerated() {
            var next: [[UInt8]] = []
            let values = part.count == 0 ? nil : Array(part.elements)
            for line in lines {
                for index in 0..<max(1, part.count) where next.count < 1000 {
                    var line = line
                    if position > 0 { line.append(UInt8(ascii: " ")) }
                    if let values {
                        append(values[index], isNested: false, limit: limit, to: &line)
                    } else {
                        line += Array("<undefined>".utf8)
                    }
                    made += line.count
                    try context.checkRoom(for: made)
                    next.append(line)
                }
            }
            lines = next
        }
        for line in lines { sink(String(decoding: line, as: UTF8.self)) }
        return .true
    }

    /// As Rego writes values: sets in braces, strings in quotes where they are nested.
    /// Stops once the text is longer than `limit` bytes.
    static func append(_ value: Value, isNested: Bool, limit: Int, to text: inout [UInt8]) {
        if value.kind == .string, !isNested {
            text += value.utf8
        } else {
            RegoTermWriter.write(value, limit: limit, to: &text)
        }
    }
}

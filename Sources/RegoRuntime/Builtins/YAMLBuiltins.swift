import RegoSyntax
import RegoValues
internal import Yams

/// YAML text from values and back, by the YAML 1.1 rules that OPA's library follows.
enum YAMLBuiltins {
    static let family: Builtins.Family = [
        .init("yaml.marshal", marshal), .init("yaml.unmarshal", unmarshal), .init("yaml.is_valid", isValid),
    ]

    static func marshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        // The writer's own tree takes several times the text, whose length the JSON tells in advance.
        var json: [UInt8] = []
        JSONWriter.write(a[0], options: .compact, limit: context.heap.freeBytes / 4, to: &json)
        try context.checkRoom(for: json.count * 4)
        do {
            return context.heap.string(try Yams.serialize(node: YAMLText.node(a[0]), allowUnicode: true))
        } catch {
            throw .failure("yaml: \(error)")
        }
    }

    static func unmarshal(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try read(try a.text(0), context)
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard let text = a[0].string else { return .false }
        do throws(BuiltinError) {
            _ = try read(text, context)
            return .true
        } catch {
            if error.isFinal { throw error }
            return .false
        }
    }

    /// The first document of the text; null for none.
    private static func read(_ text: String, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        guard !isTooDeep(text) else { throw .failure("yaml: nested deeper than the limit of \(depthLimit)") }
        guard YAMLAliases.first(in: text.utf8) == nil else {
            throw .failure("yaml: more than \(YAMLAliases.most) aliases")
        }
        let node: Node?
        do {
            node = try Parser(yaml: text, resolver: .basic).nextRoot()
        } catch {
            throw .failure("yaml: \(YAMLText.message(error))")
        }
        guard let node else { return .null }
        return try YAMLReader(context: context).value(node)
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
}

/// Makes values of YAML nodes. Anchors multiply what a text says, so the evaluation's limits are asked all along.
private struct YAMLReader {
    let context: BuiltinContext

    func value(_ node: Node) throws(BuiltinError) -> Value {
        try context.checkLimits()
        switch node {
        case .scalar(let scalar): return try value(scalar)
        case .sequence(let sequence):
            var elements: [Value] = []
            for element in sequence { elements.append(try value(element)) }
            return context.heap.array(elements)
        case .mapping(let mapping):
            return context.heap.object(try entries(mapping))
        case .alias:
            throw .failure("yaml: unknown anchor referenced")
        }
    }

    /// Merged mappings first, so that the mapping's own keys win.
    private func entries(_ mapping: Node.Mapping) throws(BuiltinError) -> [Entry] {
        var merged: [Entry] = []
        var own: [Entry] = []
        for (key, member) in mapping {
            if let scalar = key.scalar, scalar.string == "<<", scalar.style == .plain {
                merged = try self.merged(member)
            } else {
                own.append(Entry(key: context.heap.string(try self.key(key)), value: try value(member)))
            }
        }
        return merged + own
    }

    private func merged(_ node: Node) throws(BuiltinError) -> [Entry] {
        if case .mapping(let mapping) = node { return try entries(mapping) }
        guard case .sequence(let sequence) = node else { throw wrongMerge }
        var all: [Entry] = []
        // Of several mappings the first wins.
        for element in sequence.reversed() {
            guard case .mapping(let mapping) = element else { throw wrongMerge }
            all += try entries(mapping)
        }
        return all
    }

    private var wrongMerge: BuiltinError {
        .failure("yaml: map merge requires map or sequence of maps as the value")
    }

    /// JSON has only strings for keys: numbers and booleans become their text.
    private func key(_ node: Node) throws(BuiltinError) -> String {
        guard case .scalar(let scalar) = node else {
            throw .failure(
                "error converting YAML to JSON: unsupported map key of type: \(node.isMapping ? "map" : "slice")")
        }
        let value = try value(scalar)
        switch value.kind {
        case .string: return value.string ?? ""
        case .null: throw .failure("error converting YAML to JSON: unsupported map key of type: nil")
        default: return JSONWriter.text(value)
        }
    }

    private func value(_ scalar: Node.Scalar) throws(BuiltinError) -> Value {
        switch YAMLText.resolve(scalar) {
        case .null: return .null
        case .boolean(let flag): return .boolean(flag)
        case .number(let digits):
            if let number = context.heap.number(literal: digits) { return number }
            throw .failure("error converting YAML to JSON: json: unsupported value: \(scalar.string)")
        case .notFinite(let text): throw .failure("error converting YAML to JSON: json: unsupported value: \(text)")
        case .text(let text): return context.heap.string(text)
        }
    }
}

extension Node {
    fileprivate var isMapping: Bool { if case .mapping = self { true } else { false } }
}

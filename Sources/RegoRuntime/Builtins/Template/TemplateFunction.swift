import RegoValues

/// A value in a template. Numbers of the data are texts to Go (`json.Number`); those that the template makes are numbers.
struct TemplateValue {
    let value: Value
    var isNumber = false

    static let undefined = TemplateValue(value: .undefined)

    /// As Go's `truth` has it.
    var isTrue: Bool {
        switch value.kind {
        case .undefined, .null: false
        case .boolean: value == .true
        case .number: !isNumber || value != .integer(0)
        default: value.count > 0
        }
    }

    /// As Go prints a number, text or boolean; what is missing is `<undefined>`, and of a collection only its kind is said.
    var plain: String {
        switch value.kind {
        case .undefined, .null: "<undefined>"
        case .string: value.string ?? ""
        case .array, .set: "[]"
        case .object: "map[]"
        default: RegoTermWriter.text(value)
        }
    }

    /// As Go prints it; what is missing is `<undefined>`.
    /// - Throws: `.memory` or `.halt` where the text passes the evaluation's limits: parts that a value shares are written again and again.
    func shown(_ context: BuiltinContext) throws(BuiltinError) -> String {
        if value.isUndefined || value.kind == .null { return "<undefined>" }
        var text = ShownText(context: context)
        try text.add(value)
        return text.text
    }
}

/// A value as Go prints it, within the evaluation's limits.
private struct ShownText {
    let context: BuiltinContext
    var text = ""
    private var steps = 0

    init(context: BuiltinContext) { self.context = context }

    mutating func add(_ value: Value) throws(BuiltinError) {
        steps += 1
        if steps & 255 == 0 { try context.checkLimits() }
        try context.checkRoom(for: text.utf8.count)
        switch value.kind {
        case .string: text += value.string ?? ""
        case .null: text += "<nil>"
        case .array, .set:
            text += "["
            for (place, element) in value.elements.enumerated() {
                if place > 0 { text += " " }
                try add(element)
            }
            text += "]"
        case .object:
            text += "map["
            for (place, entry) in value.entries.enumerated() {
                if place > 0 { text += " " }
                try add(entry.key)
                text += ":"
                try add(entry.value)
            }
            text += "]"
        default: text += RegoTermWriter.text(value)
        }
    }
}

/// The functions of Go's templates, but for `call` and `js`.
enum TemplateFunction: String {
    case and, or, not, len, index, slice, html, urlquery, print, println, printf, eq, ne, lt, le, gt, ge

    /// The answer to these arguments; `and` and `or` are answered before, one argument at a time.
    func call(_ arguments: [TemplateValue], _ context: BuiltinContext) throws(BuiltinError) -> TemplateValue {
        let heap = context.heap
        func text(_ text: String) -> TemplateValue { TemplateValue(value: heap.string(text)) }
        let count = arguments.count
        let least =
            switch self {
            case .print, .println, .html, .urlquery: 0
            case .eq, .ne, .lt, .le, .gt, .ge: 2
            default: 1
            }
        guard count >= least else { throw failure("wrong number of args: want at least \(least) got \(count)") }
        switch self {
        case .and, .or: return arguments[count - 1]
        case .not: return TemplateValue(value: .boolean(!arguments[0].isTrue))
        case .len: return TemplateValue(value: .integer(try length(arguments[0])), isNumber: true)
        case .index: return try index(arguments)
        case .slice: return try slice(arguments, heap)
        case .html: return text(Self.escaped(try Self.shown(arguments, context).joined()))
        case .urlquery:
            let bytes = Array(try Self.shown(arguments, context).joined().utf8)
            return TemplateValue(value: heap.string(utf8: bytes.withUnsafeBufferPointer { URLQuery.escape($0) }))
        case .print: return text(try Self.joined(arguments, context))
        case .println: return text(try Self.shown(arguments, context).joined(separator: " ") + "\n")
        case .printf: return try format(arguments, context)
        case .eq:
            var isEqual = false
            for other in arguments.dropFirst() where try Self.order(arguments[0], other, self) == 0 { isEqual = true }
            return TemplateValue(value: .boolean(isEqual))
        case .ne, .lt, .le, .gt, .ge:
            guard count == 2 else { throw failure("wrong number of args: want 2 got \(count)") }
            return TemplateValue(value: .boolean(try compare(arguments[0], arguments[1])))
        }
    }

    private func failure(_ reason: String) -> BuiltinError {
        TemplateLexer.failure("error calling \(rawValue): \(reason)")
    }

    private func length(_ item: TemplateValue) throws(BuiltinError) -> Int {
        switch item.value.kind {
        case .string: return item.value.utf8.count
        case .array, .set, .object: return item.value.count
        case .number where !item.isNumber: return RegoTermWriter.text(item.value).utf8.count
        default: throw failure("len of type \(item.value.kind.name)")
        }
    }

    private func place(_ item: TemplateValue, upTo limit: Int) throws(BuiltinError) -> Int {
        guard item.isNumber, let place = item.value.writtenInteger else {
            throw failure("cannot index slice/array with type \(item.value.kind.name)")
        }
        guard 0...limit ~= place else { throw failure("index out of range: \(place)") }
        return place
    }

    private func index(_ arguments: [TemplateValue]) throws(BuiltinError) -> TemplateValue {
        var found = arguments[0].value
        for key in arguments.dropFirst() {
            switch found.kind {
            case .array, .set: found = found.elements[try place(key, upTo: found.count - 1)]
            case .object: found = found.lookup(key.value)
            default: throw failure("can't index item of type \(found.kind.name)")
            }
        }
        return TemplateValue(value: found, isNumber: arguments.count == 1 && arguments[0].isNumber)
    }

    private func slice(_ arguments: [TemplateValue], _ heap: Heap) throws(BuiltinError) -> TemplateValue {
        let item = arguments[0].value
        guard arguments.count <= 3, item.kind == .string || item.kind == .array else {
            throw failure("can't slice item of type \(item.kind.name)")
        }
        let count = item.kind == .string ? item.utf8.count : item.count
        let end = arguments.count > 2 ? try place(arguments[2], upTo: count) : count
        let start = arguments.count > 1 ? try place(arguments[1], upTo: end) : 0
        if item.kind == .array { return TemplateValue(value: heap.array(Array(item.elements[start..<end]))) }
        return TemplateValue(value: heap.string(utf8: Array(item.utf8[start..<end])))
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "&#34;"
            case "'": result += "&#39;"
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\0": result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func shown(_ items: [TemplateValue], _ context: BuiltinContext) throws(BuiltinError) -> [String] {
        var texts: [String] = []
        var size = 0
        for item in items {
            texts.append(try item.shown(context))
            size += texts[texts.count - 1].utf8.count
            try context.checkRoom(for: size)
        }
        return texts
    }

    /// A space stands between two that are no texts.
    private static func joined(_ items: [TemplateValue], _ context: BuiltinContext) throws(BuiltinError) -> String {
        var text = ""
        let texts = try shown(items, context)
        for (index, item) in items.enumerated() {
            func isText(_ item: TemplateValue) -> Bool {
                item.value.kind == .string || item.value.kind == .number && !item.isNumber
            }
            if index > 0 && !isText(item) && !isText(items[index - 1]) { text += " " }
            text += texts[index]
        }
        return text
    }

    private func format(_ arguments: [TemplateValue], _ context: BuiltinContext) throws(BuiltinError) -> TemplateValue {
        guard arguments[0].value.kind == .string else { throw failure("the format must be a string") }
        let values = arguments.dropFirst().map { item in
            item.value.kind == .number && !item.isNumber ? context.heap.string(item.plain) : item.value
        }
        let list = context.heap.array(values)
        let call = [arguments[0].value, list]
        return TemplateValue(
            value: try call.withUnsafeBufferPointer { (a) throws(BuiltinError) in try StringBuiltins.sprintf(a, context)
            })
    }

    private func compare(_ left: TemplateValue, _ right: TemplateValue) throws(BuiltinError) -> Bool {
        if self != .ne, left.value.kind == .boolean { throw failure("invalid type for comparison") }
        let order = try Self.order(left, right, self)
        switch self {
        case .ne: return order != 0
        case .lt: return order < 0
        case .le: return order <= 0
        case .gt: return order > 0
        default: return order >= 0
        }
    }

    /// Texts with texts, numbers with numbers, booleans with booleans.
    private static func order(
        _ left: TemplateValue, _ right: TemplateValue, _ function: TemplateFunction
    ) throws(BuiltinError) -> Int {
        func kind(_ item: TemplateValue) -> Int? {
            switch item.value.kind {
            case .string: 0
            case .number: item.isNumber ? 1 : 0
            case .boolean: 2
            case .null, .undefined: 3
            default: nil
            }
        }
        guard let (one, other) = kind(left).flatMap({ one in kind(right).map { (one, $0) } }) else {
            throw function.failure("non-comparable type")
        }
        guard one == other else { throw function.failure("incompatible types for comparison") }
        if one != 0 { return Value.compare(left.value, right.value) }
        let (a, b) = (Array(left.plain.utf8), Array(right.plain.utf8))
        return a == b ? 0 : (a.lexicographicallyPrecedes(b) ? -1 : 1)
    }
}

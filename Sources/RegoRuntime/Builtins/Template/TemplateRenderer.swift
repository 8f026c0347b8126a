import RegoValues

/// Fills in a template; loops and text are held to the evaluation's limits.
struct TemplateRenderer {
    private let context: BuiltinContext
    private var output: [UInt8] = []
    private var variables: [(name: String, value: TemplateValue)] = []
    private var steps = 0

    private enum Outcome { case done, leaves, continues }

    static func render(
        _ template: TextTemplate, _ values: Value, _ context: BuiltinContext
    ) throws(BuiltinError) -> [UInt8] {
        var renderer = TemplateRenderer(context: context)
        let data = TemplateValue(value: values)
        renderer.variables = [("", data)]
        _ = try renderer.render(template.nodes, data)
        return renderer.output
    }

    private init(context: BuiltinContext) { self.context = context }

    private mutating func step() throws(BuiltinError) {
        steps += 1
        if steps % 256 == 0 {
            try context.checkLimits()
            try context.checkRoom(for: output.count)
        }
    }

    private mutating func render(
        _ nodes: [TextTemplate.Node], _ dot: TemplateValue
    ) throws(BuiltinError) -> Outcome {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        for node in nodes {
            try step()
            switch node {
            case .text(let text): output += text.utf8
            case .show(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty {
                    output += try value.shown(context).utf8
                    try context.checkRoom(for: output.count)
                }
            case .leave(let continues): return continues ? .continues : .leaves
            case .branch(let pipeline, let then, let otherwise, let rebinds):
                let before = variables.count
                let value = try evaluate(pipeline, dot)
                let outcome = try render(
                    value.isTrue ? then : otherwise, value.isTrue && rebinds ? value : dot)
                variables.removeLast(variables.count - before)
                if outcome != .done { return outcome }
            case .loop(let pipeline, let body, let otherwise):
                let outcome = try loop(pipeline, body, otherwise, dot)
                if outcome != .done { return outcome }
            }
        }
        return .done
    }

    private mutating func loop(
        _ pipeline: TemplatePipeline, _ body: [TextTemplate.Node], _ otherwise: [TextTemplate.Node],
        _ dot: TemplateValue
    ) throws(BuiltinError) -> Outcome {
        let over = try evaluate(pipeline, dot, binds: false)
        let items = try items(over)
        if items.isEmpty { return try render(otherwise, dot) }
        for (key, value) in items {
            let before = variables.count
            if pipeline.variables.count == 2 { bind(pipeline.variables[0], key, pipeline.declares) }
            if let name = pipeline.variables.last { bind(name, value, pipeline.declares) }
            let outcome = try render(body, value)
            variables.removeLast(variables.count - before)
            try step()
            if outcome == .leaves { break }
        }
        return .done
    }

    private func items(_ over: TemplateValue) throws(BuiltinError) -> [(TemplateValue, TemplateValue)] {
        func number(_ number: Int) -> TemplateValue { TemplateValue(value: .integer(number), isNumber: true) }
        switch over.value.kind {
        case .array, .set:
            return over.value.elements.enumerated().map { (number($0.offset), TemplateValue(value: $0.element)) }
        case .object: return over.value.entries.map { (TemplateValue(value: $0.key), TemplateValue(value: $0.value)) }
        case .undefined, .null: return []
        case .number where over.isNumber:
            guard let count = over.value.writtenInteger else { break }
            try context.checkRoom(for: max(0, min(count, Int.max / 64)) * 64)
            return (0..<max(0, count)).map { (number($0), number($0)) }
        default: break
        }
        throw TemplateLexer.failure("range can't iterate over \(over.plain)")
    }

    private mutating func bind(_ name: String, _ value: TemplateValue, _ declares: Bool) {
        if !declares, let place = variables.lastIndex(where: { $0.name == name }) {
            variables[place].value = value
        } else {
            variables.append((name, value))
        }
    }

    // MARK: - Pipelines

    private mutating func evaluate(
        _ pipeline: TemplatePipeline, _ dot: TemplateValue, binds: Bool = true
    ) throws(BuiltinError) -> TemplateValue {
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command, value, dot) }
        let result = value ?? .undefined
        if binds, let name = pipeline.variables.first { bind(name, result, pipeline.declares) }
        return result
    }

    /// - Parameter last: what the command before gave, the last argument of this one.
    private mutating func evaluate(
        _ command: TemplatePipeline.Command, _ last: TemplateValue?, _ dot: TemplateValue
    ) throws(BuiltinError) -> TemplateValue {
        try step()
        guard case .function(let name)? = command.first else {
            guard command.count == 1, last == nil, let operand = command.first else {
                throw TemplateLexer.failure("can't give argument to non-function")
            }
            return try value(operand, dot)
        }
        guard let function = TemplateFunction(rawValue: name) else {
            throw TemplateLexer.failure("function \(GoText.quoted(name)) not defined")
        }
        var arguments: [TemplateValue] = []
        for operand in command.dropFirst() {
            let argument = try value(operand, dot)
            arguments.append(argument)
            // The first argument that decides is the answer; the others are not looked at.
            if function == .and && !argument.isTrue || function == .or && argument.isTrue { return argument }
        }
        if let last { arguments.append(last) }
        return try function.call(arguments, context)
    }

    private mutating func value(
        _ operand: TemplatePipeline.Operand, _ dot: TemplateValue
    ) throws(BuiltinError) -> TemplateValue {
        switch operand {
        case .dot: return dot
        case .text(let text): return TemplateValue(value: context.heap.string(text))
        case .boolean(let flag): return TemplateValue(value: .boolean(flag))
        case .null: return TemplateValue(value: .null)
        case .number(let text): return try number(text)
        case .function: return try evaluate([operand], nil, dot)
        case .pipeline(let pipeline): return try evaluate(pipeline, dot)
        case .variable(let name):
            guard let found = variables.last(where: { $0.name == name }) else {
                throw TemplateLexer.failure("undefined variable \(GoText.quoted("$\(name)"))")
            }
            return found.value
        case .field(let owner, let name):
            var name = name
            let owner = try value(owner, dot).value
            return TemplateValue(value: name.withUTF8 { owner.lookup(utf8: $0) })
        }
    }

    private func number(_ text: String) throws(BuiltinError) -> TemplateValue {
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        if let integer = Int(digits) { return TemplateValue(value: .integer(integer), isNumber: true) }
        if digits.lowercased().hasPrefix("0x"), let integer = Int(digits.dropFirst(2), radix: 16) {
            return TemplateValue(value: .integer(integer), isNumber: true)
        }
        guard let double = Double(digits), let value = context.heap.number(double) else {
            throw TemplateLexer.failure("bad number syntax: \(GoText.quoted(text))")
        }
        return TemplateValue(value: value, isNumber: true)
    }
}

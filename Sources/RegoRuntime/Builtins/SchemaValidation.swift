import RegoValues

/// Checks a value against a JSON schema (drafts 4, 6 and 7) and tells what is wrong in the words that OPA uses.
/// References stay inside the schema.
struct SchemaValidation {
    struct Failure {
        let type: String
        /// `(root)` or the path with dots.
        let field: String
        let description: String
    }

    let root: Value
    let context: BuiltinContext
    private var depth = 0

    init(root: Value, context: BuiltinContext) {
        self.root = root
        self.context = context
    }

    static func pattern(_ value: Value, _ context: BuiltinContext) throws(BuiltinError) -> Pattern {
        try context.patterns.pattern(for: value) { () throws(BuiltinError) in
            do throws(Pattern.SyntaxError) { return try Pattern(value.utf8) } catch { throw .failure(error.message) }
        }
    }

    mutating func errors(_ value: Value, _ schema: Value) throws(BuiltinError) -> [Failure] {
        var failures: [Failure] = []
        try validate(value, schema, "(root)", &failures)
        return failures
    }

    private mutating func failures(_ value: Value, _ schema: Value, _ path: String) throws(BuiltinError) -> [Failure] {
        var failures: [Failure] = []
        try validate(value, schema, path, &failures)
        return failures
    }

    private func failure(_ type: String, _ path: String, _ description: String) -> Failure {
        Failure(type: type, field: field(path), description: description)
    }

    private func field(_ path: String) -> String { path.hasPrefix("(root).") ? String(path.dropFirst(7)) : path }

    private mutating func validate(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        guard depth < 200 else { throw .failure("the schema's references go round in circles") }
        depth += 1
        defer { depth -= 1 }
        try context.checkLimits()
        if schema.kind == .boolean {
            if schema == .false { failures.append(failure("false", path, "False always fails validation")) }
            return
        }
        if let reference = schema.lookup("$ref").string {
            guard let target = resolve(reference) else {
                throw .failure("Object has no key '\(reference.split(separator: "/").last ?? "")'")
            }
            return try validate(value, target, path, &failures)
        }
        let given = typeName(value)
        let types = typeNames(schema)
        guard types.isEmpty || types.contains(given) || (given == "integer" && types.contains("number")) else {
            failures.append(
                failure(
                    "invalid_type", path, "Invalid type. Expected: \(types.joined(separator: ", ")), given: \(given)"))
            return
        }
        try combine(value, schema, path, &failures)
        switch value.kind {
        case .number: number(value, schema, path, &failures)
        case .array, .set: try array(value, schema, path, &failures)
        case .object: try object(value, schema, path, &failures)
        case .string: try string(value, schema, path, &failures)
        default: break
        }
        common(value, schema, path, &failures)
        if value.kind == .object {
            for entry in schema.lookup("properties").entries {
                let member = value.lookup(entry.key)
                if member.isUndefined { continue }
                try validate(member, entry.value, "\(path).\(entry.key.string ?? "")", &failures)
            }
        }
    }

    private func typeNames(_ schema: Value) -> [String] {
        let type = schema.lookup("type")
        return type.kind == .array ? type.elements.compactMap(\.string) : (type.string.map { [$0] } ?? [])
    }

    private func typeName(_ value: Value) -> String {
        switch value.kind {
        case .number: value.isWhole ? "integer" : "number"
        case .set: "array"
        default: value.kind.name
        }
    }

    /// `#` and JSON pointers after it.
    private func resolve(_ reference: String) -> Value? {
        guard reference.hasPrefix("#") else { return nil }
        var value = root
        for part in reference.dropFirst().split(separator: "/") {
            let name = part.split(separator: "~", omittingEmptySubsequences: false).enumerated().map { index, piece in
                index == 0 ? String(piece) : (piece.hasPrefix("1") ? "/" : "~") + piece.dropFirst()
            }.joined()
            value = value.kind == .array ? value.lookup(.integer(Int(name) ?? -1)) : value.member(name)
            if value.isUndefined { return nil }
        }
        return value
    }

    private mutating func combine(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        let anyOf = schema.lookup("anyOf").elements
        if !anyOf.isEmpty {
            let (passed, best) = try alternatives(value, anyOf, path)
            if passed == 0 {
                failures.append(failure("number_any_of", path, "Must validate at least one schema (anyOf)"))
                failures += best
            }
        }
        let oneOf = schema.lookup("oneOf").elements
        if !oneOf.isEmpty {
            let (passed, best) = try alternatives(value, oneOf, path)
            if passed != 1 {
                failures.append(failure("number_one_of", path, "Must validate one and only one schema (oneOf)"))
                if passed == 0 { failures += best }
            }
        }
        let before = failures.count
        for inner in schema.lookup("allOf").elements { try validate(value, inner, path, &failures) }
        if failures.count > before {
            failures.append(failure("number_all_of", path, "Must validate all the schemas (allOf)"))
        }
        let not = schema.lookup("not")
        if !not.isUndefined, try self.failures(value, not, path).isEmpty {
            failures.append(failure("number_not", path, "Must not validate the schema (not)"))
        }
        for dependency in schema.lookup("dependencies").entries where !value.lookup(dependency.key).isUndefined {
            if dependency.value.kind == .array {
                for name in dependency.value.elements where value.lookup(name).isUndefined {
                    failures.append(failure("missing_dependency", path, "Has a dependency on \(name.string ?? "")"))
                }
            } else {
                try validate(value, dependency.value, path, &failures)
            }
        }
        try condition(value, schema, path, &failures)
    }

    private mutating func condition(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        let test = schema.lookup("if")
        if test.isUndefined { return }
        let holds = try self.failures(value, test, path).isEmpty
        let branch = schema.member(holds ? "then" : "else")
        if branch.isUndefined { return }
        let found = try self.failures(value, branch, path)
        if found.isEmpty { return }
        failures.append(
            holds
                ? failure("condition_then", path, "Must validate \"then\" as \"if\" was valid")
                : failure("condition_else", path, "Must validate \"else\" as \"if\" was not valid"))
        failures += found
    }

    /// How many schemas a value passes, and the failures of the one that it misses by the least.
    private mutating func alternatives(
        _ value: Value, _ schemas: UnsafeBufferPointer<Value>, _ path: String
    ) throws(BuiltinError) -> (passed: Int, best: [Failure]) {
        var passed = 0
        var best: [Failure]?
        for inner in schemas {
            let found = try failures(value, inner, path)
            if found.isEmpty {
                passed += 1
            } else if found.count < best?.count ?? .max {
                best = found
            }
        }
        return (passed, best ?? [])
    }

    private func common(_ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]) {
        let wanted = schema.lookup("const")
        if !wanted.isUndefined && wanted != value {
            failures.append(failure("const", path, "\(field(path)) does not match: \(JSONWriter.text(wanted))"))
        }
        let options = schema.lookup("enum")
        if options.kind == .array && !options.elements.contains(value) {
            let allowed = options.elements.map { JSONWriter.text($0) }.joined(separator: ", ")
            failures.append(
                failure(
                    "enum", path, "\(field(path)) must be one of the following: \(allowed.isEmpty ? "(none)" : allowed)"
                ))
        }
        if let format = schema.lookup("format").string, let text = value.string, !SchemaFormat.matches(text, format) {
            failures.append(failure("format", path, "Does not match format '\(format)'"))
        }
    }

    private func number(_ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]) {
        let multiple = schema.lookup("multipleOf")
        if let unit = ExactDecimal(multiple), !(ExactDecimal(value)?.isMultiple(of: unit) ?? false) {
            failures.append(failure("multiple_of", path, "Must be a multiple of \(JSONWriter.text(multiple))"))
        }
        // Draft 4 marks the plain bound as exclusive, later drafts have a bound of its own.
        let (low, high) = (schema.lookup("minimum"), schema.lookup("maximum"))
        let (above, below) = (schema.lookup("exclusiveMinimum"), schema.lookup("exclusiveMaximum"))
        let lowBound = above.kind == .number ? above : (above == .true ? low : .undefined)
        let highBound = below.kind == .number ? below : (below == .true ? high : .undefined)
        if high.kind == .number, below != .true, value > high {
            failures.append(failure("number_lte", path, "Must be less than or equal to \(JSONWriter.text(high))"))
        }
        if highBound.kind == .number, value >= highBound {
            failures.append(failure("number_lt", path, "Must be less than \(JSONWriter.text(highBound))"))
        }
        if low.kind == .number, above != .true, value < low {
            failures.append(failure("number_gte", path, "Must be greater than or equal to \(JSONWriter.text(low))"))
        }
        if lowBound.kind == .number, value <= lowBound {
            failures.append(failure("number_gt", path, "Must be greater than \(JSONWriter.text(lowBound))"))
        }
    }

    private func string(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        if let least = schema.lookup("minLength").int64, Runes.count(value.utf8) < least {
            failures.append(failure("string_gte", path, "String length must be greater than or equal to \(least)"))
        }
        if let most = schema.lookup("maxLength").int64, Runes.count(value.utf8) > most {
            failures.append(failure("string_lte", path, "String length must be less than or equal to \(most)"))
        }
        let pattern = schema.lookup("pattern")
        if pattern.kind == .string, !(try SchemaValidation.pattern(pattern, context).matches(value.utf8)) {
            failures.append(failure("pattern", path, "Does not match pattern '\(pattern.string ?? "")'"))
        }
    }

    private mutating func array(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        let elements = value.elements
        let items = schema.lookup("items")
        if items.kind == .array {
            for (index, element) in elements.enumerated() {
                let inner = index < items.count ? items.elements[index] : schema.lookup("additionalItems")
                if index >= items.count && inner == .false {
                    failures.append(
                        failure("array_no_additional_items", path, "No additional items allowed on array"))
                    break
                }
                if !inner.isUndefined { try validate(element, inner, "\(path).\(index)", &failures) }
            }
        } else if !items.isUndefined {
            for (index, element) in elements.enumerated() {
                try validate(element, items, "\(path).\(index)", &failures)
            }
        }
        if let least = schema.lookup("minItems").int64, elements.count < least {
            failures.append(failure("array_min_items", path, "Array must have at least \(least) items"))
        }
        if let most = schema.lookup("maxItems").int64, elements.count > most {
            failures.append(failure("array_max_items", path, "Array must have at most \(most) items"))
        }
        if schema.lookup("uniqueItems") == .true, Set(elements).count < elements.count {
            failures.append(failure("unique", path, "array items must be unique"))
        }
        let contained = schema.lookup("contains")
        if contained.isUndefined { return }
        var best: [Failure]?
        for (index, element) in elements.enumerated() {
            let found = try self.failures(element, contained, "\(path).\(index)")
            if found.isEmpty { return }
            if found.count < best?.count ?? .max { best = found }
        }
        failures.append(failure("contains", path, "At least one of the items must match"))
        failures += best ?? []
    }

    private mutating func object(
        _ value: Value, _ schema: Value, _ path: String, _ failures: inout [Failure]
    ) throws(BuiltinError) {
        if let least = schema.lookup("minProperties").int64, value.count < least {
            failures.append(failure("array_min_properties", path, "Must have at least \(least) properties"))
        }
        if let most = schema.lookup("maxProperties").int64, value.count > most {
            failures.append(failure("array_max_properties", path, "Must have at most \(most) properties"))
        }
        for name in schema.lookup("required").elements where value.lookup(name).isUndefined {
            failures.append(failure("required", path, "\(name.string ?? "") is required"))
        }
        let (properties, patterns) = (schema.lookup("properties"), schema.lookup("patternProperties"))
        let (additional, names) = (schema.lookup("additionalProperties"), schema.lookup("propertyNames"))
        for entry in value.entries {
            let name = entry.key.string ?? JSONWriter.text(entry.key)
            var isDescribed = !properties.lookup(entry.key).isUndefined
            for pattern in patterns.entries
            where try SchemaValidation.pattern(pattern.key, context).matches(entry.key.utf8) {
                isDescribed = true
                try validate(entry.value, pattern.value, "\(path).\(name)", &failures)
            }
            if !isDescribed && additional == .false {
                failures.append(
                    failure("additional_property_not_allowed", path, "Additional property \(name) is not allowed"))
            } else if !isDescribed && !additional.isUndefined {
                try validate(entry.value, additional, "\(path).\(name)", &failures)
            }
            if names.isUndefined { continue }
            let found = try self.failures(entry.key, names, path)
            if !found.isEmpty {
                failures.append(
                    failure("invalid_property_name", path, "Property name of \"\(name)\" does not match"))
                failures += found
            }
        }
    }
}

extension Value {
    /// Whether a number is whole, whatever its size.
    var isWhole: Bool { int64 != nil || ExactDecimal(self)?.whole != nil }
}

extension ExactDecimal {
    /// nil for what is no number, or too long a one.
    init?(_ value: Value) {
        guard value.kind == .number, let text = value.numberText else { return nil }
        self.init(Substring(text.lowercased()))
    }
}

/// The formats that are checked; others pass.
enum SchemaFormat {
    static func matches(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": parses(text, "2006-01-02T15:04:05Z07:00")
        case "date": parses(text, "2006-01-02")
        case "time": parses(text, "15:04:05") || parses(text, "15:04:05Z07:00")
        case "ipv4": !text.contains(":") && IPAddress(text) != nil
        case "ipv6": text.contains(":") && IPAddress(text) != nil
        case "email": isEmail(text)
        case "hostname": isHostname(text)
        case "uuid": isUUID(text)
        case "uri": isURI(text)
        default: true
        }
    }

    private static func parses(_ text: String, _ layout: String) -> Bool {
        (try? TimeLayout(layout).parse(text, layout: layout)) != nil
    }

    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && !text.contains(where: \.isWhitespace)
    }

    /// RFC 1123, section 2.1.
    private static func isHostname(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2d }
            }
    }

    private static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    private static func isURI(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII && first.isLetter else {
            return false
        }
        return text[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            && !text.contains { $0.isWhitespace || "\"<>\\^`{|}".contains($0) }
    }
}

/// The keywords that put schemas together: all of them speak about the same value.
extension SchemaWriter {
    mutating func checkInPlace(_ schema: ParameterSchema, at place: SchemaPlace) {
        for part in schema.list(.allOf) { check(part, at: place) }
        if let target = schemas.target(of: schema) { checkReference(target, at: place) }
        if schema.parts[.anyOf] != nil { checkAnyOf(schema.list(.anyOf), at: place) }
        if schema.parts[.oneOf] != nil { checkOneOf(schema.list(.oneOf), at: place) }
        if let not = schema.part(.not) {
            let value = bound(place)
            if let lines = lines(where: not, fits: value) {
                fail("\(place.title) must not fit the schema of `not`", value.prelude + lines)
            }
        }
        if let condition = schema.part(.if) { checkIf(condition, schema, at: place) }
        for dependent in schema.dependentSchemas {
            let present =
                place.member(dependent.name).prelude + [
                    "aegis.has(\(place.text), \(RegoText.string(dependent.name)))"
                ]
            var there = place
            there.prelude = present
            check(dependent.schema, at: there)
        }
    }

    /// A schema that leads back to itself is asked; another one stands for itself.
    private mutating func checkReference(_ target: ParameterSchema, at place: SchemaPlace) {
        guard schemas.isCyclic(target) else { return check(target, at: place) }
        let value = bound(place)
        if let lines = lines(whereNot: target, fits: value) {
            fail("\(place.title) must fit `\(target.pointer)`", value.prelude + lines)
        }
    }

    private mutating func checkAnyOf(_ branches: [ParameterSchema], at place: SchemaPlace) {
        let value = bound(place)
        var tests: [String] = []
        for branch in branches {
            guard let lines = lines(whereNot: branch, fits: value) else { return }
            tests += lines
        }
        fail("\(place.title) must fit a schema of `anyOf`", value.prelude + tests)
    }

    private mutating func checkOneOf(_ branches: [ParameterSchema], at place: SchemaPlace) {
        let value = bound(place)
        let tests = branches.enumerated().compactMap { index, branch in
            lines(where: branch, fits: value).map { lines in
                "{\(index) | " + (lines.isEmpty ? "true" : lines.joined(separator: "; ")) + "}"
            }
        }
        fail(
            "\(place.title) must fit exactly one schema of `oneOf`",
            value.prelude + (tests.isEmpty ? [] : ["count(\(tests.joined(separator: " | "))) != 1"]))
    }

    private mutating func checkIf(_ condition: ParameterSchema, _ schema: ParameterSchema, at place: SchemaPlace) {
        let value = bound(place)
        if let then = schema.part(.then), let lines = lines(where: condition, fits: value) {
            check(then, at: value.requiring(lines))
        }
        if let otherwise = schema.part(.else), let lines = lines(whereNot: condition, fits: value) {
            check(otherwise, at: value.requiring(lines))
        }
    }

    // MARK: What no other keyword speaks about

    mutating func checkUnevaluated(_ schema: ParameterSchema, at place: SchemaPlace) {
        for (keyword, test, suffix) in [
            (ParameterSchema.Keyword.unevaluatedProperties, "is_object", ".*"), (.unevaluatedItems, "is_array", "[]"),
        ] {
            guard let rest = schema.part(keyword) else { continue }
            let value = bound(place)
            let (key, item) = (variable("key"), rest.admitsAnything ? variable("item") : "_")
            var lines = ["\(test)(\(value.text))", "some \(key), \(item) in \(value.text)"]
            if let sees = sees(schema, level: place.level) { lines.append("not \(sees)(\(value.text), \(key))") }
            if rest.admitsAnything {
                check(rest, at: value.part(item, path: suffix, where: lines))
            } else {
                fail(
                    keyword == .unevaluatedItems
                        ? "\(place.title) must not have further elements" : undeclared(place), value.prelude + lines)
            }
        }
    }

    /// The function that says whether a keyword other than `unevaluated…` speaks about a part; nil when none can.
    private mutating func sees(_ schema: ParameterSchema, level: Int) -> String? {
        let isOpen = schemas.leadsToCycle(schema)
        guard !isOpen || level <= Self.deepest, schema.seesParts(in: schemas) else { return nil }
        return name(.sees, schema, level: isOpen ? level : 0)
    }

    /// Writes `sees_N(it, key)`: the name of a member, or the index of an element. A branch counts where it fits.
    mutating func seeParts(of schema: ParameterSchema, level: Int) {
        let rule = "\(function)(it, key)"
        let value = SchemaPlace(text: "it", path: "", level: level)
        if !schema.properties.isEmpty {
            write(rule, ["key in \(RegoText.set(schema.properties.map { RegoText.string($0.name) }))"])
        }
        for pattern in schema.patternProperties {
            write(rule, ["is_string(key)", "regex.match(\(RegoText.string(pattern.name)), key)"])
        }
        if schema.part(.additionalProperties) != nil { write(rule, ["is_object(it)", "is_string(key)"]) }
        if schema.part(.items) != nil { write(rule, ["is_array(it)", "is_number(key)"]) }
        if !schema.list(.prefixItems).isEmpty {
            write(rule, ["is_number(key)", "key < \(schema.list(.prefixItems).count)"])
        }
        if let contains = schema.part(.contains) {
            let item = variable("item")
            let element = value.part(item, path: "", where: [])
            if let lines = lines(where: contains, fits: element) {
                write(rule, ["is_array(it)", "\(item) := it[key]"] + lines)
            }
        }
        for part in schema.list(.allOf) { see(part, value, rule, where: []) }
        if let target = schemas.target(of: schema) { see(target, value, rule, where: []) }
        for branch in schema.list(.anyOf) + schema.list(.oneOf) {
            if let lines = lines(where: branch, fits: value) { see(branch, value, rule, where: lines) }
        }
        if let condition = schema.part(.if) {
            if let lines = lines(where: condition, fits: value) {
                see(condition, value, rule, where: lines)
                if let then = schema.part(.then) { see(then, value, rule, where: lines) }
            }
            if let otherwise = schema.part(.else), let lines = lines(whereNot: condition, fits: value) {
                see(otherwise, value, rule, where: lines)
            }
        }
        for dependent in schema.dependentSchemas {
            see(
                dependent.schema, value, rule,
                where: ["is_object(it)", "aegis.has(it, \(RegoText.string(dependent.name)))"])
        }
    }

    /// What a schema about the same value sees, its own `unevaluated…` among it.
    private mutating func see(
        _ schema: ParameterSchema, _ value: SchemaPlace, _ rule: String, where lines: [String]
    ) {
        if schema.part(.unevaluatedProperties) != nil { write(rule, lines + ["is_object(it)", "is_string(key)"]) }
        if schema.part(.unevaluatedItems) != nil { write(rule, lines + ["is_array(it)", "is_number(key)"]) }
        if let sees = sees(schema, level: value.level) { write(rule, lines + ["\(sees)(it, key)"]) }
    }
}

extension ParameterSchema {
    /// Whether one of its keywords speaks about parts of the value, `unevaluated…` of its own aside.
    func seesParts(in schemas: ParameterSchemas, visited: Set<String> = []) -> Bool {
        guard !visited.contains(pointer) else { return false }
        let visited = visited.union([pointer])
        if !properties.isEmpty || !patternProperties.isEmpty || part(.additionalProperties) != nil
            || part(.items) != nil || !list(.prefixItems).isEmpty || part(.contains) != nil
        {
            return true
        }
        let others =
            list(.allOf) + list(.anyOf) + list(.oneOf) + list(.if) + list(.then) + list(.else)
            + dependentSchemas.map(\.schema) + (schemas.target(of: self).map { [$0] } ?? [])
        return others.contains {
            $0.part(.unevaluatedProperties) != nil || $0.part(.unevaluatedItems) != nil
                || $0.seesParts(in: schemas, visited: visited)
        }
    }
}

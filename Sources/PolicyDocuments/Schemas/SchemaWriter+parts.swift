/// The keywords that speak about the members of an object and the elements of an array.
extension SchemaWriter {
    mutating func checkMembers(of schema: ParameterSchema, at place: SchemaPlace) {
        let declared = Set(schema.properties.map(\.name))
        for property in schema.properties {
            checkProperty(property, isRequired: schema.required.contains(property.name), at: place)
        }
        for name in schema.required where !declared.contains(name) { checkPresence(of: name, at: place) }
        for dependency in schema.dependentRequired {
            for name in dependency.required {
                let member = place.member(name)
                fail(
                    "`\(member.path)` is required with `\(place.member(dependency.name).path)`",
                    member.prelude + [
                        "aegis.has(\(place.text), \(RegoText.string(dependency.name)))",
                        "not aegis.has(\(place.text), \(RegoText.string(name)))",
                    ])
            }
        }
        if let names = schema.part(.propertyNames) {
            check(names, at: place.names(variable("name")))
        }
        for pattern in schema.patternProperties {
            let (name, item) = (variable("name"), variable("item"))
            check(
                pattern.schema,
                at: place.part(
                    item, path: ".*",
                    where: [
                        "is_object(\(place.text))", "some \(name), \(item) in \(place.text)",
                        "regex.match(\(RegoText.string(pattern.name)), \(name))",
                    ]))
        }
        if let more = schema.part(.additionalProperties) { checkFurther(more, beyond: schema, at: place) }
    }

    private mutating func checkProperty(
        _ property: ParameterSchema.Property, isRequired: Bool, at place: SchemaPlace
    ) {
        var member = place.member(property.name)
        if isRequired {
            if let type = property.schema.singleType {
                // One check for presence and type: what is absent has no type. Which of the two it was is asked when it fails.
                let test = type == .integer ? "member_is_integer(" : "member_is("
                let argument = type == .integer ? "" : ", \"\(type.rawValue)\""
                let asked = "\(place.text), \(RegoText.string(property.name))"
                failForMissing(
                    "\(member.title) is missing", or: "\(member.title) must be \(type.title)", asked,
                    member.prelude + ["not aegis.\(test)\(asked)\(argument))"])
                member.isTyped = true
            } else {
                checkPresence(of: property.name, at: place)
            }
        }
        check(property.schema, at: member)
    }

    private mutating func checkPresence(of name: String, at place: SchemaPlace) {
        let member = place.member(name)
        fail(
            "\(member.title) is missing",
            member.prelude + ["not aegis.has(\(place.text), \(RegoText.string(name)))"])
    }

    /// Members that neither `properties` nor `patternProperties` speak about.
    private mutating func checkFurther(
        _ more: ParameterSchema, beyond schema: ParameterSchema, at place: SchemaPlace
    ) {
        let (name, item) = (variable("name"), more.admitsAnything ? variable("item") : "_")
        var lines = ["is_object(\(place.text))", "some \(name), \(item) in \(place.text)"]
        if !schema.properties.isEmpty {
            lines.append("not \(name) in \(RegoText.set(schema.properties.map { RegoText.string($0.name) }))")
        }
        for pattern in schema.patternProperties {
            lines.append("not regex.match(\(RegoText.string(pattern.name)), \(name))")
        }
        if more.admitsAnything {
            check(more, at: place.part(item, path: ".*", where: lines))
        } else {
            fail(undeclared(place), place.prelude + lines)
        }
    }

    func undeclared(_ place: SchemaPlace) -> String {
        "a parameter that \(place.path.isEmpty ? "the tool" : "`\(place.path)`") does not declare"
    }

    // MARK: Elements

    mutating func checkElements(of schema: ParameterSchema, at place: SchemaPlace) {
        let isArray = "is_array(\(place.text))"
        if schema.hasUniqueItems {
            fail(
                "\(place.title) must not hold an element twice",
                place.prelude + [isArray, "count({item | some item in \(place.text)}) != count(\(place.text))"])
        }
        let first = schema.list(.prefixItems)
        for (index, element) in first.enumerated() {
            check(
                element,
                at: place.part("\(place.text)[\(index)]", path: "[\(index)]", where: [isArray]))
        }
        if let items = schema.part(.items) {
            if !items.admitsAnything {
                fail(
                    "\(place.title) must have at most \(first.count) elements",
                    place.prelude + [isArray, "count(\(place.text)) > \(first.count)"])
            } else {
                let (item, index) = (variable("item"), variable("index"))
                let lines =
                    first.isEmpty
                    ? ["some \(item) in \(place.text)"]
                    : ["some \(index), \(item) in \(place.text)", "\(index) >= \(first.count)"]
                check(items, at: place.part(item, path: "[]", where: [isArray] + lines))
            }
        }
        if let contains = schema.part(.contains) { checkContains(contains, of: schema, at: place) }
    }

    private mutating func checkContains(
        _ contains: ParameterSchema, of schema: ParameterSchema, at place: SchemaPlace
    ) {
        let (index, item) = (variable("index"), variable("item"))
        let element = place.part(item, path: "[]", where: [])
        let count: String
        switch lines(where: contains, fits: element) {
        case nil: count = "0"
        case .some(let tests):
            count =
                "count([\(index) | "
                + (["some \(index), \(item) in \(place.text)"] + tests).joined(separator: "; ") + "])"
        }
        let least = schema.minContains ?? 1
        if least > 0 {
            fail(
                "\(place.title) must hold at least \(least) of what `contains` asks for",
                place.prelude + ["is_array(\(place.text))", "\(count) < \(least)"])
        }
        if let most = schema.maxContains {
            fail(
                "\(place.title) must hold at most \(most) of what `contains` asks for",
                place.prelude + ["is_array(\(place.text))", "\(count) > \(most)"])
        }
    }
}

/// The rules for fragments (section 5.5).
extension GraphQL.Validator {
    func checkFragment(_ fragment: GraphQL.FragmentDefinition) throws(BuiltinError) {
        let condition = fragment.typeCondition
        if let definition = fragment.definition, !condition.isEmpty, !definition.isComposite {
            report(
                fragment.position,
                "Fragment \"\(fragment.name)\" cannot condition on non composite type \"\(condition)\".")
        }
        if fragment.definition == nil {
            let names = schema.types.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            let hint = try suggestion("Did you mean", condition, names)
            report(fragment.position, "Unknown type \"\(condition)\".\(hint)")
        }
        var path: [GraphQL.FragmentSpread] = []
        var starts: [String: Int] = [:]
        try checkCycles(fragment, &path, &starts)
        isPastFirstFragment = true
        if !usedFragments.contains(fragment.name) {
            report(fragment.position, "Fragment \"\(fragment.name)\" is never used.")
        }
        try checkOverlaps(fragment.selections)
        if !seenFragments.insert(fragment.name).inserted {
            report(fragment.position, "There can be only one fragment named \"\(fragment.name)\".")
        }
    }

    func checkInlineFragment(_ inline: GraphQL.InlineFragment) throws(BuiltinError) {
        let condition = inline.typeCondition
        let definition = type(condition)
        if let definition, !definition.isComposite {
            report(inline.position, "Fragment cannot condition on non composite type \"\(condition)\".")
        }
        if definition == nil && !condition.isEmpty {
            report(inline.position, "Unknown type \"\(condition)\".")
        }
        try checkOverlaps(inline.selections)
        if let parent = inline.parent, try !canBe(parent, condition) {
            report(
                inline.position,
                "Fragment cannot be spread here as objects of type \"\(parent.name)\" can never be of type "
                    + "\"\(condition)\".")
        }
    }

    func checkSpread(_ spread: GraphQL.FragmentSpread) throws(BuiltinError) {
        guard let fragment = spread.definition else {
            report(spread.position, "Unknown fragment \"\(spread.name)\".")
            return
        }
        if !isPastFirstFragment { usedFragments.insert(spread.name) }
        if let parent = spread.parent, try !canBe(parent, fragment.typeCondition) {
            report(
                spread.position,
                "Fragment \"\(spread.name)\" cannot be spread here as objects of type \"\(parent.name)\" can never "
                    + "be of type \"\(fragment.typeCondition)\".")
        }
    }

    /// Whether an object may be of both types; true where other rules judge.
    private func canBe(_ parent: GraphQL.TypeDefinition, _ condition: String) throws(BuiltinError) -> Bool {
        guard parent.isComposite, let type = type(condition), type.isComposite else { return true }
        let possible = parent.kind == .object ? [parent] : schema.possibleTypes(of: parent)
        let wanted = schema.possibleTypes(of: type)
        try budget.spend(possible.count + wanted.count)
        return !Set(possible.map(\.name)).isDisjoint(with: wanted.map(\.name))
    }

    private func checkCycles(
        _ fragment: GraphQL.FragmentDefinition, _ path: inout [GraphQL.FragmentSpread], _ starts: inout [String: Int]
    ) throws(BuiltinError) {
        guard cycleVisits.insert(fragment.name).inserted else { return }
        guard path.count <= GraphQL.depthLimit else {
            throw .failure("GraphQL document is nested more than \(GraphQL.depthLimit) levels deep")
        }
        starts[fragment.name] = path.count
        for spread in try spreads(in: fragment.selections) {
            try budget.spend()
            path.append(spread)
            if let start = starts[spread.name] {
                let names = path[start..<path.count - 1].map { "\"\($0.name)\"" }
                let via = names.isEmpty ? "" : " via \(names.joined(separator: ", "))"
                report(spread.position, "Cannot spread fragment \"\(spread.name)\" within itself\(via).")
            } else if let next = fragments[spread.name] {
                try checkCycles(next, &path, &starts)
            }
            path.removeLast()
        }
        starts[fragment.name] = nil
    }

    /// All spreads below, those of later and outer selections first.
    private func spreads(in selections: [GraphQL.Selection]) throws(BuiltinError) -> [GraphQL.FragmentSpread] {
        var result: [GraphQL.FragmentSpread] = []
        var pending = [selections]
        while let next = pending.popLast() {
            try budget.spend(1 + next.count)
            for selection in next {
                switch selection {
                case .spread(let spread): result.append(spread)
                case .field(let field): pending.append(field.selections)
                case .inline(let inline): pending.append(inline.selections)
                }
            }
        }
        return result
    }
}

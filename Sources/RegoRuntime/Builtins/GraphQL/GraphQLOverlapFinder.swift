extension GraphQL {
    /// Finds fields that answer under the same name but differ (section 5.3.2, `FieldsInSetCanMerge`). Fields within a
    /// selection set are compared with each other, then with those of every fragment that is spread in it, then the
    /// fragments with each other; and so on for the selection sets of fields that agree.
    final class OverlapFinder {
        /// The fields of a selection set by response name, inline fragments dissolved.
        struct FieldMap {
            var order: [String] = []
            var fields: [String: [Field]] = [:]
            var spreads: [FragmentSpread] = []

            func isSame(as other: FieldMap) -> Bool {
                order == other.order
                    && order.allSatisfy { name in
                        let (mine, theirs) = (fields[name] ?? [], other.fields[name] ?? [])
                        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0 === $1 }
                    }
            }
        }

        struct Conflict {
            let responseName: String
            var reason = ""
            var inner: [Conflict] = []
            let position: Position?

            var message: String {
                "Fields \"\(responseName)\" conflict because \(fullReason). Use different aliases on the fields to fetch "
                    + "both if this was intentional."
            }

            private var fullReason: String {
                if inner.isEmpty { return reason }
                return inner.map { "subfields \"\($0.responseName)\" conflict because \($0.fullReason)" }
                    .joined(separator: " and ")
            }
        }

        private struct Pair: Hashable {
            let first: String
            let second: String

            init(_ a: String, _ b: String) { (first, second) = a < b ? (a, b) : (b, a) }
        }

        private let schema: Schema
        private let budget: Budget
        /// The fragments that were compared, and whether only as parts of objects of different types.
        private var comparedPairs: [Pair: Bool] = [:]
        private var comparedFragments: Set<String> = []

        init(schema: Schema, budget: Budget) {
            self.schema = schema
            self.budget = budget
        }

        func conflicts(within selections: [Selection]) throws(BuiltinError) -> [Conflict] {
            if selections.isEmpty { return [] }
            var conflicts: [Conflict] = []
            let map = try fieldMap(selections)
            for name in map.order {
                let fields = map.fields[name] ?? []
                for (index, field) in fields.enumerated() {
                    for other in fields[(index + 1)...] { try compare(field, other, false, &conflicts) }
                }
            }
            comparedFragments = []
            for (index, spread) in map.spreads.enumerated() {
                try compare(map, with: spread, false, &conflicts)
                for other in map.spreads[(index + 1)...] { try compare(spread, with: other, false, &conflicts) }
            }
            return conflicts
        }

        private func fieldMap(_ selections: [Selection]) throws(BuiltinError) -> FieldMap {
            var map = FieldMap()
            try collect(selections, into: &map)
            return map
        }

        private func collect(_ selections: [Selection], into map: inout FieldMap) throws(BuiltinError) {
            try budget.spend(1 + selections.count)
            for selection in selections {
                switch selection {
                case .field(let field):
                    let name = field.responseName
                    if map.fields[name] == nil { map.order.append(name) }
                    map.fields[name, default: []].append(field)
                case .inline(let inline): try collect(inline.selections, into: &map)
                case .spread(let spread): map.spreads.append(spread)
                }
            }
        }

        /// Fields with a fragment and with those that it spreads.
        private func compare(
            _ map: FieldMap, with spread: FragmentSpread, _ areExclusive: Bool, _ conflicts: inout [Conflict]
        ) throws(BuiltinError) {
            guard comparedFragments.insert(spread.name).inserted, let fragment = spread.definition else { return }
            let other = try fieldMap(fragment.selections)
            if map.isSame(as: other) { return }
            try compare(map, with: other, areExclusive, &conflicts)
            try nested(&conflicts) { (conflicts) throws(BuiltinError) in
                for inner in other.spreads where inner.name != spread.name {
                    try compare(map, with: inner, areExclusive, &conflicts)
                }
            }
        }

        /// Two fragments, and those that they spread.
        private func compare(
            _ first: FragmentSpread, with second: FragmentSpread, _ areExclusive: Bool,
            _ conflicts: inout [Conflict]
        ) throws(BuiltinError) {
            if first.name == second.name { return }
            let pair = Pair(first.name, second.name)
            if let known = comparedPairs[pair], areExclusive || !known { return }
            comparedPairs[pair] = areExclusive
            guard let firstFragment = first.definition, let secondFragment = second.definition else { return }
            let firstMap = try fieldMap(firstFragment.selections)
            let secondMap = try fieldMap(secondFragment.selections)
            try compare(firstMap, with: secondMap, areExclusive, &conflicts)
            try nested(&conflicts) { (conflicts) throws(BuiltinError) in
                for inner in secondMap.spreads { try compare(first, with: inner, areExclusive, &conflicts) }
                for inner in firstMap.spreads { try compare(inner, with: second, areExclusive, &conflicts) }
            }
        }

        private func compare(
            _ first: FieldMap, with second: FieldMap, _ areExclusive: Bool, _ conflicts: inout [Conflict]
        ) throws(BuiltinError) {
            for name in first.order {
                guard let others = second.fields[name] else { continue }
                for field in first.fields[name] ?? [] {
                    for other in others { try compare(field, other, areExclusive, &conflicts) }
                }
            }
        }

        /// Two fields of the same response name.
        private func compare(
            _ first: Field, _ second: Field, _ areParentsExclusive: Bool, _ conflicts: inout [Conflict]
        ) throws(BuiltinError) {
            try budget.spend()
            guard let parent = first.parent, let otherParent = second.parent else { return }
            let areExclusive =
                areParentsExclusive
                || (parent.name != otherParent.name && parent.kind == .object && otherParent.kind == .object
                    && first.definition != nil && second.definition != nil)
            if let reason = difference(first, second, areExclusive) {
                conflicts.append(
                    Conflict(responseName: first.responseName, reason: reason, position: second.position))
                return
            }
            let inner = try self.conflicts(between: first.selections, and: second.selections, areExclusive)
            if inner.isEmpty { return }
            conflicts.append(Conflict(responseName: first.responseName, inner: inner, position: second.position))
        }

        private func difference(_ first: Field, _ second: Field, _ areExclusive: Bool) -> String? {
            if !areExclusive {
                if first.name != second.name {
                    return "\"\(first.name)\" and \"\(second.name)\" are different fields"
                }
                if !haveSameArguments(first, second) { return "they have differing arguments" }
            }
            guard let type = first.definition?.type, let other = second.definition?.type, differ(type, other) else {
                return nil
            }
            return "they return conflicting types \"\(type.text)\" and \"\(other.text)\""
        }

        private func conflicts(
            between first: [Selection], and second: [Selection], _ areExclusive: Bool
        ) throws(BuiltinError) -> [Conflict] {
            if first.isEmpty && second.isEmpty { return [] }
            var conflicts: [Conflict] = []
            let firstMap = try fieldMap(first)
            let secondMap = try fieldMap(second)
            try nested(&conflicts) { (conflicts) throws(BuiltinError) in
                try compare(firstMap, with: secondMap, areExclusive, &conflicts)
                for spread in secondMap.spreads {
                    comparedFragments = []
                    try compare(firstMap, with: spread, areExclusive, &conflicts)
                }
                for spread in firstMap.spreads {
                    comparedFragments = []
                    try compare(secondMap, with: spread, areExclusive, &conflicts)
                }
                for spread in firstMap.spreads {
                    for other in secondMap.spreads { try compare(spread, with: other, areExclusive, &conflicts) }
                }
            }
            return conflicts
        }

        /// Spreads can go around in circles, which this ends.
        private func nested(
            _ conflicts: inout [Conflict], _ body: (inout [Conflict]) throws(BuiltinError) -> Void
        ) throws(BuiltinError) {
            var more = conflicts
            conflicts = []
            try budget.nested { () throws(BuiltinError) in try body(&more) }
            conflicts = more
        }

        private func haveSameArguments(_ first: Field, _ second: Field) -> Bool {
            first.arguments.count == second.arguments.count
                && first.arguments.allSatisfy { argument in
                    second.arguments.contains {
                        $0.name == argument.name && $0.value.kind == argument.value.kind
                            && $0.value.raw.utf8.elementsEqual(argument.value.raw.utf8)
                    }
                }
        }

        private func differ(_ first: TypeReference, _ second: TypeReference) -> Bool {
            if let element = first.element, let other = second.element { return differ(element, other) }
            if first.element != nil || second.element != nil || first.isNonNull != second.isNonNull { return true }
            guard let type = schema.types[first.name], let other = schema.types[second.name] else { return false }
            return type.isLeaf && other.isLeaf && type.name != other.name
        }
    }
}

import RegoValues

/// A path over JSON: `$.memo`, `$['a b']`, `$.items[0]`, `$.items[*].text`, `$.*`, `$..note`, `$` for everything.
public struct JSONPathPattern: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        case member(String)
        case index(Int)
        case any
        /// Any depth, also none, before the next step.
        case descend
    }

    let steps: [Step]

    public init?(_ text: String) {
        var rest = text[...]
        guard rest.popFirst() == "$" else { return nil }
        var steps: [Step] = []
        while let mark = rest.popFirst() {
            switch mark {
            case ".":
                if rest.first == "." {
                    rest.removeFirst()
                    steps.append(.descend)
                    if rest.first == "[" { continue }
                }
                let name = rest.prefix { !".[]'\"".contains($0) }
                guard !name.isEmpty else { return nil }
                rest.removeFirst(name.count)
                steps.append(name == "*" ? .any : .member(String(name)))
            case "[":
                guard let step = JSONPathPattern.bracket(&rest) else { return nil }
                steps.append(step)
            default: return nil
            }
        }
        if case .descend? = steps.last { return nil }
        self.steps = steps
    }

    private static func bracket(_ rest: inout Substring) -> Step? {
        guard let first = rest.first else { return nil }
        if first == "'" || first == "\"" {
            rest.removeFirst()
            var name = ""
            while let character = rest.popFirst() {
                if character == "\\" {
                    guard let escaped = rest.popFirst() else { return nil }
                    name.append(escaped)
                } else if character == first {
                    return rest.popFirst() == "]" ? .member(name) : nil
                } else {
                    name.append(character)
                }
            }
            return nil
        }
        let inner = rest.prefix { $0 != "]" }
        rest.removeFirst(inner.count)
        guard rest.popFirst() == "]" else { return nil }
        if inner == "*" { return .any }
        return Int(inner).flatMap { $0 >= 0 ? .index($0) : nil }
    }

    /// The value with `change` applied to everything that the path names; memory is shared where nothing changed.
    /// `change` is told where it is.
    func rewrite(
        _ value: Value, heap: Heap, at location: inout JSONLocation,
        _ change: (Value, inout JSONLocation) -> Value
    ) -> Value {
        rewrite(value, steps[...], heap, &location, change)
    }

    private func rewrite(
        _ value: Value, _ steps: ArraySlice<Step>, _ heap: Heap, _ location: inout JSONLocation,
        _ change: (Value, inout JSONLocation) -> Value
    ) -> Value {
        guard let step = steps.first else { return change(value, &location) }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name):
            return value.mapMembers(heap, &location) { key, member, location in
                key.utf8.elementsEqual(name.utf8) ? rewrite(member, rest, heap, &location, change) : member
            }
        case .index(let wanted):
            return value.mapElements(heap, &location) { index, element, location in
                index == wanted ? rewrite(element, rest, heap, &location, change) : element
            }
        case .any:
            return value.mapChildren(heap, &location) { child, location in
                rewrite(child, rest, heap, &location, change)
            }
        case .descend:
            let here = rewrite(value, rest, heap, &location, change)
            return here.mapChildren(heap, &location) { child, location in
                rewrite(child, steps, heap, &location, change)
            }
        }
    }
}

extension Value {
    func mapChildren(
        _ heap: Heap, _ location: inout JSONLocation, _ change: (Value, inout JSONLocation) -> Value
    ) -> Value {
        switch kind {
        case .object: mapMembers(heap, &location) { _, member, location in change(member, &location) }
        case .array, .set: mapElements(heap, &location) { _, element, location in change(element, &location) }
        default: self
        }
    }

    func mapMembers(
        _ heap: Heap, _ location: inout JSONLocation, _ change: (Value, Value, inout JSONLocation) -> Value
    ) -> Value {
        guard kind == .object else { return self }
        var changed: [Entry]?
        for (place, entry) in entries.enumerated() {
            location.append(key: entry.key)
            let value = change(entry.key, entry.value, &location)
            location.removeLast()
            if !value.isSame(as: entry.value) {
                var copy = changed ?? Array(entries)
                copy[place] = Entry(key: entry.key, value: value)
                changed = copy
            }
        }
        return changed.map { heap.object($0) } ?? self
    }

    func mapElements(
        _ heap: Heap, _ location: inout JSONLocation, _ change: (Int, Value, inout JSONLocation) -> Value
    ) -> Value {
        guard kind == .array || kind == .set else { return self }
        var changed: [Value]?
        for (place, element) in elements.enumerated() {
            location.append(index: place)
            let value = change(place, element, &location)
            location.removeLast()
            if !value.isSame(as: element) {
                var copy = changed ?? Array(elements)
                copy[place] = value
                changed = copy
            }
        }
        return changed.map { heap.array($0) } ?? self
    }
}

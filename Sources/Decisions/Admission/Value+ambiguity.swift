import RegoValues

extension Value {
    /// What is wrong with the first value that two readers could take for two values, with its place; nil where all is
    /// well. Such are numbers that RFC 8785 cannot carry unchanged, minus zero among them, and texts with a null
    /// character, which end there for some programs.
    func firstAmbiguity() -> String? {
        var path = JSONLocation()
        return firstAmbiguity(&path)
    }

    private func firstAmbiguity(_ path: inout JSONLocation) -> String? {
        switch kind {
        case .number:
            return survivesCanonicalJSON
                ? nil : "the number at `\(path)` does not survive canonical JSON; send it as a string"
        case .string: return hasNull ? "the text at `\(path)` has a null character" : nil
        case .array, .set:
            for (index, element) in elements.enumerated() {
                path.append(index: index)
                if let found = element.firstAmbiguity(&path) { return found }
                path.removeLast()
            }
            return nil
        case .object:
            for entry in entries {
                if entry.key.hasNull { return "a name in `\(path)` has a null character" }
                path.append(key: entry.key)
                if let found = entry.value.firstAmbiguity(&path) { return found }
                path.removeLast()
            }
            return nil
        case .undefined, .null, .boolean: return nil
        }
    }

    private var hasNull: Bool { kind == .string && utf8.contains(0) }
}

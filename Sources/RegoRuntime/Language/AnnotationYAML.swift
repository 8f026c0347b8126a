internal import RegoSyntax
internal import Yams

/// Reads the YAML of metadata blocks as ground terms.
enum AnnotationYAML {
    /// Nil when the text is no YAML.
    static func term(_ yaml: String) -> Term? {
        guard YAMLAliases.first(in: yaml.utf8) == nil, let node = try? Yams.compose(yaml: yaml) else { return nil }
        return term(node)
    }

    /// With the places that the YAML gives to values.
    private static func term(_ node: Node) -> Term? {
        guard var term = placeless(node) else { return nil }
        if let mark = node.mark { term.location = SourceLocation(file: "", line: mark.line, column: mark.column) }
        return term
    }

    private static func placeless(_ node: Node) -> Term? {
        switch node {
        case .scalar(let scalar):
            return self.scalar(scalar)
        case .sequence(let sequence):
            let items = sequence.compactMap(term)
            return items.count == sequence.count ? Term(.array(items)) : nil
        case .mapping(let mapping):
            var entries: [ObjectEntry] = []
            for (key, value) in mapping {
                guard let key = key.string, let value = term(value) else { return nil }
                entries.append(ObjectEntry(key: Term(.string(key)), value: value))
            }
            return Term(.object(entries))
        default:
            return nil
        }
    }

    private static func scalar(_ scalar: Node.Scalar) -> Term {
        let text = scalar.string
        guard scalar.style == .plain || scalar.style == .any else { return Term(.string(text)) }
        switch text {
        case "", "~", "null", "Null", "NULL": return Term(.null)
        case "true", "True", "TRUE": return Term(.boolean(true))
        case "false", "False", "FALSE": return Term(.boolean(false))
        default:
            let isNumber = Int64(text) != nil || (Double(text)?.isFinite ?? false)
            let startsAsOne = text.utf8.first.map { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") } ?? false
            return isNumber && startsAsOne ? Term(.number(text)) : Term(.string(text))
        }
    }
}

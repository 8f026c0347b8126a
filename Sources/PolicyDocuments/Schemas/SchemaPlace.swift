/// A value that a schema speaks about, as the generated Rego reaches it.
struct SchemaPlace {
    /// The Rego that reads it: a ref, or a variable.
    var text: String
    /// How messages call it: `items[].price`; empty for all parameters.
    var path: String
    /// What must hold before it is read.
    var prelude: [String] = []
    /// How many steps it stands below the value that the function was called with.
    var level: Int
    /// Whether its presence and type were looked at already.
    var isTyped = false

    /// The member `name`, where the value is an object.
    func member(_ name: String) -> SchemaPlace {
        SchemaPlace(
            text: RegoText.member(name, of: text), path: path.isEmpty ? name : "\(path).\(name)",
            prelude: adding("is_object(\(text))"), level: level + 1)
    }

    /// Each part that `lines` name `variable`.
    func part(_ variable: String, path suffix: String, where lines: [String]) -> SchemaPlace {
        let suffix = path.isEmpty && suffix.hasPrefix(".") ? String(suffix.dropFirst()) : suffix
        return SchemaPlace(text: variable, path: path + suffix, prelude: prelude + lines, level: level + 1)
    }

    /// The names of its members, each as `variable`.
    func names(_ variable: String) -> SchemaPlace {
        SchemaPlace(
            text: variable, path: path.isEmpty ? "parameter names" : "names in \(path)",
            prelude: prelude + ["is_object(\(text))", "some \(variable), _ in \(text)"], level: level + 1)
    }

    func requiring(_ lines: [String]) -> SchemaPlace {
        var place = self
        place.prelude += lines
        return place
    }

    private func adding(_ line: String) -> [String] {
        // The parameters as a whole are an object: a guard of its own sees to that.
        prelude.contains(line) || text == "input.params" ? prelude : prelude + [line]
    }
}

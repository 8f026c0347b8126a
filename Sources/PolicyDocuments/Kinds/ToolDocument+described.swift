extension ToolDocument {
    /// A parameter that the tool's schema declares at its top.
    package struct DescribedParameter: Sendable {
        package let name: String
        /// Nil where the schema leaves it open.
        package let type: String?
        /// Whether conditions may name it: it is required, or has a default.
        package let canBeNamed: Bool
        package let isSensitive: Bool
    }

    /// In the order of the schema; those of composed schemas are left out.
    package var describedParameters: [DescribedParameter] {
        let schema = header.node[name: "parameters"]
        let required = Set(schema?[name: "required"]?.strings.map(\.value) ?? [])
        let sensitive = (header.node[name: "sensitive"]?.strings ?? []).compactMap { JSONPath($0.value)?.steps.first }
        return (schema?[name: "properties"]?.entries ?? []).map { entry in
            var type = entry.value[name: "type"]?.string
            // An enum of texts is text, whether it says so or not.
            if type == nil, let values = entry.value[name: "enum"]?.elements, values.allSatisfy({ $0.string != nil }) {
                type = "string"
            }
            return DescribedParameter(
                name: entry.key, type: type,
                canBeNamed: required.contains(entry.key) || entry.value[name: "default"] != nil,
                isSensitive: sensitive.contains(.member(entry.key)) || sensitive.contains(.every)
                    || header.node[name: "sensitive"]?.strings.contains { $0.value == "$" } == true)
        }
    }
}

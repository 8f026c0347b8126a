import RegoValues

/// Reads optional fields by type. `null` counts as absent; another type is an error, never absent.
struct FieldReader {
    let limits: AdmissionLimits

    /// The object of a body whose fields are all known.
    func root(_ json: [UInt8], in heap: Heap, fields: Set<String>) throws(AdmissionError) -> Value {
        let root = try heap.admit(json, limits: limits)
        guard root.kind == .object else { throw .malformed("the body is not a JSON object") }
        for entry in root.entries {
            guard let field = entry.key.string, fields.contains(field) else {
                throw .malformed("the body has an unknown field; known are \(fields.sorted().joined(separator: ", "))")
            }
        }
        return root
    }

    /// The agent that the body claims to be.
    func claimedAgent(_ root: Value) throws(AdmissionError) -> String? {
        guard let agent = try object(root, "agent") else { return nil }
        guard let id = try name(agent, "id", in: "agent.") else { throw .malformed("`agent.id` is missing") }
        return id
    }

    func object(_ parent: Value, _ name: StaticString) throws(AdmissionError) -> Value? {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return nil
        case .object: return value
        default: throw .malformed("`\(name)` is not an object")
        }
    }

    func text(_ parent: Value, _ name: StaticString, in place: String = "") throws(AdmissionError) -> String? {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return nil
        case .string: return value.string
        default: throw .malformed("`\(place)\(name)` is not a string")
        }
    }

    /// A text that is not empty, not long, and has no control characters.
    func name(_ parent: Value, _ name: StaticString, in place: String = "") throws(AdmissionError) -> String? {
        guard let text = try text(parent, name, in: place) else { return nil }
        guard !text.isEmpty, text.utf8.count <= limits.nameLength, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else {
            throw .malformed(
                "`\(place)\(name)` is empty, has control characters, or is over \(limits.nameLength) bytes")
        }
        return text
    }

    func boolean(_ parent: Value, _ name: StaticString) throws(AdmissionError) -> Bool {
        let value = parent.lookup(name)
        switch value.kind {
        case .undefined, .null: return false
        case .boolean: return value == .true
        default: throw .malformed("`\(name)` is not a boolean")
        }
    }
}

internal import RegoSyntax
internal import RegoValues

/// What one rule's annotations say about the types of documents.
struct SchemaScope {
    /// One line of `schemas`: the place of a document and the schema's type.
    struct Statement {
        enum Root { case input, data }

        var root: Root
        var path: [GroundKey]
        var type: BuiltinType
    }

    private(set) var input: BuiltinType = .any
    private var data: [(path: [GroundKey], type: BuiltinType)] = []

    init(input: BuiltinType?, statements: [Statement]) {
        if let input { self.input = input }
        for statement in statements {
            switch statement.root {
            case .input: self.input = Self.replace(statement.path[...], in: self.input, by: statement.type)
            case .data: put(statement)
            }
        }
    }

    /// Schemas further down change those above them in place.
    private mutating func put(_ statement: Statement) {
        if let index = data.lastIndex(where: { statement.path.starts(with: $0.path) }) {
            let below = statement.path[data[index].path.count...]
            data[index].type = Self.replace(below, in: data[index].type, by: statement.type)
        } else {
            data.append((statement.path, statement.type))
        }
    }

    /// The type of the document that the constant start of `path` leads to, and how many steps that takes.
    func type(ofData path: [CoreTerm]) -> (type: BuiltinType, steps: Int)? {
        for (known, type) in data where known.count <= path.count {
            let matches = zip(known, path).allSatisfy { key, step in
                if case .constant(let term) = step { return GroundKey(term) == key }
                return false
            }
            if matches { return (type, known.count) }
        }
        return nil
    }

    /// The type with what is at `path` replaced; the members around it stay.
    private static func replace(
        _ path: ArraySlice<GroundKey>, in type: BuiltinType, by new: BuiltinType
    ) -> BuiltinType {
        guard let step = path.first else { return new }
        guard case .string(let name) = step else { return type }
        var members: [BuiltinType.Member] = []
        var others: BuiltinType.OtherMembers? = BuiltinType.OtherMembers(key: .any, value: .any)
        if case .object(let fixed, let rest) = type { (members, others) = (fixed, rest) }
        let index = members.firstIndex { $0.key == name }
        let inner = replace(path.dropFirst(), in: index.map { members[$0].type } ?? .any, by: new)
        let member = BuiltinType.Member(key: name, type: inner)
        if let index { members[index] = member } else { members.append(member) }
        return .object(fixed: members.sorted { $0.key < $1.key }, others: others)
    }
}

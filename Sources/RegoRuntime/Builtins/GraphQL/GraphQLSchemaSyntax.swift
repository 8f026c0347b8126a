/// The syntax tree of type system documents (section 3).
extension GraphQL {
    /// The comments that a definition keeps.
    struct DefinitionComments {
        var beforeDescription: Comments = []
        var afterDescription: Comments = []
        /// Those before the closing brace.
        var end: Comments = []
    }

    final class TypeDefinition {
        enum Kind: String {
            case scalar = "SCALAR"
            case object = "OBJECT"
            case interface = "INTERFACE"
            case union = "UNION"
            case enumeration = "ENUM"
            case inputObject = "INPUT_OBJECT"
        }

        var kind = Kind.scalar
        var description = ""
        var name = ""
        var directives: [Directive] = []
        var interfaces: [String] = []
        var fields: [FieldDefinition] = []
        var types: [String] = []
        var values: [EnumValueDefinition] = []
        var isBuiltIn = false
        var position: Position?
        var comments = DefinitionComments()

        var isLeaf: Bool { kind == .enumeration || kind == .scalar }
        var isAbstract: Bool { kind == .interface || kind == .union }
        var isComposite: Bool { kind == .object || isAbstract }
        var isInput: Bool { isLeaf || kind == .inputObject }

        func field(_ name: String) -> FieldDefinition? { fields.first { $0.name == name } }
    }

    /// A field of a type, or an argument of a field or directive.
    final class FieldDefinition {
        var description = ""
        var name = ""
        var arguments: [FieldDefinition] = []
        var defaultValue: Literal?
        var type = TypeReference(name: "", isNonNull: false)
        var directives: [Directive] = []
        var position: Position?
        var comments = DefinitionComments()

        var isRequired: Bool { type.isNonNull && defaultValue == nil }
        var hasDefault: Bool { defaultValue.map { $0.kind != .null } ?? false }

        func argument(_ name: String) -> FieldDefinition? { arguments.first { $0.name == name } }
    }

    final class EnumValueDefinition {
        var description = ""
        var name = ""
        var directives: [Directive] = []
        var position: Position?
        var comments = DefinitionComments()
    }

    final class DirectiveDefinition {
        var description = ""
        var name = ""
        var arguments: [FieldDefinition] = []
        var locations: [String] = []
        var isRepeatable = false
        var position: Position?
        var comments = DefinitionComments()
    }

    struct OperationType {
        var operation: String
        var type: String
        var position: Position?
        var comments: Comments = []
    }

    final class SchemaDefinition {
        var description = ""
        var directives: [Directive] = []
        var operationTypes: [OperationType] = []
        var position: Position?
        var comments = DefinitionComments()
    }

    struct SchemaDocument {
        var schema: [SchemaDefinition] = []
        var schemaExtensions: [SchemaDefinition] = []
        var directives: [DirectiveDefinition] = []
        var definitions: [TypeDefinition] = []
        var extensions: [TypeDefinition] = []
        var comments: Comments = []
    }
}

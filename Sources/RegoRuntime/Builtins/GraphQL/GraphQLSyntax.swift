/// The syntax tree of queries. Nodes are classes: validation compares them by identity and notes on them what it finds.
extension GraphQL {
    /// The comments before a node, each with its `#`.
    typealias Comments = [String]

    final class TypeReference {
        /// Empty for a list.
        let name: String
        let element: TypeReference?
        let isNonNull: Bool
        let position: Position?

        init(name: String, element: TypeReference? = nil, isNonNull: Bool, position: Position? = nil) {
            self.name = name
            self.element = element
            self.isNonNull = isNonNull
            self.position = position
        }

        /// The named type inside of all lists.
        var innermost: String { element?.innermost ?? name }

        var text: String { (element.map { "[\($0.text)]" } ?? name) + (isNonNull ? "!" : "") }

        var nullable: TypeReference {
            TypeReference(name: name, element: element, isNonNull: false, position: position)
        }

        /// Whether a variable of this type may stand where `other` is expected.
        func isCompatible(with other: TypeReference) -> Bool {
            guard name == other.name else { return false }
            if let element {
                guard let otherElement = other.element, element.isCompatible(with: otherElement) else { return false }
            }
            return !other.isNonNull || isNonNull
        }
    }

    final class Literal {
        enum Kind: Int {
            case variable, integer, float, string, block, boolean, null, enumeration, list, object
        }

        struct Child {
            /// Empty in a list.
            var name = ""
            var value: Literal
            var position: Position?
            var comments: Comments = []
        }

        let kind: Kind
        let raw: String
        let children: [Child]
        let position: Position?
        let comments: Comments
        // What validation finds.
        var expectedTypeHasDefault = false
        var expectedType: TypeReference?
        var definition: TypeDefinition?
        var variable: VariableDefinition?

        init(
            _ kind: Kind, _ raw: String, children: [Child] = [], position: Position? = nil, comments: Comments = []
        ) {
            self.kind = kind
            self.raw = raw
            self.children = children
            self.position = position
            self.comments = comments
        }
    }

    struct Argument {
        var name: String
        var value: Literal
        var position: Position?
        var comments: Comments = []
    }

    final class Directive {
        let name: String
        let arguments: [Argument]
        var location: String
        let position: Position?
        var definition: DirectiveDefinition?

        init(name: String, arguments: [Argument], location: String = "", position: Position? = nil) {
            self.name = name
            self.arguments = arguments
            self.location = location
            self.position = position
        }
    }

    enum Selection {
        case field(Field)
        case spread(FragmentSpread)
        case inline(InlineFragment)
    }

    final class Field {
        var alias = ""
        var name = ""
        var arguments: [Argument] = []
        var directives: [Directive] = []
        var selections: [Selection] = []
        var position: Position?
        var comments: Comments = []
        var definition: FieldDefinition?
        var parent: TypeDefinition?

        /// The key of the field in the answer.
        var responseName: String { alias.isEmpty ? name : alias }
    }

    final class FragmentSpread {
        var name = ""
        var directives: [Directive] = []
        var position: Position?
        var comments: Comments = []
        var definition: FragmentDefinition?
        var parent: TypeDefinition?
    }

    final class InlineFragment {
        var typeCondition = ""
        var directives: [Directive] = []
        var selections: [Selection] = []
        var position: Position?
        var comments: Comments = []
        var parent: TypeDefinition?
    }

    final class VariableDefinition {
        var name = ""
        var type = TypeReference(name: "", isNonNull: false)
        var defaultValue: Literal?
        var directives: [Directive] = []
        var position: Position?
        var comments: Comments = []
        var definition: TypeDefinition?
        var isUsed = false
    }

    final class Operation {
        var kind = "query"
        var name = ""
        var variables: [VariableDefinition] = []
        var directives: [Directive] = []
        var selections: [Selection] = []
        var position: Position?
        var comments: Comments = []
    }

    final class FragmentDefinition {
        var name = ""
        var variables: [VariableDefinition] = []
        var typeCondition = ""
        var directives: [Directive] = []
        var selections: [Selection] = []
        var position: Position?
        var comments: Comments = []
        var definition: TypeDefinition?
    }

    struct QueryDocument {
        var operations: [Operation] = []
        var fragments: [FragmentDefinition] = []
        var comments: Comments = []

        func fragment(_ name: String) -> FragmentDefinition? { fragments.first { $0.name == name } }
    }
}

internal import RegoSyntax

/// One rule, or one body of a rule that has several, with its `else` branches.
final class CoreRule {
    enum Kind { case function, complete, partialSet, partialObject }

    struct Branch {
        var body: [CoreExpr]
        var value: CoreTerm
        var location: SourceLocation
    }

    var kind: Kind
    var isDefault: Bool
    /// The ground start of the rule's path below `data`, its package included.
    var path: [GroundKey]
    /// What follows of the path from its first variable on.
    var suffix: [CoreTerm]
    var arguments: [CoreTerm]
    /// The rule's own body, then its `else` branches. A partial set has its element as value.
    var branches: [Branch]
    var variables: VariableTable
    var module: Int
    var location: SourceLocation
    /// Where key conflicts are reported.
    var headLocation: SourceLocation
    /// What annotations say of the types of documents in this rule.
    var schemas = SchemaScope(input: nil, statements: [])

    init(
        kind: Kind, isDefault: Bool, path: [GroundKey], suffix: [CoreTerm], arguments: [CoreTerm],
        branches: [Branch], variables: VariableTable, module: Int, location: SourceLocation,
        headLocation: SourceLocation
    ) {
        self.kind = kind
        self.isDefault = isDefault
        self.path = path
        self.suffix = suffix
        self.arguments = arguments
        self.branches = branches
        self.variables = variables
        self.module = module
        self.location = location
        self.headLocation = headLocation
    }
}

internal import RegoSyntax

// The resolved form of a rule: names are variable numbers, documents or functions; calls and nested references stand
// in expressions of their own, so that the arguments of a call and the steps of a reference are constants, variables
// or composites of these.

/// A variable of one rule (or query); an index into its `VariableTable`.
typealias Variable = Int

/// The variables of one rule or query.
struct VariableTable {
    struct Entry {
        /// As written, or nil for one that lowering made up.
        var name: String?
        var location: SourceLocation
    }

    private(set) var entries: [Entry] = []

    mutating func add(_ name: String?, _ location: SourceLocation) -> Variable {
        entries.append(Entry(name: name, location: location))
        return entries.count - 1
    }
}

indirect enum CoreTerm {
    /// A ground term without references: scalars and composites of them.
    case constant(Term)
    case variable(Variable)
    case reference(CoreReference)
    case array([CoreTerm])
    case object([CoreEntry])
    case set([CoreTerm])
    case comprehension(CoreComprehension)
    /// A function named as a `with` value.
    case function(FunctionName)
}

struct CoreEntry {
    var key: CoreTerm
    var value: CoreTerm
}

struct CoreReference {
    enum Head {
        case input
        case data
        case variable(Variable)
    }

    var head: Head
    var path: [CoreTerm]
    var location: SourceLocation
}

struct CoreComprehension {
    enum Kind { case array, set, object }

    var kind: Kind
    /// Key of an object comprehension.
    var key: CoreTerm?
    var value: CoreTerm
    var body: [CoreExpr]
    var location: SourceLocation
}

/// What a call names.
enum FunctionName: Hashable {
    case builtin(String)
    /// The path below `data`.
    case rule([GroundKey])
}

struct CoreWith {
    enum Target {
        case input([GroundKey])
        /// The path below `data`.
        case data([GroundKey])
        case function(FunctionName)
    }

    var target: Target
    var value: CoreTerm
    var location: SourceLocation
}

struct CoreExpr {
    enum Kind {
        /// Holds when defined and not `false`.
        case term(CoreTerm)
        case unify(CoreTerm, CoreTerm)
        /// With `result`, the call's value is unified with it; without, the call must be defined and not `false`.
        case call(FunctionName, [CoreTerm], result: CoreTerm?)
        case every(key: Variable?, value: Variable, domain: CoreTerm, body: [CoreExpr])
    }

    var kind: Kind
    var isNegated = false
    var withs: [CoreWith] = []
    var location: SourceLocation
    /// Whether lowering made it up.
    var isGenerated = false
}

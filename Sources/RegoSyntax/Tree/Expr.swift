/// One line of a body.
public struct Expr: Sendable, Equatable {
    public indirect enum Kind: Sendable, Equatable {
        /// Holds when the term is defined and not `false`.
        case term(Term)
        /// A call as a statement, infix ones too: `x := 1` is `assign(x, 1)`. A call may have one argument more than
        /// its function takes; that one is unified with the result.
        case call(Call)
        case some(SomeDeclaration)
        case every(Every)
    }

    public var kind: Kind
    public var isNegated: Bool
    public var withs: [With]
    public var location: SourceLocation

    public init(_ kind: Kind, isNegated: Bool = false, withs: [With] = [], location: SourceLocation = .none) {
        self.kind = kind
        self.isNegated = isNegated
        self.withs = withs
        self.location = location
    }

    public static func == (a: Expr, b: Expr) -> Bool {
        a.isNegated == b.isNegated && a.kind == b.kind && a.withs == b.withs
    }
}

/// `some x, y` or `some k, v in xs`
public struct SomeDeclaration: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Variable terms.
        case variables([Term])
        /// Any terms for `key` and `value`; their variables are declared by this.
        case membership(key: Term?, value: Term, collection: Term)
    }

    public var kind: Kind
    public var location: SourceLocation

    public init(_ kind: Kind, location: SourceLocation = .none) {
        self.kind = kind
        self.location = location
    }

    public static func == (a: SomeDeclaration, b: SomeDeclaration) -> Bool { a.kind == b.kind }
}

/// `every k, v in xs { body }`; `key` and `value` are variable terms.
public struct Every: Sendable, Equatable {
    public var key: Term?
    public var value: Term
    public var collection: Term
    public var body: Body
    public var location: SourceLocation

    public init(key: Term? = nil, value: Term, collection: Term, body: Body, location: SourceLocation = .none) {
        self.key = key
        self.value = value
        self.collection = collection
        self.body = body
        self.location = location
    }

    public static func == (a: Every, b: Every) -> Bool {
        a.key == b.key && a.value == b.value && a.collection == b.collection && a.body == b.body
    }
}

/// `with target as value`; the target is a ref or a variable term.
public struct With: Sendable, Equatable {
    public var target: Term
    public var value: Term
    public var location: SourceLocation

    public init(target: Term, value: Term, location: SourceLocation = .none) {
        self.target = target
        self.value = value
        self.location = location
    }

    public static func == (a: With, b: With) -> Bool { a.target == b.target && a.value == b.value }
}

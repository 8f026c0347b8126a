/// A value or a piece of one as written. Equality is structural: places do not count, strings compare by their bytes.
public struct Term: Sendable {
    public indirect enum Kind: Sendable {
        case null
        case boolean(Bool)
        /// The literal's digits as written, with a leading `-` if negative: `1e3`, `-0.50`. `.5` comes as `0.5`.
        case number(String)
        case string(String)
        /// A name; `_` comes as `$0`, `$1`, …, unique in its module.
        case variable(String)
        /// At least two terms; a lone name is a `.variable`.
        case ref(Ref)
        case array([Term])
        case object([ObjectEntry])
        case set([Term])
        case call(Call)
        /// `[ head | body ]`
        case arrayComprehension(Term, Body)
        /// `{ head | body }`
        case setComprehension(Term, Body)
        /// `{ key: value | body }`
        case objectComprehension(ObjectEntry, Body)
        /// `$"…{x}…"`
        case templateString(TemplateString)
    }

    public var kind: Kind
    public var location: SourceLocation

    public init(_ kind: Kind, location: SourceLocation = .none) {
        self.kind = kind
        self.location = location
    }
}

public struct ObjectEntry: Sendable, Equatable {
    public var key: Term
    public var value: Term

    public init(key: Term, value: Term) {
        self.key = key
        self.value = value
    }
}

/// `head.a["b"][c]` as terms: the head (a variable, call, array, object, set or comprehension), then a term for each
/// step. `.a` and `["a"]` are both the string term `"a"`.
public struct Ref: Sendable, Equatable {
    public var terms: [Term]

    public init(_ terms: [Term]) {
        self.terms = terms
    }
}

/// A function's name with its arguments. Infix operators are calls of one-segment names: `eq` (`=`), `assign` (`:=`),
/// `equal` (`==`), `neq`, `lt`, `lte`, `gt`, `gte`, `plus`, `minus`, `mul`, `div`, `rem`, `and` (`&`), `or` (`|`);
/// `x in xs` is `internal.member_2(x, xs)` and `k, v in xs` is `internal.member_3(k, v, xs)`.
public struct Call: Sendable, Equatable {
    /// The function's path: a variable term, then string terms. A lone name is one term.
    public var function: Ref
    public var arguments: [Term]
    public var location: SourceLocation

    public init(function: Ref, arguments: [Term], location: SourceLocation = .none) {
        self.function = function
        self.arguments = arguments
        self.location = location
    }

    public static func == (a: Call, b: Call) -> Bool { a.function == b.function && a.arguments == b.arguments }
}

/// `$"text {expression} text"`; raw ones stand in backticks.
public struct TemplateString: Sendable {
    public enum Part: Sendable {
        case text(String)
        case expression(Expr)
    }

    public var parts: [Part]
    public var isRaw: Bool

    public init(parts: [Part], isRaw: Bool = false) {
        self.parts = parts
        self.isRaw = isRaw
    }
}

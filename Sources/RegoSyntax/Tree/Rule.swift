/// One rule with its `else` branches. Chained bodies (`p if { … } { … }`) come as one rule for each body.
public struct Rule: Sendable, Equatable {
    public var isDefault: Bool
    public var head: RuleHead
    /// Empty when none was written: the rule then holds always.
    public var body: Body
    /// `else` branches in order; those of functions share the head's arguments.
    public var elseBranches: [ElseBranch]
    public var annotations: [Annotation]
    public var location: SourceLocation

    public init(
        isDefault: Bool = false, head: RuleHead, body: Body = [], elseBranches: [ElseBranch] = [],
        annotations: [Annotation] = [], location: SourceLocation = .none
    ) {
        self.isDefault = isDefault
        self.head = head
        self.body = body
        self.elseBranches = elseBranches
        self.annotations = annotations
        self.location = location
    }

    public static func == (a: Rule, b: Rule) -> Bool {
        a.isDefault == b.isDefault && a.head == b.head && a.body == b.body && a.elseBranches == b.elseBranches
    }
}

/// Expressions that must all hold, in the order they were written.
public typealias Body = [Expr]

/// What stands before `if`:
///
///     p                p := 1           p.q[x] := y      p contains x      f(a, b) := c
public struct RuleHead: Sendable, Equatable {
    /// The rule's path below its package: first a variable term with the name, then string terms for `.q` and any
    /// term for `[x]`. `p contains x` has `p` here.
    public var reference: Ref
    /// Nil for rules that are no function; `f()` has an empty list.
    public var arguments: [Term]?
    /// The element of a `contains` rule; nil for all others.
    public var key: Term?
    /// Nil when none was written; it then means `true` (and nothing for `contains`).
    public var value: Term?
    /// Whether the value came with `:=` and not `=`.
    public var isAssign: Bool
    public var location: SourceLocation

    public init(
        reference: Ref, arguments: [Term]? = nil, key: Term? = nil, value: Term? = nil, isAssign: Bool = false,
        location: SourceLocation = .none
    ) {
        self.reference = reference
        self.arguments = arguments
        self.key = key
        self.value = value
        self.isAssign = isAssign
        self.location = location
    }

    public static func == (a: RuleHead, b: RuleHead) -> Bool {
        a.reference == b.reference && a.arguments == b.arguments && a.key == b.key && a.value == b.value
            && a.isAssign == b.isAssign
    }
}

/// `else := value if { body }`
public struct ElseBranch: Sendable, Equatable {
    /// Nil when none was written; it then means `true`.
    public var value: Term?
    public var isAssign: Bool
    /// Empty when none was written.
    public var body: Body
    public var location: SourceLocation

    public init(value: Term? = nil, isAssign: Bool = false, body: Body = [], location: SourceLocation = .none) {
        self.value = value
        self.isAssign = isAssign
        self.body = body
        self.location = location
    }

    public static func == (a: ElseBranch, b: ElseBranch) -> Bool {
        a.value == b.value && a.isAssign == b.isAssign && a.body == b.body
    }
}

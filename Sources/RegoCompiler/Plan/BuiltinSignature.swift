/// What the compiler has to know of a builtin function.
public struct BuiltinSignature: Sendable {
    public var name: String
    public var arity: Int
    /// The position in the runtime's table; the plan's calls name it.
    public var index: Int
    /// Calls yield every element of the result, as `walk` does.
    public var isRelation: Bool
    /// Returns nothing, as `print` does.
    public var isVoid: Bool
    /// Same arguments, same result within an evaluation, and no effect: calls on constants may be folded.
    public var isPure: Bool

    public init(
        name: String, arity: Int, index: Int, isRelation: Bool = false, isVoid: Bool = false, isPure: Bool = true
    ) {
        self.name = name
        self.arity = arity
        self.index = index
        self.isRelation = isRelation
        self.isVoid = isVoid
        self.isPure = isPure
    }
}

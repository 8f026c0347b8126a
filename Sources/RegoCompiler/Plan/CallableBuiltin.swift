public import RegoValues

/// A builtin that the runtime has, and its place in the runtime's table.
public struct CallableBuiltin: Sendable {
    public var signature: BuiltinSignature
    public var index: Int

    public init(signature: BuiltinSignature, index: Int) {
        self.signature = signature
        self.index = index
    }

    var arity: Int { signature.arity }
    var isRelation: Bool { signature.isRelation }
    var isVoid: Bool { signature.result == nil }
}

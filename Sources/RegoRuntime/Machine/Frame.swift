internal import RegoValues

/// A call that is under way: what to do when it returns.
struct Frame: BitwiseCopyable {
    var returnTo: Int32
    var fail: Int32
    var target: Int32
    /// How far the caller's registers are below.
    var shift: Int32
    /// Where the result is kept: a rule's place, -1 for nowhere, or -2 - the function's number by its arguments.
    var memo: Int32
    /// Whether replacements that the call suspended come back.
    var restores: Bool
}

/// What a replaceable function yields at the moment.
struct ActiveReplacement {
    enum Kind { case none, value, function, builtin }

    var kind = Kind.none
    var value = Value.undefined
    var index: Int32 = 0
}

/// What `with` changes, to be put back at its end.
struct ReplacementState {
    var input: Value
    var data: Value
    var memo: MemoTable
    var overrides: [Int32]
    var replacements: [ActiveReplacement]
    var scope: UInt64
}

/// The part of a machine's state that its loop works on all the time.
struct HotState {
    var collector = Collector()
    var stepsLeft = 0
    var input = Value.undefined
    var data = Value.undefined
    var memoValues: UnsafeMutablePointer<Value>
    var memoStates: UnsafeMutablePointer<UInt8>
    var results = FunctionResultTable()
}

/// What the machine can do. `a` is the destination unless said otherwise; `fail` is where it goes on when the
/// operation yields nothing (or, for jumps, where it jumps).
@frozen
public enum Opcode: UInt16, Sendable, BitwiseCopyable {
    /// a = b
    case move
    /// a = the input, or with b = 1 the data; fails when there is none.
    case loadDocument
    /// a = b[c]; fails when there is none.
    case lookup
    /// a = input[c]; fails when there is none.
    case lookupInput
    /// a = b[c][d]; fails when there is none.
    case lookupPair
    /// a = input[c][d]; fails when there is none.
    case lookupInputPair
    /// a = b[c], possibly undefined.
    case lookupOptional
    /// Fails unless b is defined and not `false`.
    case checkTrue
    /// Fails when b is undefined.
    case checkDefined
    /// Fails unless b == c.
    case checkEqual
    /// Fails unless b `x` c (`Comparison`).
    case checkCompare
    /// a = b `x` c (`Comparison`)
    case compare
    /// a, a + 1, ... = the elements of b; fails unless b is an array of d elements.
    case unpackArray
    /// Fails unless b is an object of d members.
    case checkObject
    case jump
    case jumpIfDefined
    case jumpIfUndefined
    /// Fails unless b is an array, an object or a set.
    case checkCollection
    /// Starts an iteration a over b and takes its first step, as the `scanNext` that stands behind it would.
    case scanStart
    /// Steps the iteration a over b: key to c, value to d. Fails at the end, and at once when b is no collection.
    case scanNext
    /// a = [registers b ..< b + d]
    case makeArray
    case makeSet
    /// a = object of d key and value pairs from register b on; equal keys with different values are a conflict.
    case makeObject
    /// a = object of the keys in the constant array c, which are sorted and unique, and the values from register b on.
    case makeRecord
    /// Opens a list on the machine's collector.
    case collectBegin
    /// Adds b to it and jumps.
    case collectPush
    /// Adds the member b: c and jumps.
    case collectPushPair
    /// Adds a leaf at the path of d registers from c on, the value b or with x = 1 the set element b, and jumps.
    case collectPushPath
    /// a = what was collected since the matching `collectBegin`.
    case collectEndArray
    case collectEndSet
    case collectEndObject
    case collectEndTree
    /// a = an object from each key to the array (with x = 1, the set) of the values that were collected with it.
    case collectEndGroups
    /// As `collectEndObject`, with the members of b that have no such key.
    case collectEndExtent
    /// Calls the plan's function b with d arguments from register c on; fails when undefined.
    case call
    /// Calls the builtin b with d arguments from register c on; fails when undefined.
    case callBuiltin
    /// Calls through the replaceable function b.
    case callReplaceable
    /// Returns b, which may be undefined.
    case returnValue
    /// Makes b the result a; a different earlier result is a conflict. x = 1 in functions.
    case mergeResult
    /// a = b `x` c (`Arithmetic`); falls back to the builtin d.
    case arithmetic
    /// Fails unless c holds b.
    case checkMember
    /// a = the number of b's elements; falls back to the builtin d.
    case count
    /// a, a + 1 = the bodies that the index b lets through; c is the first argument's register.
    case indexStart
    /// Goes to the next of these bodies; fails after the last.
    case indexNext
    /// Opens a scope in which documents and functions are replaced.
    case withBegin
    /// Puts c at the path b (an array) of the input.
    case withInput
    /// Puts c at the path b (an array) of the data; d is the override's number.
    case withData
    /// Makes c what the replaceable function b yields; x says what c is (`Replacement`).
    case withFunction
    case withEnd
    /// Jumps to `fail` while the override b is in force.
    case jumpIfOverridden
    /// a, a + 1 = the document tree's node b and its base document c.
    case cursorStart
    /// a, a + 1 = the step c below the cursor b, b + 1; fails when there is nothing.
    case cursorStep
    /// a = the keys below the cursor b, b + 1, as an array.
    case cursorKeys
    /// a = the whole document at the cursor b, b + 1.
    case cursorValue
    /// Notes that the code's location was reached; only in plans that track coverage.
    case cover
}

public enum Comparison: UInt16, Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

public enum Arithmetic: UInt16, Sendable {
    case plus, minus, times
}

public enum Replacement: UInt16, Sendable {
    case value, function, builtin
}

/// One instruction. Operands that are read are registers of the frame when 0 or more, else the plan's constant
/// `~operand`, of which the first is undefined.
@frozen
public struct Instruction: BitwiseCopyable, Sendable {
    public var opcode: Opcode
    public var x: UInt16
    public var a: Int32
    public var b: Int32
    public var c: Int32
    public var d: Int32
    public var fail: Int32

    @inlinable
    public init(
        _ opcode: Opcode, x: UInt16 = 0, a: Int32 = 0, b: Int32 = 0, c: Int32 = 0, d: Int32 = 0, fail: Int32 = -1
    ) {
        self.opcode = opcode
        self.x = x
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.fail = fail
    }
}

/// An operand of an instruction.
public typealias Operand = Int32

extension Operand {
    static let undefined: Operand = ~0
}

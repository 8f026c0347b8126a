internal import RegoCompiler
internal import RegoValues

/// The registers that the running function sees, and the plan's constants.
///
/// A value of its own, and not two variables that a nested function reads: each change of a captured variable would be
/// checked for exclusive access, and each read of it would go to memory.
struct RegisterWindow {
    var start: UnsafeMutablePointer<Value>
    let constants: UnsafePointer<Value>

    @inline(__always)
    subscript(register: Int32) -> Value {
        get { start[Int(register)] }
        nonmutating set { start[Int(register)] = newValue }
    }

    @inline(__always)
    func address(_ register: Int32) -> UnsafeMutablePointer<Value> { start + Int(register) }

    /// What an operand names: a register, or the constant `~operand`.
    @inline(__always)
    func value(_ operand: Operand) -> Value {
        operand >= 0 ? start[Int(operand)] : constants[Int(~operand)]
    }
}

internal import RegoCompiler
internal import RegoValues

extension Machine {
    /// The leaves of an index that the input and the arguments lead to, as an array of their numbers.
    func indexLeaves(_ root: Int, _ arguments: UnsafeMutablePointer<Value>) -> Value {
        collector.begin()
        gather(root, arguments)
        return heap.array(collector.end())
    }

    private func gather(_ number: Int, _ arguments: UnsafeMutablePointer<Value>) {
        let index = plan.indexes.baseAddress.unsafelyUnwrapped + number
        if index.pointee.isLeaf { return collector.push(.integer(number)) }
        var subject = index.pointee.argument >= 0 ? arguments[Int(index.pointee.argument)] : input
        for key in index.pointee.path where !subject.isUndefined { subject = subject.lookup(key) }
        if !subject.isUndefined {
            if let next = index.pointee.equal.lookup(subject).int64 { gather(Int(next), arguments) }
            if subject.kind == .string {
                let text = subject.utf8
                for prefixes in index.pointee.prefixes {
                    guard text.count >= prefixes.length else { break }
                    let start = Value.string(borrowing: UnsafeBufferPointer(rebasing: text[..<prefixes.length]))
                    if let next = prefixes.nodes.lookup(start).int64 { gather(Int(next), arguments) }
                }
                for suffixes in index.pointee.suffixes {
                    guard text.count >= suffixes.length else { break }
                    let end = Value.string(
                        borrowing: UnsafeBufferPointer(rebasing: text[(text.count - suffixes.length)...]))
                    if let next = suffixes.nodes.lookup(end).int64 { gather(Int(next), arguments) }
                }
            }
        }
        if index.pointee.rest >= 0 { gather(Int(index.pointee.rest), arguments) }
    }

    /// The next body's position in the code, or -1; `state` counts leaves and the bodies of the current one.
    @inline(__always)
    func nextBody(_ leaves: Value, _ state: inout Value) -> Int32 {
        var position = state.scanPosition
        while true {
            let leaf = position >> 32
            if leaf >= leaves.count { return -1 }
            let number = leaves.elements[leaf].scanPosition
            let inside = position & 0xffff_ffff
            if inside < plan.indexes[number].bodies.count {
                state = .integer(position + 1)
                return plan.indexes[number].bodies[inside]
            }
            position = (leaf + 1) << 32
        }
    }
}

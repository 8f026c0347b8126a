internal import RegoCompiler
internal import RegoValues

extension Machine {
    /// The leaves of an index that the input and the arguments lead to, as an array of their numbers.
    func indexLeaves(_ root: Int, _ arguments: UnsafeMutablePointer<Value>) -> Value {
        var leaves: [Value] = []
        gather(root, arguments, &leaves)
        return heap.array(leaves)
    }

    private func gather(_ number: Int, _ arguments: UnsafeMutablePointer<Value>, _ leaves: inout [Value]) {
        let index = plan.indexes[number]
        if index.isLeaf {
            leaves.append(.integer(number))
            return
        }
        var subject = index.argument >= 0 ? arguments[Int(index.argument)] : input
        for key in index.path where !subject.isUndefined { subject = subject.lookup(key) }
        if !subject.isUndefined {
            if let next = index.equal[subject] { gather(Int(next), arguments, &leaves) }
            if subject.kind == .string {
                let text = subject.utf8
                for prefixes in index.prefixes {
                    guard text.count >= prefixes.length else { break }
                    let start = Value.string(borrowing: UnsafeBufferPointer(rebasing: text[..<prefixes.length]))
                    if let next = prefixes.nodes[start] { gather(Int(next), arguments, &leaves) }
                }
                for suffixes in index.suffixes {
                    guard text.count >= suffixes.length else { break }
                    let end = Value.string(
                        borrowing: UnsafeBufferPointer(rebasing: text[(text.count - suffixes.length)...]))
                    if let next = suffixes.nodes[end] { gather(Int(next), arguments, &leaves) }
                }
            }
        }
        if index.rest >= 0 { gather(Int(index.rest), arguments, &leaves) }
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

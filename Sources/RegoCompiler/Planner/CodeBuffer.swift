internal import RegoSyntax

typealias Label = Int32

/// The code of one function while it is planned. Instructions name labels; `finish` turns them into positions.
struct CodeBuffer {
    private(set) var code: [Instruction] = []
    private(set) var locations: [Int32] = []
    private var labels: [Int32] = []
    var location: Int32 = 0

    struct Mark {
        fileprivate var code: Int
    }

    mutating func label() -> Label {
        labels.append(-1)
        return Label(labels.count - 1)
    }

    mutating func place(_ label: Label) {
        labels[Int(label)] = Int32(code.count)
    }

    mutating func emit(_ instruction: Instruction) {
        code.append(instruction)
        locations.append(location)
    }

    var mark: Mark { Mark(code: code.count) }

    mutating func rewind(to mark: Mark) {
        code.removeLast(code.count - mark.code)
        locations.removeLast(locations.count - mark.code)
    }

    /// Where a label stands in the plan's code.
    func position(of label: Label, at base: Int32) -> Int32 { base + labels[Int(label)] }

    /// The instructions, with positions for labels, as they stand at `base` of the plan's code. What leads to a jump leads to
    /// where that goes.
    func finish(at base: Int32) -> [Instruction] {
        code.map { instruction in
            var instruction = instruction
            if instruction.fail >= 0 { instruction.fail = base + target(of: instruction.fail) }
            return instruction
        }
    }

    private func target(of label: Label) -> Int32 {
        var place = labels[Int(label)]
        // Jumps that lead back to themselves would never end here either.
        for _ in 0..<code.count {
            guard code.indices.contains(Int(place)), code[Int(place)].opcode == .jump else { break }
            let next = labels[Int(code[Int(place)].fail)]
            guard next != place else { break }
            place = next
        }
        return place
    }
}

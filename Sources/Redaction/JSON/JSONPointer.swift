import RegoValues

/// Where a walk through a JSON value stands, and its name (RFC 6901): `/items/0/text`; the whole document is the empty text.
struct JSONPointer {
    private enum Step {
        /// A member, and its name as it is written in a path, from when it was first asked for.
        case key(Value, written: [UInt8]?)
        case index(Int)
    }

    /// The longest path, in bytes. What stands deeper, or below longer names, is told by the path of what it stands in.
    static let longest = 512

    private var steps: [Step] = []

    mutating func append(key: Value) { steps.append(.key(key, written: nil)) }
    mutating func append(index: Int) { steps.append(.index(index)) }
    mutating func removeLast() { steps.removeLast() }

    /// - Parameter shown: what is written for a member's name, which may itself be what must not be seen. Asked once for each member that
    ///   the walk goes through.
    mutating func text(_ shown: (Value) -> String) -> String {
        var text: [UInt8] = []
        for place in steps.indices {
            let end = text.count
            text.append(UInt8(ascii: "/"))
            switch steps[place] {
            case .index(let index): text.append(decimal: UInt64(index))
            case .key(_, let written?): text.append(contentsOf: written)
            case .key(let key, nil):
                // What is hidden of a long name may make it short enough, but costs as much as it is long: it is not looked at.
                guard key.utf8.count <= JSONPointer.longest else {
                    return String(decoding: text[..<end], as: UTF8.self)
                }
                let written = JSONPointer.escaped(shown(key))
                steps[place] = .key(key, written: written)
                text.append(contentsOf: written)
            }
            guard text.count <= JSONPointer.longest else { return String(decoding: text[..<end], as: UTF8.self) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A step, in which `~` and `/` are `~0` and `~1`.
    private static func escaped(_ step: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in step.utf8 {
            switch byte {
            case UInt8(ascii: "~"): text.append(contentsOf: "~0".utf8)
            case UInt8(ascii: "/"): text.append(contentsOf: "~1".utf8)
            default: text.append(byte)
            }
        }
        return text
    }
}

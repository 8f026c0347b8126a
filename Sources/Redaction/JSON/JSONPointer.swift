import RegoValues

/// Where a walk through a JSON value stands, and its name (RFC 6901): `/items/0/text`; the whole document is the empty text.
struct JSONPointer {
    private enum Step {
        case key(Value)
        case index(Int)
    }

    private var steps: [Step] = []

    mutating func append(key: Value) { steps.append(.key(key)) }
    mutating func append(index: Int) { steps.append(.index(index)) }
    mutating func removeLast() { steps.removeLast() }

    /// - Parameter shown: what is written for a member's name, which may itself be what must not be seen.
    func text(_ shown: (Value) -> String) -> String {
        var text: [UInt8] = []
        for step in steps {
            text.append(UInt8(ascii: "/"))
            switch step {
            case .index(let index): text.append(decimal: UInt64(index))
            case .key(let key): JSONPointer.write(shown(key), to: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A step, in which `~` and `/` are `~0` and `~1`.
    private static func write(_ step: String, to text: inout [UInt8]) {
        for byte in step.utf8 {
            switch byte {
            case UInt8(ascii: "~"): text.append(contentsOf: "~0".utf8)
            case UInt8(ascii: "/"): text.append(contentsOf: "~1".utf8)
            default: text.append(byte)
            }
        }
    }
}

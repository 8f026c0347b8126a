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
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "/\(index)"
            case .key(let key): text += "/" + shown(key).replacing("~", with: "~0").replacing("/", with: "~1")
            }
        }
        return text
    }
}

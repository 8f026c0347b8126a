import Redaction
import RegoValues

/// A place in a JSON value, written as a path: `$.items[0].text`, `$['a b']`.
struct JSONLocation: Sendable, CustomStringConvertible {
    private enum Step {
        case key(Value)
        case index(Int)
    }

    private var steps: [Step] = []

    mutating func append(key: Value) { steps.append(.key(key)) }
    mutating func append(index: Int) { steps.append(.index(index)) }
    mutating func removeLast() { steps.removeLast() }

    var description: String {
        var text = "$"
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                let name = shown(key)
                let isPlain =
                    !name.isEmpty
                    && name.utf8.allSatisfy { byte in
                        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                            || (0x61...0x7a).contains(byte) || byte >= 0x80
                    }
                if isPlain {
                    text += ".\(name)"
                } else {
                    let quoted = name.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
                    text += "['\(quoted)']"
                }
            }
        }
        return text
    }

    /// A member's name, unless it is long or something that is redacted elsewhere.
    private func shown(_ key: Value) -> String {
        guard let name = key.string, name.utf8.count <= JSONLocation.longestName,
            Redactor.finds(in: key.utf8).isEmpty
        else { return "…" }
        return name
    }

    private static let longestName = 64
}

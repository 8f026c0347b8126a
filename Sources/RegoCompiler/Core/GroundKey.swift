internal import RegoSyntax

/// A constant step of a path, comparable as Rego compares it: strings by their bytes, integers by value.
public enum GroundKey: Hashable, Sendable {
    case string(String)
    case boolean(Bool)
    case null
    /// The literal's digits; integers without a leading `+`, zeros or `-0`.
    case number(String)

    /// Nil when `term` is no scalar.
    init?(_ term: Term) {
        switch term.kind {
        case .string(let text): self = .string(text)
        case .boolean(let flag): self = .boolean(flag)
        case .null: self = .null
        case .number(let digits): self = .number(Int64(digits).map(String.init) ?? digits)
        default: return nil
        }
    }

    public static func == (a: GroundKey, b: GroundKey) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.boolean(let a), .boolean(let b)): a == b
        case (.null, .null): true
        case (.number(let a), .number(let b)): a == b
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let text):
            hasher.combine(0)
            for byte in text.utf8 { hasher.combine(byte) }
        case .boolean(let flag):
            hasher.combine(1)
            hasher.combine(flag)
        case .null:
            hasher.combine(2)
        case .number(let digits):
            hasher.combine(3)
            hasher.combine(digits)
        }
    }

    var term: Term {
        switch self {
        case .string(let text): Term(.string(text))
        case .boolean(let flag): Term(.boolean(flag))
        case .null: Term(.null)
        case .number(let digits): Term(.number(digits))
        }
    }

    /// As a path step is written: `.name` or `["odd name"]`, without the leading dot for `isFirst`.
    var step: String {
        switch self {
        case .string(let text) where text.isIdentifier: ".\(text)"
        case .string(let text): "[\"\(text)\"]"
        case .boolean(let flag): "[\(flag)]"
        case .null: "[null]"
        case .number(let digits): "[\(digits)]"
        }
    }
}

extension String {
    var isIdentifier: Bool {
        guard let first = utf8.first, first == UInt8(ascii: "_") || first.isLetter else { return false }
        return utf8.dropFirst().allSatisfy { $0 == UInt8(ascii: "_") || $0.isLetter || $0.isDigit }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}

/// `data.a["b c"]`
func dataPath(_ keys: [GroundKey]) -> String {
    "data" + keys.map(\.step).joined()
}

/// Reads the members of one object of a ``SignedDocument`` and says exactly which one is wrong. A member that nobody knows
/// is refused: what is not understood is not obeyed either.
public struct MemberReader: Sendable {
    private let members: [String: SignedDocument]
    /// The object's place in the document, such as `root.keys[2].`.
    private let path: String

    /// - Throws: `.documentInvalid` for what is no object, or has a member outside of `known`.
    public init(_ document: SignedDocument, path: String = "", known: Set<String>) throws(TokenError) {
        guard case .object(let members) = document else {
            let place = path.isEmpty ? "the document" : "`\(path.dropLast())`"
            throw TokenError(.documentInvalid, "\(place) must be an object")
        }
        if let stranger = members.keys.filter({ !known.contains($0) }).min() {
            throw TokenError(.documentInvalid, "`\(path)\(stranger.prefix(64))` is not known here")
        }
        self.members = members
        self.path = path
    }

    public func text(_ name: String) throws(TokenError) -> String {
        guard case .text(let text) = members[name] else { throw wrong(name, "a string") }
        return text
    }

    /// nil where the member is null or missing.
    public func optionalText(_ name: String) throws(TokenError) -> String? {
        guard has(name) else { return nil }
        return try text(name)
    }

    public func integer(_ name: String, in range: ClosedRange<Int64>) throws(TokenError) -> Int {
        guard case .integer(let number) = members[name], range.contains(number) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    /// false where the member is missing.
    public func boolean(_ name: String) throws(TokenError) -> Bool {
        guard let member = members[name] else { return false }
        guard case .boolean(let value) = member else { throw wrong(name, "true or false") }
        return value
    }

    public func texts(_ name: String) throws(TokenError) -> [String] {
        var texts: [String] = []
        for element in try list(name) {
            guard case .text(let text) = element else { throw wrong(name, "a list of strings") }
            texts.append(text)
        }
        return texts
    }

    public func time(_ name: String) throws(TokenError) -> UTCTime {
        guard let time = UTCTime(try text(name)) else { throw wrong(name, "a time such as 2026-11-23T09:15:04Z") }
        return time
    }

    public func optionalTime(_ name: String) throws(TokenError) -> UTCTime? { has(name) ? try time(name) : nil }

    public func child(_ name: String, known: Set<String>) throws(TokenError) -> MemberReader {
        try MemberReader(members[name] ?? .null, path: "\(path)\(name).", known: known)
    }

    public func optionalChild(_ name: String, known: Set<String>) throws(TokenError) -> MemberReader? {
        has(name) ? try child(name, known: known) : nil
    }

    public func children(_ name: String, known: Set<String>) throws(TokenError) -> [MemberReader] {
        var children: [MemberReader] = []
        for (index, element) in try list(name).enumerated() {
            children.append(try MemberReader(element, path: "\(path)\(name)[\(index)].", known: known))
        }
        return children
    }

    /// The members of an object whose names are data, sorted by name.
    public func map(_ name: String) throws(TokenError) -> [(key: String, value: SignedDocument, path: String)] {
        guard case .object(let entries) = members[name] else { throw wrong(name, "an object") }
        return entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { ($0.key, $0.value, "\(path)\(name).\($0.key).") }
    }

    public func has(_ name: String) -> Bool {
        switch members[name] {
        case nil, .null: false
        default: true
        }
    }

    public func wrong(_ name: String, _ expected: String) -> TokenError {
        TokenError(.documentInvalid, "`\(path)\(name)` must be \(expected)")
    }

    private func list(_ name: String) throws(TokenError) -> [SignedDocument] {
        guard case .list(let elements) = members[name] else { throw wrong(name, "a list") }
        return elements
    }
}

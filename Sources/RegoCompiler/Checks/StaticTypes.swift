internal import RegoSyntax
internal import RegoValues

// Types as OPA's checker knows them; what is not known is `any`.

extension BuiltinType {
    static let anyObject = BuiltinType.object(fixed: [], others: OtherMembers(key: .any, value: .any))

    /// The type of a ground term.
    init(constant term: Term) {
        switch term.kind {
        case .null: self = .null
        case .boolean: self = .boolean
        case .number: self = .number
        case .string: self = .string
        case .array(let items): self = .array(fixed: items.map { BuiltinType(constant: $0) }, others: nil)
        case .set(let items): self = .set(.union(items.map { BuiltinType(constant: $0) }))
        case .object(let entries):
            self = .object(of: entries.map { ($0.key, BuiltinType(constant: $0.key), BuiltinType(constant: $0.value)) })
        default: self = .any
        }
    }

    /// An object's type from the terms (where these are constant) and types of its keys, and the types of its values.
    static func object(of members: [(key: Term?, keyType: BuiltinType, value: BuiltinType)]) -> BuiltinType {
        var fixed: [Member] = []
        var others: [(BuiltinType, BuiltinType)] = []
        for (key, keyType, value) in members {
            if case .string(let name)? = key?.kind {
                fixed.append(Member(key: name, type: value))
            } else {
                others.append((keyType, value))
            }
        }
        fixed.sort { $0.key < $1.key }
        guard !others.isEmpty else { return .object(fixed: fixed, others: nil) }
        let rest = OtherMembers(key: union(others.map(\.0)), value: union(others.map(\.1)))
        return .object(fixed: fixed, others: rest)
    }

    /// `any` when there is nothing to join.
    static func union(_ types: [BuiltinType]) -> BuiltinType {
        var parts: [BuiltinType] = []
        for type in types {
            switch type {
            case .any: return .any
            case .anyOf(let inner): for part in inner where !parts.contains(part) { parts.append(part) }
            default: if !parts.contains(type) { parts.append(type) }
            }
            if parts.count > 16 { return .any }
        }
        return parts.isEmpty ? .any : parts.count == 1 ? parts[0] : .anyOf(parts)
    }

    /// Whether some value has both types.
    func overlaps(_ other: BuiltinType) -> Bool {
        switch (self, other) {
        case (.any, _), (_, .any): true
        case (.anyOf(let parts), _): parts.contains { $0.overlaps(other) }
        case (_, .anyOf(let parts)): parts.contains { overlaps($0) }
        case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): true
        case (.array(let a, let moreA), .array(let b, let moreB)): Self.fits(a, moreA, b, moreB)
        case (.set(let a), .set(let b)): a.overlaps(b)
        case (.object(let a, let othersA), .object(let b, let othersB)):
            Self.fits(a, isOpen: othersA != nil, b, othersB) && Self.fits(b, isOpen: othersB != nil, a, othersA)
        default: false
        }
    }

    /// Whether two arrays may be one. As in OPA, types of elements have to agree even where both could be empty.
    private static func fits(
        _ a: [BuiltinType], _ moreA: BuiltinType?, _ b: [BuiltinType], _ moreB: BuiltinType?
    ) -> Bool {
        for index in 0..<max(a.count, b.count) {
            guard let left = a.indices.contains(index) ? a[index] : moreA,
                let right = b.indices.contains(index) ? b[index] : moreB, left.overlaps(right)
            else { return false }
        }
        guard let moreA, let moreB else { return true }
        return moreA.overlaps(moreB)
    }

    /// Whether every named member of one object may be in the other. Those of an open object may be missing.
    private static func fits(
        _ members: [Member], isOpen: Bool, _ fixed: [Member], _ others: OtherMembers?
    ) -> Bool {
        members.allSatisfy { member in
            if let same = fixed.first(where: { $0.key == member.key }) { return same.type.overlaps(member.type) }
            guard let others else { return isOpen }
            return others.key.overlaps(.string) && others.value.overlaps(member.type)
        }
    }

    /// The type behind a step of a reference; nil when there can be nothing.
    func member(at step: CoreTerm, _ stepType: BuiltinType) -> BuiltinType? {
        switch self {
        case .any: return .any
        case .anyOf(let parts):
            let found = parts.compactMap { $0.member(at: step, stepType) }
            return found.isEmpty ? nil : .union(found)
        case .array(let fixed, let others):
            guard stepType.overlaps(.number) else { return nil }
            if case .constant(let term) = step, case .number(let digits) = term.kind, let index = Int(digits) {
                return fixed.indices.contains(index) ? fixed[index] : others
            }
            return .union(fixed + (others.map { [$0] } ?? []))
        // Where no member is known at all, as in generated tables that happen to be empty, anything may be asked for.
        case .object(let fixed, nil) where fixed.isEmpty: return .any
        case .object(let fixed, let others):
            if case .constant(let term) = step, case .string(let name) = term.kind {
                if let member = fixed.first(where: { $0.key == name }) { return member.type }
                return others.flatMap { $0.key.overlaps(.string) ? $0.value : nil }
            }
            var found = stepType.overlaps(.string) ? fixed.map(\.type) : []
            if let others, others.key.overlaps(stepType) { found.append(others.value) }
            return found.isEmpty && !fixed.isEmpty ? nil : .union(found)
        case .set(let element):
            return element.overlaps(stepType) ? element : nil
        default:
            return nil
        }
    }

    /// The whole type, or only its kind where that would be too long to read.
    var brief: String {
        let whole = description
        guard whole.utf8.count > 80 else { return whole }
        switch self {
        case .array: return "array"
        case .object: return "object"
        case .set: return "set"
        default: return "any<…>"
        }
    }

    /// The named members, those of all its kinds of objects.
    var memberNames: [String] {
        switch self {
        case .object(let fixed, _): fixed.map(\.key)
        case .anyOf(let parts): Set(parts.flatMap(\.memberNames)).sorted()
        default: []
        }
    }

    /// The types of keys and values when the type is iterated over.
    var iterated: (key: BuiltinType, value: BuiltinType) {
        switch self {
        case .array(let fixed, let others): (.number, .union(fixed + (others.map { [$0] } ?? [])))
        case .set(let element): (element, element)
        case .object(let fixed, let others):
            (
                .union((fixed.isEmpty ? [] : [.string]) + (others.map { [$0.key] } ?? [])),
                .union(fixed.map(\.type) + (others.map { [$0.value] } ?? []))
            )
        default: (.any, .any)
        }
    }
}

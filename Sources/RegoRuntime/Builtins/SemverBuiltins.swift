import RegoValues

/// Semantic versions (semver.org), with or without a leading `v`.
enum SemverBuiltins {
    static let family: Builtins.Family = [.init("semver.compare", compare), .init("semver.is_valid", isValid)]

    static func compare(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (left, right) = (try a.text(0), try a.text(1))
        guard let first = Semver(left) else {
            throw .failure("operand 1: string \(GoText.quoted(left)) is not a valid SemVer")
        }
        guard let second = Semver(right) else {
            throw .failure("operand 2: string \(GoText.quoted(right)) is not a valid SemVer")
        }
        return .integer(first.compare(second))
    }

    static func isValid(_ a: Arguments, _ context: BuiltinContext) -> Value {
        .boolean(a[0].string.flatMap { Semver($0) } != nil)
    }
}

private struct Semver {
    let numbers: [Int64]
    let prerelease: [Substring]

    init?(_ text: String) {
        var rest = Substring(text)
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        if let plus = rest.firstIndex(of: "+") {
            let metadata = rest[plus...].dropFirst()
            guard metadata.isEmpty || Semver.areIdentifiers(metadata) else { return nil }
            rest = rest[..<plus]
        }
        var prerelease: Substring = ""
        if let dash = rest.firstIndex(of: "-") {
            prerelease = rest[dash...].dropFirst()
            guard prerelease.isEmpty || Semver.areIdentifiers(prerelease) else { return nil }
            rest = rest[..<dash]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        numbers = parts.compactMap { Int64($0) }
        guard parts.count == 3, numbers.count == 3 else { return nil }
        self.prerelease = prerelease.split(separator: ".")
    }

    private static func areIdentifiers(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 26 || $0 == 0x2d }
        }
    }

    func compare(_ other: Semver) -> Int {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if prerelease.isEmpty || other.prerelease.isEmpty {
            return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : (prerelease.isEmpty ? 1 : -1)
        }
        for (left, right) in zip(prerelease, other.prerelease) where left != right {
            switch (Int(left), Int(right)) {
            case (let a?, let b?) where a != b: return a < b ? -1 : 1
            case (.some, nil): return -1
            case (nil, .some): return 1
            default: return Array(left.utf8).lexicographicallyPrecedes(Array(right.utf8)) ? -1 : 1
            }
        }
        return (prerelease.count - other.prerelease.count).signum()
    }
}

/// The names of one kind, in document order, for globs to be matched with: large trees have ten thousand of each, and most
/// globs are names in full.
struct NameIndex: Sendable {
    let names: [String]
    private var placesByName: [String: [Int]] = [:]

    init(_ names: [String]) {
        self.names = names
        for (place, name) in names.enumerated() { placesByName[name, default: []].append(place) }
    }

    func has(_ glob: NameGlob) -> Bool {
        glob.isExact ? placesByName[glob.text] != nil : names.contains(where: glob.matches)
    }

    /// Where the names stand that one of the globs matches, in order.
    func places(of globs: [NameGlob]) -> [Int] {
        if globs.contains(where: \.matchesAll) { return Array(names.indices) }
        if globs.count == 1, globs[0].isExact { return placesByName[globs[0].text] ?? [] }
        var places: Set<Int> = []
        for glob in globs {
            if glob.isExact {
                places.formUnion(placesByName[glob.text] ?? [])
            } else {
                places.formUnion(names.indices.filter { glob.matches(names[$0]) })
            }
        }
        return places.sorted()
    }
}

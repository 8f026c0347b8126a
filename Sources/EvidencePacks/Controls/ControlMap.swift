/// `controls.json`: which records support which controls. Whoever has the pack can count again.
struct ControlMap: Codable, Sendable, Hashable {
    struct Entry: Codable, Sendable, Hashable {
        var id: String
        var title: String?
        /// What the records show of it.
        var shows: String?
        /// Records that count by what they are.
        var selects: [RecordSelector]
        /// Policies that name the control, by policy version: decisions whose reason names one of them count too.
        var policies: [String: [String]]
        /// Records of the period that count.
        var count: Int
        /// The same by outcome, for decisions, or by kind.
        var counts: [String: Int]
        /// Indices of samples among them.
        var samples: [UInt64]
    }

    var sampleSeed: String
    var sampleSize: Int
    var controls: [Entry]
}

/// Counts evidence record by record.
struct ControlCount {
    private struct Row {
        var entry: ControlMap.Entry
        var samples: SampleSet
        var unenforced = UnenforcedCalls()
    }

    /// What decides which controls a record counts for, so that equal records are looked up once.
    private struct Shape: Hashable {
        let kind: String
        let decision: String
        let code: String
        let policies: [String]
        let version: String?
    }

    private let seed: String
    private let sampleSize: Int
    private let selection: ControlSelection
    private var rows: [Row] = []
    private var known: [Shape: [Int]] = [:]
    // Whether policies add no controls to those that are there.
    private var isFixed = false

    init(selection: ControlSelection, seed: String, sampleSize: Int) {
        self.selection = selection
        self.seed = seed
        self.sampleSize = sampleSize
        for control in ControlCatalogue.all where selection.includes(control.id) {
            add(control.id, control)
        }
    }

    /// Counts for these controls alone.
    init(entries: [ControlMap.Entry], seed: String, sampleSize: Int) {
        self.init(selection: ControlSelection(["-"]), seed: seed, sampleSize: sampleSize)
        for entry in entries {
            let place = add(entry.id, nil)
            rows[place].entry.selects = entry.selects
        }
        isFixed = true
    }

    /// Makes a policy version's control map known; before the first record that names the version.
    mutating func learn(_ controls: [String: [String]], of version: String) {
        known.removeAll(keepingCapacity: true)
        for (id, policies) in controls.sorted(by: { $0.key < $1.key }) {
            let listed = rows.firstIndex { $0.entry.id == id }
            guard listed != nil || !isFixed && selection.includes(id) else { continue }
            let place = listed ?? add(id, nil)
            rows[place].entry.policies[version] = policies.sorted()
        }
    }

    mutating func count(_ facts: RecordFacts) {
        let rank = SampleSet.rank(seed: seed, hash: facts.hash)
        for place in places(facts) {
            rows[place].entry.count += 1
            rows[place].entry.counts[facts.decision.isEmpty ? facts.kind : facts.decision, default: 0] += 1
            rows[place].samples.add(rank: rank, index: facts.index)
        }
        if facts.isUnenforced { countUnenforced(facts) }
    }

    private mutating func countUnenforced(_ facts: RecordFacts) {
        let counted = places(facts)
        for place in rows.indices where !rows[place].entry.isByGateway {
            guard counted.contains(place) || rows[place].entry.selects.contains(where: { $0.matchesShadow(facts) })
            else { continue }
            rows[place].unenforced.add(facts.index)
        }
    }

    /// The calls of each control that went ahead, and that a policy would have stopped.
    var unenforced: [String: UnenforcedCalls] {
        Dictionary(rows.map { ($0.entry.id, $0.unenforced) }) { first, _ in first }
    }

    /// Frameworks in the order of the catalogue, then what only policies name.
    var map: ControlMap {
        let entries = rows.map { row in
            var entry = row.entry
            entry.samples = row.samples.indices
            return entry
        }
        return ControlMap(sampleSeed: seed, sampleSize: sampleSize, controls: entries)
    }

    private mutating func places(_ facts: RecordFacts) -> [Int] {
        let shape = Shape(
            kind: facts.kind, decision: facts.decision, code: facts.code, policies: facts.policies,
            version: facts.policyVersion)
        if let places = known[shape] { return places }
        let places = rows.indices.filter { place in
            let entry = rows[place].entry
            if entry.selects.contains(where: { $0.matches(facts) }) { return true }
            guard facts.kind == "decision", let version = facts.policyVersion, let named = entry.policies[version]
            else {
                return false
            }
            return facts.policies.contains { named.contains($0) }
        }
        if known.count > 100_000 { known.removeAll() }
        known[shape] = places
        return places
    }

    @discardableResult
    private mutating func add(_ id: String, _ control: Control?) -> Int {
        let entry = ControlMap.Entry(
            id: id, title: control?.title, shows: control?.shows, selects: control?.selects ?? [], policies: [:],
            count: 0, counts: [:], samples: [])
        rows.append(Row(entry: entry, samples: SampleSet(size: sampleSize)))
        return rows.count - 1
    }
}

/// Which controls a pack is asked for: names of frameworks, or ids of controls.
public struct ControlSelection: Sendable, Hashable {
    public let names: [String]

    /// - Parameter names: such as `SOC2` or `HIPAA:164.312(b)`; none: everything that the catalogue or a policy names.
    public init(_ names: [String]) { self.names = names }

    func includes(_ id: String) -> Bool {
        names.isEmpty || names.contains(id) || names.contains(Control.framework(of: id))
    }

    /// Names of which nothing is known, neither here nor in these control maps.
    func unknown(besides ids: Set<String>) -> [String] {
        let known = ids.union(ControlCatalogue.all.map(\.id))
        let frameworks = Set(known.map(Control.framework))
        return names.filter { !known.contains($0) && !frameworks.contains($0) }
    }
}

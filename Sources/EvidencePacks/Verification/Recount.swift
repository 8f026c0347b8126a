/// Counts again what the manifest and the control map say.
struct Recount {
    private(set) var records = 0
    private(set) var decisions = 0
    /// By their keys.
    private(set) var witnesses: [String: WitnessSight] = [:]
    private var controls: ControlCount?

    /// Begins counting for a control map, whose counts and samples are not looked at.
    mutating func begin(_ map: ControlMap, policies: [String: CheckedPolicy]) {
        controls = ControlCount(entries: map.controls, seed: map.sampleSeed, sampleSize: map.sampleSize)
        for (version, policy) in policies { controls?.learn(policy.controls, of: version) }
    }

    mutating func count(_ facts: RecordFacts) {
        records += 1
        if facts.kind == "decision" { decisions += 1 }
        controls?.count(facts)
    }

    /// Notes what witnesses have seen, of a checkpoint that holds; checkpoints only grow.
    mutating func add(_ sights: [WitnessSight]) {
        for sight in sights { witnesses[sight.key] = sight }
    }

    var map: ControlMap? { controls?.map }
}

import RegoValues

/// What policies found in one call, read from the very rules that decide it.
struct CallFindings: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case deny, approval, allow, unclear, sanitize, budgets, rates, distinct
    }

    struct Found: Sendable, Hashable {
        var policy: String
        /// The clause's place in its policy.
        var place: Int
        var kind: Kind
        /// Of denials, approvals and permits.
        var code: String?
        var message: String?
    }

    struct Guard: Sendable, Hashable {
        var rule: String
        var code: String
        var message: String
    }

    enum Truth: Sendable { case holds, fails }

    struct Place: Sendable, Hashable {
        var policy: String
        var clause: Int
        var condition: Int
    }

    /// The policies that speak about the call.
    var selected: Set<String> = []
    /// Those of them whose budgets and rates it is charged to: not those about agents in the call chain alone.
    var charging: Set<String> = []
    var found: Set<Found> = []
    var guards: [Guard] = []
    /// Conditions that are in neither state could not be evaluated.
    var truths: [Place: Truth] = [:]

    /// - Parameter restraints: what policies about agents in the call chain found, which can only hold the call back.
    init(verdicts: Value, restraints: Value, guards: Value, probes: Value) {
        note(verdicts, Kind.allCases)
        charging = selected
        note(restraints, [.deny, .approval, .sanitize])
        for finding in guards.elements where finding.elements.count >= 5 {
            self.guards.append(
                Guard(
                    rule: finding.elements[2].string ?? "", code: finding.elements[3].string ?? "",
                    message: finding.elements[4].string ?? ""))
        }
        for policy in probes.entries {
            guard let name = policy.key.string else { continue }
            for (truth, set) in [(Truth.holds, "holds"), (.fails, "fails")] {
                for place in policy.value.member(set).elements where place.elements.count == 2 {
                    guard let clause = place.elements[0].int64, let condition = place.elements[1].int64 else {
                        continue
                    }
                    truths[Place(policy: name, clause: Int(clause), condition: Int(condition))] = truth
                }
            }
        }
    }

    private mutating func note(_ verdicts: Value, _ kinds: [Kind]) {
        for pair in verdicts.elements {
            guard let entry = pair.elements.first, let verdict = pair.elements.last,
                let policy = entry.lookup("policy").string
            else { continue }
            selected.insert(policy)
            for kind in kinds {
                for finding in verdict.member(kind.rawValue).elements {
                    let parts = finding.elements
                    guard let place = parts.first?.int64 else { continue }
                    let tells = kind == .deny || kind == .approval || kind == .allow || kind == .unclear
                    found.insert(
                        Found(
                            policy: policy, place: Int(place), kind: kind,
                            code: tells && parts.count > 2 ? parts[2].string : nil,
                            message: tells && parts.count > 3 ? parts[3].string : nil))
                }
            }
        }
    }
}

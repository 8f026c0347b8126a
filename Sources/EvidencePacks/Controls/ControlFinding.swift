/// Calls that went ahead although a policy would have stopped them, had it been enforced.
struct UnenforcedCalls: Sendable, Hashable {
    private(set) var count = 0
    /// The first of them.
    private(set) var indices: [UInt64] = []
    private static let limit = 5

    mutating func add(_ index: UInt64) {
        count += 1
        if indices.count < Self.limit { indices.append(index) }
    }
}

/// What the records of a pack let be said of a control, and why. Whether the evidence suffices is for the assessor.
struct ControlFinding: Sendable, Hashable {
    enum Reason: String, Sendable {
        /// Records support it, and none speaks against it.
        case pass
        /// Records, or policy versions in force, speak against it.
        case fail
        /// Nothing speaks for it.
        case other
    }

    let reason: Reason
    let remarks: String

    /// - Parameters:
    ///   - unreviewed: policy versions that were in force without a signed approval.
    ///   - removed: records of the period that are gone; what they would have shown is not known.
    init(_ control: ControlMap.Entry, unenforced: UnenforcedCalls, unreviewed: [String], removed: Int) {
        let policies = Set(control.policies.values.flatMap { $0 }).sorted()
        var against: [String] = []
        if unenforced.count > 0 {
            let indices = unenforced.indices.map(String.init).joined(separator: ", ")
            against.append(
                "\(unenforced.count) calls went ahead that a policy in shadow would have stopped, first in records \(indices)"
            )
        }
        if !unreviewed.isEmpty, control.selects.contains(.policyChanges) {
            against.append("in force without a signed approval: \(unreviewed.joined(separator: ", "))")
        }
        if !against.isEmpty {
            (reason, remarks) = (.fail, "Evidence speaks against it: \(against.joined(separator: "; ")).")
        } else if policies.isEmpty, !control.isByGateway {
            (reason, remarks) = (
                .other, "No policy version of the pack names it: \(control.count) records alone show it."
            )
        } else if control.count == 0 {
            (reason, remarks) = (
                .other,
                (removed == 0
                    ? "No record of the period shows it"
                    : "No record that is kept of the period shows it, and \(removed) were removed by retention")
                    + (policies.isEmpty ? "." : ", though policies name it: \(policies.joined(separator: ", ")).")
            )
        } else {
            (reason, remarks) = (
                .pass,
                "The log was verified and holds supporting records. Whether they suffice is for the assessor."
            )
        }
    }
}

extension ControlMap.Entry {
    /// Whether no policy has to implement it; what only policies name, they implement.
    var isByGateway: Bool { ControlCatalogue.control(id)?.isByGateway ?? false }
}

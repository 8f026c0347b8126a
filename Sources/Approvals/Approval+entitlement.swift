/// Who may decide, and whose consent is still missing.
extension Approval {
    /// Who may decide now: `role:NAME`, or a person.
    public var entitled: [String] { entitled(escalatedAt: escalatedAt) }

    /// Who could decide before `event` happened, and from then on.
    public func entitled(around event: ApprovalEvent) -> (before: [String], after: [String]) {
        let times = events.filter { $0.kind == .escalated && $0.number <= event.number }
        return (
            entitled(escalatedAt: times.last { $0.number < event.number }?.at), entitled(escalatedAt: times.last?.at)
        )
    }

    /// When more people are let decide next; nil where there is no such time any more.
    public var escalatesAt: Timestamp? {
        terms.requirements.compactMap { $0.escalation(from: createdAt) }
            .filter { time in escalatedAt.map { time > $0 } ?? true }.min()
    }

    /// How many different people have approved of those whom the requirement names.
    public func given(_ requirement: ApprovalRequirement) -> Int {
        let names = entitled(requirement)
        return votes.count { vote in
            vote.verdict == .approve
                && Approver(tenant: call.tenant, name: vote.approver, roles: vote.roles).isNamed(in: names)
        }
    }

    /// Who may decide for the requirement now.
    public func entitled(_ requirement: ApprovalRequirement) -> [String] {
        requirement.entitled(from: createdAt, escalatedAt: escalatedAt)
    }

    /// Whether everybody has consented whose consent is asked for.
    var isMet: Bool {
        !terms.requirements.isEmpty && terms.requirements.allSatisfy { given($0) >= $0.quorum }
    }

    private func entitled(escalatedAt: Timestamp?) -> [String] {
        var names: [String] = []
        for requirement in terms.requirements {
            for name in requirement.entitled(from: createdAt, escalatedAt: escalatedAt) where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }
}

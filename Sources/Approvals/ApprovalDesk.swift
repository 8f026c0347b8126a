/// What people and agents do with approvals: list, decide, withdraw, collect the token.
public struct ApprovalDesk: Sendable {
    public let ledger: any ApprovalLedger
    let mint: OverrideTokenMint
    let now: @Sendable () -> Timestamp
    private let hiding: @Sendable (_ comment: String, _ tenant: String) -> String

    /// - Parameter hiding: takes out of comments what must not be stored: they go into the trail, where nothing is erased.
    public init(
        ledger: any ApprovalLedger, mint: OverrideTokenMint,
        hiding: @escaping @Sendable (_ comment: String, _ tenant: String) -> String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.ledger = ledger
        self.mint = mint
        self.hiding = hiding
        self.now = now
    }

    /// What `approver` may see: all approvals of the tenant, newest first.
    public func list(
        for approver: Approver, states: Set<Approval.State> = [], limit: Int = 100
    ) async throws -> [Approval] {
        try await ledger.approvals(tenant: approver.tenant, states: states, limit: limit)
    }

    public func show(_ id: ApprovalID, tenant: String) async throws -> Approval {
        guard let approval = try await ledger.approval(id, tenant: tenant) else {
            throw ApprovalError(.notFound, "there is no approval \(id)")
        }
        return approval
    }

    /// - Parameter link: the review link that the verdict came by; its one use is gone if the verdict counts.
    public func approve(
        _ id: ApprovalID, by approver: Approver, comment: String? = nil, link: String? = nil
    ) async throws -> Approval {
        let (now, comment) = (now(), comment.map { hiding($0, approver.tenant) })
        return try await ledger.update(id, tenant: approver.tenant) { approval in
            if let link { try approval.use(link: link) }
            try approval.approve(by: approver, comment: comment, now: now)
        }
    }

    /// - Parameter link: as for ``approve(_:by:comment:link:)``.
    public func deny(
        _ id: ApprovalID, by approver: Approver, comment: String? = nil, link: String? = nil
    ) async throws -> Approval {
        let (now, comment) = (now(), comment.map { hiding($0, approver.tenant) })
        return try await ledger.update(id, tenant: approver.tenant) { approval in
            if let link { try approval.use(link: link) }
            try approval.deny(by: approver, comment: comment, now: now)
        }
    }

    public func withdraw(
        _ id: ApprovalID, by requester: Requester, tenant: String, comment: String? = nil
    ) async throws -> Approval {
        let (now, comment) = (now(), comment.map { hiding($0, tenant) })
        return try await ledger.update(id, tenant: tenant) { approval in
            try approval.withdraw(by: requester, tenant: tenant, comment: comment, now: now)
        }
    }

    /// The override token of an approved call, for the agent that asked for it and nobody else.
    public func collectToken(_ id: ApprovalID, byAgent agent: String, tenant: String) async throws -> String {
        let approval = try await show(id, tenant: tenant)
        try approval.requireRequester(agent: agent, tenant: tenant)
        return try mint.mint(approval, now: now())
    }
}

public import AccessControl
public import Approvals
public import Decisions
public import HTTPEndpoints
public import PolicyBundles
public import PolicyImpact
public import PolicyLifecycle
public import SignedTokens

/// The administration over HTTP: everything under `/v1/tenants`.
public struct ControlPlaneRoutes: Sendable {
    /// What the operations work on.
    public struct Parts: Sendable {
        public var prover: any IdentityProver
        public var ledger: any AdministrationLedger
        public var directory: any TenantDirectory
        public var approvals: any ApprovalLedger
        public var bundles: any BundleVersions
        /// The tenants' policy histories.
        public var histories: any HistoryStore
        /// The journal's segments.
        public var auditDirectory: String
        /// The decisions and inputs that a replay evaluates again; nil where no inputs are kept.
        public var trail: @Sendable () throws -> TrailReplay.Trail?
        /// Carries switches to all gateways; nil: they reach the one whose state this is.
        public var sharedSwitch: (any SharedSwitch)?
        /// The store that versions are published to; nil: none.
        public var target: PublishingTarget?
        /// This server's own key, which publishes what was approved; nil where it has none.
        public var signer: (any Signer)?
        public var now: @Sendable () -> Timestamp

        public init(
            prover: any IdentityProver, ledger: any AdministrationLedger, directory: any TenantDirectory,
            approvals: any ApprovalLedger, bundles: any BundleVersions, histories: any HistoryStore,
            auditDirectory: String, trail: @escaping @Sendable () throws -> TrailReplay.Trail? = { nil },
            sharedSwitch: (any SharedSwitch)? = nil,
            target: PublishingTarget? = nil, signer: (any Signer)? = nil,
            now: @escaping @Sendable () -> Timestamp
        ) {
            self.prover = prover
            self.ledger = ledger
            self.directory = directory
            self.approvals = approvals
            self.bundles = bundles
            self.histories = histories
            self.auditDirectory = auditDirectory
            self.trail = trail
            self.sharedSwitch = sharedSwitch
            self.target = target
            self.signer = signer
            self.now = now
        }
    }

    public let sets: [any EndpointSet]

    public init(_ parts: Parts) {
        let gate = AccessGate(prover: parts.prover)
        let trails = TrailDesk(directory: parts.auditDirectory)
        let recorded = RecordedChange(ledger: parts.ledger)
        let recorder = StepRecorder(ledger: parts.ledger, recorded: recorded, now: parts.now)
        let desk = TrialDesk()
        let allowance = ObjectAllowance()
        let steps = StepDesk(
            store: parts.histories, desk: desk, recorder: recorder, signer: parts.signer, now: parts.now)
        sets = [
            TenantRoutes(gate: gate, directory: parts.directory),
            AgentRoutes(
                gate: gate, ledger: parts.ledger, directory: parts.directory, shared: parts.sharedSwitch,
                recorded: recorded, now: parts.now),
            KeyRoutes(gate: gate, ledger: parts.ledger, recorded: recorded, now: parts.now),
            BundleRoutes(gate: gate, bundles: parts.bundles),
            LifecycleRoutes(
                gate: gate, store: parts.histories, recorder: recorder, allowance: allowance, now: parts.now),
            StepRoutes(gate: gate, steps: steps, allowance: allowance),
            BuildRoutes(gate: gate, steps: steps),
            PublicationRoutes(gate: gate, steps: steps, target: parts.target),
            AuthorRoutes(
                gate: gate, store: parts.histories, desk: desk, trails: trails, trail: parts.trail),
            TrailRoutes(gate: gate, desk: trails),
            TenantApprovalRoutes(gate: gate, approvals: parts.approvals, now: parts.now),
        ]
    }
}

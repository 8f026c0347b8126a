public import Approvals
public import Redaction
public import RegoValues

/// A tenant's policies, ready to evaluate: immutable, so that a decision uses one version from beginning to end, and a
/// class, so that each stage of a decision hands on one reference.
public final class ActivePolicy: Sendable {
    /// Answers `data.aegis.decision` for an input. The result lives in the heap or in the policy's own data.
    public typealias Evaluation = @Sendable (_ input: Value, _ heap: Heap, _ now: Timestamp) throws -> Value

    public let tenant: String
    /// `TENANT/VERSION@sha256:FIRST12`.
    public let version: String
    /// Counts up with each bundle of the tenant.
    public let sequence: Int
    public let bundleDigest: String
    public let region: String?
    public let catalog: ToolCatalog
    public let settings: TenantSettings
    /// The tenant's own, beside the built-in ones.
    public let detectors: CustomDetectors
    let calendar: BudgetCalendar
    let approvalLimits: ApprovalLimits
    private let retention: RetentionClasses
    public let evaluation: Evaluation
    /// How much of a session the policies look at.
    let sessionInterest: SessionView.Interest

    /// - Parameter data: the bundle's whole data document.
    public convenience init(
        tenant: String, version: String, sequence: Int, bundleDigest: String, region: String? = nil, data: Document,
        evaluation: @escaping Evaluation
    ) throws(CatalogError) {
        try self.init(
            tenant: tenant, version: version, sequence: sequence, bundleDigest: bundleDigest, region: region,
            data: data, sessionInterest: .calls, evaluation: evaluation)
    }

    init(
        tenant: String, version: String, sequence: Int, bundleDigest: String, region: String?, data: Document,
        sessionInterest: SessionView.Interest, evaluation: @escaping Evaluation
    ) throws(CatalogError) {
        self.tenant = tenant
        self.version = version
        self.sequence = sequence
        self.bundleDigest = bundleDigest
        self.region = region
        catalog = try ToolCatalog(data: data)
        detectors = try CustomDetectors(data.root.lookup("aegis").lookup("catalog").lookup("detectors"))
        settings = try TenantSettings(data.root.lookup("aegis").lookup("tenant"))
        calendar = BudgetCalendar(timeZone: settings.timeZone)
        approvalLimits = try ApprovalLimits(
            settings, approvers: data.root.lookup("aegis").lookup("catalog").lookup("approvers"))
        retention = try RetentionClasses(data.root.lookup("aegis").lookup("retention"), tenant: settings.retention)
        self.sessionInterest = sessionInterest
        self.evaluation = evaluation
    }

    private init(_ policy: ActivePolicy, evaluation: @escaping Evaluation) {
        tenant = policy.tenant
        version = policy.version
        sequence = policy.sequence
        bundleDigest = policy.bundleDigest
        region = policy.region
        catalog = policy.catalog
        settings = policy.settings
        detectors = policy.detectors
        calendar = policy.calendar
        approvalLimits = policy.approvalLimits
        retention = policy.retention
        sessionInterest = policy.sessionInterest
        self.evaluation = evaluation
    }

    /// The same policy, asked through `watch`, which is given what answers.
    public func watched(by watch: (@escaping Evaluation) -> Evaluation) -> ActivePolicy {
        ActivePolicy(self, evaluation: watch(evaluation))
    }

    /// How long the record of a decision is kept, by the policy that its reason names; nil where nobody says.
    func retentionClass(policy: String?) -> String? { retention.name(policy: policy) }
}

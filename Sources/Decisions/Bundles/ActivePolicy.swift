public import Approvals
public import Redaction
public import RegoValues

/// A tenant's policies, ready to evaluate: immutable, so that a decision uses one version from beginning to end.
public struct ActivePolicy: Sendable {
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
    var sessionInterest: SessionView.Interest = .calls

    /// - Parameter data: the bundle's whole data document.
    public init(
        tenant: String, version: String, sequence: Int, bundleDigest: String, region: String? = nil, data: Document,
        evaluation: @escaping Evaluation
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
        self.evaluation = evaluation
    }

    /// How long the record of a decision is kept, by the policy that its reason names; nil where nobody says.
    func retentionClass(policy: String?) -> String? { retention.name(policy: policy) }
}

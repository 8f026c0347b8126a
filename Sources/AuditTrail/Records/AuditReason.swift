/// Why an outcome was reached: the record's `decision_reason`.
public struct AuditReason: Sendable, Hashable {
    /// One of the documented reason codes.
    public var code: String
    public var message: String
    public var policy: String?
    public var rule: String?
    /// Reasons that would have led to the same step of the composition.
    public var also: [AuditReason]

    public init(
        code: String, message: String, policy: String? = nil, rule: String? = nil, also: [AuditReason] = []
    ) {
        self.code = code
        self.message = message
        self.policy = policy
        self.rule = rule
        self.also = also
    }
}

/// What was taken out of the parameters, and where: one entry of the record's `redactions`. Never the text itself.
public struct AuditRedaction: Sendable, Hashable {
    /// Where, as a path such as `$.memo`.
    public var path: String
    public var detector: String
    /// How many finds.
    public var count: Int

    public init(path: String, detector: String, count: Int) {
        self.path = path
        self.detector = detector
        self.count = count
    }
}

/// How long records are kept, by their class.
///
/// A record's class is the one it carries (`retention_class`), else that of its kind, its policy, its tenant, or the default,
/// in this order. Records of keys and of retention itself are kept for ever: without them, what is left proves less.
public struct RetentionRules: Sendable, Hashable {
    /// Seconds by class. Kept at least as long as the class asks for; 0 is for ever.
    public var classes: [String: Int64]
    public var kinds: [String: String] = [:]
    public var policies: [String: String] = [:]
    public var tenants: [String: String] = [:]
    public var standard: String

    private static let year: Int64 = 366 * 86_400

    /// The usual readings of the usual rules: SOC 2 asks for the audited period, PCI DSS 10.5.1 for twelve months, HIPAA
    /// (45 CFR 164.316) for six years, SOX (17 CFR 210.2-06) for seven.
    public static let presets: [String: Int64] = [
        "soc2": year, "pci": year, "hipaa": 6 * year, "sox": 7 * year, "forever": 0,
    ]

    public static let untouchable: Set<String> = ["key", "retention"]

    /// - Throws: ``AuditError`` `.malformed` where a class is named that is none.
    public init(
        standard: String, classes: [String: Int64] = [:], kinds: [String: String] = [:],
        policies: [String: String] = [:], tenants: [String: String] = [:]
    ) throws(AuditError) {
        self.classes = RetentionRules.presets.merging(classes) { $1 }
        self.kinds = kinds
        self.policies = policies
        self.tenants = tenants
        self.standard = standard
        let named = [standard] + kinds.values + policies.values + tenants.values
        for name in named.sorted() where self.classes[name] == nil {
            throw AuditError(
                .malformed, "`\(name)` is no retention class",
                fix: "there are \(self.classes.keys.sorted().joined(separator: ", "))")
        }
    }

    /// - Returns: the class of a record, and when it may go, nanoseconds since 1970; nil for one that is kept for ever.
    func end(of record: AuditRecordLine) -> (name: String, time: Int64)? {
        guard let kind = record["kind"], !RetentionRules.untouchable.contains(kind) else { return nil }
        let name =
            record["retention_class"] ?? kinds[kind]
            ?? (policies.isEmpty ? nil : record["decision_reason", "policy"].flatMap { policies[$0] })
            ?? record["tenant"].flatMap { tenants[$0] } ?? standard
        // A class that nobody knows any more is not one that ends.
        guard let seconds = classes[name], seconds > 0, let time = record["time"].flatMap(Timestamp.read) else {
            return nil
        }
        // A term that ends after all that can be written down, in the year 2262, does not end.
        let (length, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (end, isTooLate) = time.addingReportingOverflow(length)
        return isTooLong || isTooLate ? nil : (name, end)
    }
}

/// Records that stay, whatever their retention says, until the hold is released.
public struct LegalHold: Sendable, Hashable {
    public var name: String
    /// What it is about; all that match are held.
    public var query: AuditQuery

    public init(name: String, query: AuditQuery) {
        self.name = name
        self.query = query
    }
}

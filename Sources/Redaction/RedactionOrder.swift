/// A wish: what these detectors find at these paths becomes this.
public struct RedactionOrder: Sendable, Hashable {
    public var detectors: [String]
    public var paths: [JSONPathPattern]
    /// nil: the detector's own, which is `redact` for the built-in ones.
    public var form: RedactionForm?

    public init(detectors: [String], paths: [JSONPathPattern] = [.root], form: RedactionForm? = nil) {
        self.detectors = detectors
        self.paths = paths
        self.form = form
    }
}

/// The detectors that are on at a place, by what becomes of their finds.
struct ActiveForms {
    private var masks = InlineArray<4, UInt64>(repeating: 0)
    private(set) var any: UInt64 = 0
    var isSensitive = false

    private static let order: [RedactionForm] = [.drop, .redact, .pseudonym, .keepLastFour]

    mutating func add(_ detectors: UInt64, _ form: RedactionForm) {
        masks[ActiveForms.order.firstIndex(of: form) ?? 1] |= detectors
        any |= detectors
    }

    /// The strictest form that is asked for any of these.
    func form(of detectors: UInt64) -> RedactionForm {
        for (index, form) in ActiveForms.order.enumerated() where masks[index] & detectors != 0 { return form }
        return .redact
    }
}

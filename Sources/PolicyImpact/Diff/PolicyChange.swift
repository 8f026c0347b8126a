public import RegoSyntax

/// One thing that a change of policies means.
public struct PolicyChange: Sendable, Hashable {
    /// What it does to the calls that pass.
    public enum Effect: String, Sendable, CaseIterable {
        /// Calls can pass that did not, or pass with fewer eyes on them.
        case widens
        /// It may be that: what this cannot tell is never called harmless.
        case mayWiden = "may_widen"
        case narrows
        /// No call is decided otherwise.
        case neutral
    }

    public enum Subject: String, Sendable {
        case reach, threshold, permit, denial, `guard`, approval, sanitizer, budget, rate, count, coverage, mode, agent,
            tool, parameters, approvers, tenant, detector, rego, order, text
    }

    public let effect: Effect
    public let subject: Subject
    /// What is changed, such as `policy finance-payments` or `tool payments.transfer`.
    public let place: String
    /// The rule of a policy, or the field of another document; nil where it is about all of it.
    public let rule: String?
    /// In a sentence.
    public let words: String
    public let before: String?
    public let after: String?
    /// In the new policies; in the old ones for what is gone.
    public let location: SourceLocation?

    init(
        _ effect: Effect, _ subject: Subject, in place: String, rule: String? = nil, _ words: String,
        before: String? = nil, after: String? = nil, at location: SourceLocation? = nil, isWhole: Bool = false
    ) {
        self.effect = effect
        self.subject = subject
        self.place = place
        self.rule = rule
        self.words = words
        self.before = before
        self.after = after
        self.location = location
        self.isWhole = isWhole
    }

    /// Whether the document is new, or gone.
    let isWhole: Bool

    /// Whether publishing it needs somebody to say that this is meant.
    public var needsAcknowledgement: Bool { effect == .widens || effect == .mayWiden }

    /// The same as one of words only.
    var asText: PolicyChange {
        PolicyChange(effect, .text, in: place, rule: rule, words, before: before, after: after, at: location)
    }
}

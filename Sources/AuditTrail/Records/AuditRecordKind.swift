/// What a record tells of. The raw value is its `kind` field.
public enum AuditRecordKind: String, Sendable, Hashable, CaseIterable {
    /// A decision about one call.
    case decision
    /// An approval was asked for, given, refused, withdrawn, or ran out.
    case approval
    /// An override token was minted, redeemed or refused.
    case token
    /// A bundle became active, or was refused.
    case bundle
    /// Somebody judged a proposed policy version.
    case policyReview = "policy_review"
    /// A budget was settled, overrun or released.
    case budget
    /// The gateway's configuration changed.
    case config
    /// A signing key was made, rotated or retired.
    case key
    /// Records were archived or erased by their retention class.
    case retention
    /// Nothing happened, and this record proves that the gateway was there.
    case heartbeat
}

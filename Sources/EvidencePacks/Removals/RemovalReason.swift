import AuditTrail

/// What is known of a record that is gone: what its retention record says.
struct RemovalReason: Sendable, Hashable {
    /// Nil where an older program did not say.
    let kind: String?
    let retentionClass: String?
    /// When the oldest and the newest of those that went with it were made: `~` sorts behind all times.
    let from: String
    let until: String

    init(_ notice: RemovalNotice) {
        kind = notice.kind
        retentionClass = notice.retentionClass
        from = notice.from ?? ""
        until = notice.until ?? "~"
    }

    /// `heartbeat (short)`, as counts are labelled.
    var label: String { "\(kind ?? "unknown kind") (\(retentionClass ?? "unknown class"))" }
}

extension [String: Int] {
    var total: Int { values.reduce(0, +) }

    /// `decision (soc2) 4, heartbeat (short) 2`.
    var list: String { sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
}

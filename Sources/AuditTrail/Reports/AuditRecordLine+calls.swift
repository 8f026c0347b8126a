extension AuditRecordLine {
    /// Whether it is the decision on a call that an agent made: no dry run, no tool's answer, and no delegation.
    public var isMadeCall: Bool {
        self["kind"] == "decision" && self["mode"] != "dry_run" && self["tool_name"] != "aegis.delegate"
            && self["detail", "result"] == nil
    }

    /// The version of the candidate bundle that `would_decision` speaks for; nil where shadow policies, or none, do.
    public var candidateVersion: String? { self["detail", "would_policy_version"] }
}

import AuditTrail

/// Tells of segments that a command could not read: fewer records must not read as if less had happened.
enum TrailGaps {
    /// Says on stderr what is missing.
    /// - Returns: whether nothing is, as far as a look at the files tells.
    static func tell(_ directory: String) throws(AuditError) -> Bool {
        let gaps = try MissingSegments.found(directory: directory)
        for gap in gaps { ErrorOutput.write("warning: \(gap); what it held is not in this result") }
        if !gaps.isEmpty { ErrorOutput.write("fix: see what else is wrong with it: aegis audit verify") }
        return gaps.isEmpty
    }
}

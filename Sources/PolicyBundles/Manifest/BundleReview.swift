import RegoValues

/// One review of a bundle's content, as the manifest carries it.
public struct BundleReview: Sendable, Hashable {
    public var approvalID: String
    public var reviewer: String
    /// `approved` or `rejected`.
    public var verdict: String
    public var comment: String
    /// RFC 3339, UTC.
    public var at: String
    /// The reviewer's own word: a compact JWS over the event that the other members repeat (``ApprovalStatement``).
    public var statement: String?

    public init(
        approvalID: String, reviewer: String, verdict: String, comment: String, at: String, statement: String? = nil
    ) {
        self.approvalID = approvalID
        self.reviewer = reviewer
        self.verdict = verdict
        self.comment = comment
        self.at = at
        self.statement = statement
    }

    init(_ reader: ManifestReader) throws(BundleError) {
        approvalID = try reader.string("approval_id")
        reviewer = try reader.string("reviewer")
        verdict = try reader.string("verdict")
        comment = try reader.string("comment")
        at = try reader.string("at")
        statement = try reader.optionalString("statement")
        try reader.checkNames(["approval_id", "reviewer", "verdict", "comment", "at", "statement"])
    }

    func value(in heap: Heap) -> Value {
        var entries = [
            Entry(key: heap.string("approval_id"), value: heap.string(approvalID)),
            Entry(key: heap.string("reviewer"), value: heap.string(reviewer)),
            Entry(key: heap.string("verdict"), value: heap.string(verdict)),
            Entry(key: heap.string("comment"), value: heap.string(comment)),
            Entry(key: heap.string("at"), value: heap.string(at)),
        ]
        if let statement { entries.append(Entry(key: heap.string("statement"), value: heap.string(statement))) }
        return heap.object(entries)
    }
}

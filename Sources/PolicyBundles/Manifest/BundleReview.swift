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

    public init(approvalID: String, reviewer: String, verdict: String, comment: String, at: String) {
        self.approvalID = approvalID
        self.reviewer = reviewer
        self.verdict = verdict
        self.comment = comment
        self.at = at
    }

    init(_ reader: ManifestReader) throws(BundleError) {
        approvalID = try reader.string("approval_id")
        reviewer = try reader.string("reviewer")
        verdict = try reader.string("verdict")
        comment = try reader.string("comment")
        at = try reader.string("at")
        try reader.checkNames(["approval_id", "reviewer", "verdict", "comment", "at"])
    }

    func value(in heap: Heap) -> Value {
        heap.object([
            Entry(key: heap.string("approval_id"), value: heap.string(approvalID)),
            Entry(key: heap.string("reviewer"), value: heap.string(reviewer)),
            Entry(key: heap.string("verdict"), value: heap.string(verdict)),
            Entry(key: heap.string("comment"), value: heap.string(comment)),
            Entry(key: heap.string("at"), value: heap.string(at)),
        ])
    }
}

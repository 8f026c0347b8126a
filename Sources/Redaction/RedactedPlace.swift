/// What was taken out, and where. Never what it was.
public struct RedactedPlace: Sendable, Hashable {
    /// A JSON pointer (RFC 6901) such as `/items/0/text`, in the value as it is after redaction; empty for the whole.
    public var path: String
    public var detector: String
    public var count: Int

    public init(path: String, detector: String, count: Int) {
        self.path = path
        self.detector = detector
        self.count = count
    }
}

public import RegoValues

extension CanonicalJSON {
    /// The canonical text of a value.
    /// - Throws: ``CanonicalError`` for numbers that RFC 8785 cannot hold exactly.
    public init(_ value: Value) throws(CanonicalError) {
        var bytes: [UInt8] = []
        try JSONWriter.canonical(value, to: &bytes)
        self.init(trusted: bytes)
    }

    /// Whether a text is JSON in canonical form.
    static func isCanonical(_ text: [UInt8]) -> Bool {
        guard let document = try? Document(json: text) else { return false }
        return withExtendedLifetime(document) { (try? CanonicalJSON(document.root))?.bytes == text }
    }
}

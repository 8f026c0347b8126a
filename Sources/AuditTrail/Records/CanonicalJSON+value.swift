public import RegoValues

extension CanonicalJSON {
    /// The canonical text of a value.
    /// - Throws: ``CanonicalError`` for numbers that RFC 8785 cannot hold exactly.
    public init(_ value: Value) throws(CanonicalError) {
        var bytes: [UInt8] = []
        try JSONWriter.canonical(value, to: &bytes)
        self.init(trusted: bytes)
    }
}

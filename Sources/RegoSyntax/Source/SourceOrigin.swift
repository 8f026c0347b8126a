/// Where a text comes from: a file of its own, or a place inside another file, such as a condition in a YAML policy.
/// Locations and the lines that diagnostics show are those of the outer file; byte offsets are those of the text.
public struct SourceOrigin: Sendable {
    public var file: SourceFile
    /// Where the text's first byte stands in `file`, 1-based.
    public var line: Int
    public var column: Int
    /// The column at which the text's second and later lines start in `file`; for a YAML block its indentation plus 1.
    public var continuationColumn: Int

    public init(file: SourceFile, line: Int = 1, column: Int = 1, continuationColumn: Int = 1) {
        self.file = file
        self.line = line
        self.column = column
        self.continuationColumn = continuationColumn
    }

    /// The place in the outer file of the text's own line and column.
    func location(line: Int, column: Int, offset: Int, length: Int) -> SourceLocation {
        let shift = (line == 1 ? self.column : continuationColumn) - 1
        return SourceLocation(
            file: file.name, line: self.line + line - 1, column: column + shift, offset: offset, length: length)
    }

    func diagnostic(_ message: String, at location: SourceLocation, fix: String? = nil) -> Diagnostic {
        Diagnostic(
            code: "rego_parse_error", message: message, location: location, sourceLine: file.line(location.line),
            fix: fix)
    }
}

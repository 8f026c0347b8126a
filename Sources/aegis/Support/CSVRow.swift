/// A row of comma-separated values. Source: RFC 4180.
struct CSVRow {
    let cells: [String]

    /// With its line break, CR and LF.
    var text: String { cells.map(Self.cell).joined(separator: ",") + "\r\n" }

    // What agents write into names must not become a formula where a spreadsheet opens it: a quote before it keeps it text.
    private static func cell(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } == true
        let safe = isFormula ? "'" + text : text
        guard safe.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}

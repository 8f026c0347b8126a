import Approvals
import Foundation

/// Writes results to stdout.
enum Output {
    static func line(_ text: String) { write(text + "\n") }

    /// Ends the command where the text cannot be written: a result that nobody gets is none.
    static func write(_ text: String) {
        do { try attempt(text) } catch {
            ErrorOutput.write("error: the result cannot be written: \(error)")
            ErrorOutput.write("fix: check what stdout leads to, and the room on its disk")
            exit(1)
        }
    }

    /// - Throws: where the text cannot be written; some of it may be.
    static func attempt(_ text: String) throws(StandardStream.Failure) {
        try StandardStream.write(text, to: STDOUT_FILENO)
    }

    /// A JSON value, keys sorted, one line.
    static func json(_ value: Any) {
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
        else {
            ErrorOutput.write("error: the result is no JSON, which is a mistake of this program")
            exit(1)
        }
        line(String(decoding: data, as: UTF8.self))
    }

    /// A JSON value as one line, its fields in the order in which they are written.
    static func json(_ write: (inout JSONText) -> Void) {
        line(jsonText(write))
    }

    static func jsonText(_ write: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        write(&json)
        return json.text
    }

    /// Columns padded to their widest cell.
    static func table(_ header: [String], _ rows: [[String]]) {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        for row in [header] + rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            line(cells.joined(separator: "  "))
        }
    }
}

/// For all of the program, instead of the standard library's: that one keeps what it is given until the program ends, and then says
/// nothing where it could not be written.
func print(_ text: String, terminator: String = "\n") { Output.write(text + terminator) }

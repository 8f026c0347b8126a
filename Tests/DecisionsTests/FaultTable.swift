import Decisions
import Foundation

/// The rows of docs/reference/faults.md.
struct FaultTable {
    struct Row {
        let code: ReasonCode?
        let status: Int?
    }

    let rows: [String: Row]

    init() throws {
        var rows: [String: Row] = [:]
        for line in try Repository.text("docs/reference/faults.md").split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingPrefix(" ") }
            let code = cells[3].split(separator: "`").first.map(String.init) ?? ""
            let name = cells[1].split(separator: "`").first.map(String.init) ?? ""
            rows[name] = Row(code: ReasonCode(rawValue: code), status: Int(cells[4].split(separator: " ").first ?? ""))
        }
        self.rows = rows
    }

    /// The rows that tests say they provoke: as the argument of `provoke` in Swift and of `@provokes` in Python.
    static func provoked() throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: Repository.root.appending(path: "Tests").path)
        return try names.filter { $0.hasSuffix(".swift") || $0.hasSuffix(".py") }.flatMap { name in
            try Repository.text("Tests/" + name).matches(of: /provokes?\(\s*"([a-z-]+)"/).map { String($0.1) }
        }
    }
}

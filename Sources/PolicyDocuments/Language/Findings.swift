package import RegoSyntax

/// Collects what is wrong in a run, so that all of it is told at once.
package final class Findings {
    package private(set) var all: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []
    private let files: [String: SourceFile]

    package init(files: [SourceFile]) {
        self.files = Dictionary(files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var hasErrors: Bool { all.contains { $0.severity == .error } }

    package func error(_ code: PolicyCode, _ message: String, at location: SourceLocation, fix: String) {
        report(.error, code, message, location, fix)
    }

    package func warning(_ code: PolicyCode, _ message: String, at location: SourceLocation, fix: String) {
        report(.warning, code, message, location, fix)
    }

    private func report(
        _ severity: Diagnostic.Severity, _ code: PolicyCode, _ message: String, _ location: SourceLocation,
        _ fix: String
    ) {
        var line = files[location.file]?.line(location.line)
        // A byte order mark is no part of what was written, and would push what stands below aside.
        if location.line == 1, line?.unicodeScalars.first == "\u{feff}" { line?.unicodeScalars.removeFirst() }
        let diagnostic = Diagnostic(
            severity: severity, code: code.rawValue, message: message, location: location, sourceLine: line, fix: fix)
        if seen.insert(diagnostic).inserted {
            all.append(diagnostic)
        }
    }

    /// In the order of files and places in them; errors before warnings at the same place.
    package var sorted: [Diagnostic] {
        all.enumerated().sorted { a, b in
            let (x, y) = (a.element, b.element)
            if x.location.file != y.location.file { return x.location.file < y.location.file }
            if x.location.line != y.location.line { return x.location.line < y.location.line }
            if x.location.column != y.location.column { return x.location.column < y.location.column }
            if x.severity != y.severity { return x.severity == .error }
            return a.offset < b.offset
        }.map(\.element)
    }
}

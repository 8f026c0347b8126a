/// One finding about a source: what is wrong, where, and how to put it right.
public struct Diagnostic: Error, Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        case error, warning
    }

    public var severity: Severity
    /// One code for each kind of cause, such as `rego_parse_error`.
    public var code: String
    /// Lowercase, the author's own words in backticks.
    public var message: String
    public var location: SourceLocation
    /// The line that `location` points into.
    public var sourceLine: String?
    public var fix: String?

    public init(
        severity: Severity = .error, code: String, message: String, location: SourceLocation,
        sourceLine: String? = nil, fix: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.location = location
        self.sourceLine = sourceLine
        self.fix = fix
    }
}

extension Diagnostic: CustomStringConvertible {
    public var description: String { rendered }

    /// `file:line:column: error: message [code]`, then the source line with a caret below the column, then the fix.
    public var rendered: String {
        var text = "\(location): \(severity.rawValue): \(message) [\(code)]"
        if let sourceLine {
            let shown = excerpt(of: sourceLine)
            text += "\n  \(shown.text)\n  \(shown.caretLine)"
        }
        if let fix {
            text += "\nfix: \(fix)"
        }
        return text
    }

    /// The part of a line that is worth showing: at most 120 code points, the column among them.
    private func excerpt(of line: String) -> (text: String, caretLine: String) {
        let scalars = Array(line.unicodeScalars)
        let column = min(max(location.column - 1, 0), scalars.count)
        let start = column > 100 ? column - 60 : 0
        let end = min(scalars.count, start + 120)
        var text = String.UnicodeScalarView()
        var caretLine = ""
        for (index, scalar) in scalars[start..<end].enumerated() {
            text.append(scalar.visible)
            if start + index < column {
                caretLine += scalar == "\t" ? "\t" : " "
            }
        }
        return (String(text), caretLine + "^")
    }
}

/// Everything that was found in one go, in source order; what parsing and compiling throw.
public struct Diagnostics: Error, Sendable, Hashable {
    public var all: [Diagnostic]

    public init(_ all: [Diagnostic]) {
        self.all = all
    }
}

extension Diagnostics: CustomStringConvertible {
    public var description: String { rendered }

    /// Each finding as rendered, one below the other.
    public var rendered: String { all.map(\.rendered).joined(separator: "\n") }
}

extension Unicode.Scalar {
    /// Itself, or U+FFFD for control and formatting characters, so that hostile sources can neither drive a terminal
    /// nor show text in another order than it has.
    var visible: Unicode.Scalar {
        switch properties.generalCategory {
        case .control: self == "\t" ? self : "\u{FFFD}"
        case .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
        default: self
        }
    }
}

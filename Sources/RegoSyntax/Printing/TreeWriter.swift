/// Builds the text of a tree line by line, and puts comments back where their lines say.
struct TreeWriter {
    /// Where strings keep their spelling from; nil when only the tree counts.
    let source: SourceFile?
    var text = ""
    /// Comments not written yet, in order; `#` of each is at `location`.
    var comments: ArraySlice<Comment> = []
    /// Writes everything on one line.
    var isInline = false
    private var indentation = 0
    private var isAtLineStart = true
    /// The source line that was written last; 0 when unknown.
    var lastLine = 0

    init(source: SourceFile?) {
        self.source = source
    }

    mutating func write(_ piece: String) {
        if isAtLineStart, !isInline {
            text += String(repeating: "\t", count: indentation)
        }
        isAtLineStart = false
        text += piece
    }

    /// Ends the line, with the comment that ended it in the source; comments from byte `limit` on are left for later.
    mutating func endLine(before limit: Int = .max) {
        guard !isAtLineStart else { return }
        func belongsHere(_ comment: Comment) -> Bool {
            lastLine > 0 && comment.location.line <= lastLine && comment.location.offset < limit
        }
        if let comment = comments.first, belongsHere(comment) {
            text += " #" + comment.trimmed
            comments.removeFirst()
        }
        text += "\n"
        isAtLineStart = true
        if opensBlock { return }
        while let comment = comments.first, belongsHere(comment) {
            writeLine(of: comment)
        }
    }

    mutating func blankLine() {
        if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
    }

    /// Writes the comments that stand above source line `line`, then a blank line if the source has one before it.
    mutating func approach(line: Int) {
        guard line > 0, !isInline else { return }
        while let comment = comments.first, comment.location.line < line {
            keepBlankLine(before: comment.location.line)
            writeLine(of: comment)
        }
        keepBlankLine(before: line)
    }

    private mutating func keepBlankLine(before line: Int) {
        if lastLine > 0, line > lastLine + 1, !opensBlock { blankLine() }
    }

    /// Whether the line before opened a block or bracket, so that no blank line may follow.
    private var opensBlock: Bool {
        guard text.hasSuffix("\n") else { return false }
        let last = text.utf8.dropLast().last
        return last == UInt8(ascii: "{") || last == UInt8(ascii: "[") || last == UInt8(ascii: "(")
            || last == UInt8(ascii: "|")
    }

    func end(of location: SourceLocation) -> ClosingPlace {
        guard let source else { return ClosingPlace() }
        return ClosingPlace(line: source.lastLine(of: location), offset: location.offset + location.length)
    }

    private mutating func writeLine(of comment: Comment) {
        write("#" + comment.trimmed)
        text += "\n"
        isAtLineStart = true
        lastLine = max(lastLine, comment.location.line)
        comments.removeFirst()
    }

    mutating func indent() { indentation += 1 }

    mutating func outdent() { indentation -= 1 }

    /// The text with all comments that are left, ending in one newline.
    mutating func finish() -> String {
        endLine()
        approach(line: Int.max)
        while text.hasSuffix("\n\n") { text.removeLast() }
        return text
    }
}

extension Comment {
    /// The text without white space at the end.
    fileprivate var trimmed: String {
        var view = text[...]
        while let last = view.unicodeScalars.last, last == " " || last == "\t" || last == "\r" {
            view.unicodeScalars.removeLast()
        }
        return String(view)
    }
}

/// Where a bracket closes in the source.
struct ClosingPlace {
    /// 0 when there is no source.
    var line = 0
    var offset = Int.max
}

extension SourceFile {
    /// The line on which the covered text ends.
    func lastLine(of location: SourceLocation) -> Int {
        guard location.length > 0, location.offset + location.length <= text.count else { return location.line }
        let covered = text[location.offset..<location.offset + location.length]
        return location.line + covered.lazy.filter { $0 == UInt8(ascii: "\n") }.count
    }
}

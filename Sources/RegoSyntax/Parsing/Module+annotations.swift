// METADATA blocks: a comment that starts with `METADATA` and the comments in the first column of the lines below it.

extension Module {
    /// Collects the blocks, and gives each to the package or rule that follows it, if an import does not come first.
    mutating func attachAnnotations() {
        annotations = Self.blocks(in: comments)
        guard !annotations.isEmpty else { return }
        let importLines = imports.map(\.location.line)
        for annotation in annotations {
            let line = annotation.lastLine
            let nextImport = importLines.first { $0 > line } ?? Int.max
            if package.location.line > line {
                package.annotations.append(annotation)
            } else if let rule = rules.firstIndex(where: { $0.location.line > line }),
                rules[rule].location.line < nextImport
            {
                rules[rule].annotations.append(annotation)
            }
        }
    }

    private static func blocks(in comments: [Comment]) -> [Annotation] {
        var blocks: [Annotation] = []
        var isOpen = false
        for comment in comments {
            if isOpen, let last = blocks.last, comment.location.column == 1,
                comment.location.line == last.lastLine + 1
            {
                let text = comment.text.hasPrefix(" ") ? String(comment.text.dropFirst()) : comment.text
                blocks[blocks.count - 1].yaml += text + "\n"
                blocks[blocks.count - 1].lastLine += 1
                continue
            }
            isOpen = comment.text.drop { $0 == " " || $0 == "\t" }.hasPrefix("METADATA")
            if isOpen {
                blocks.append(Annotation(yaml: "", location: comment.location, lastLine: comment.location.line))
            }
        }
        return blocks
    }
}

import RegoSyntax
import Yams

/// The lines of a file, its documents, and the way from lines and columns to byte offsets. A byte order mark at the
/// beginning belongs to no line.
struct SourceLines {
    /// One YAML document: lines from one `---` up to the next.
    struct Chunk {
        /// 1-based line of the file where it starts.
        let firstLine: Int
        let text: String

        /// The 0-based line at which brackets, dashes or indentation open more than `limit` levels; nil when none does.
        /// A coarse look that keeps hostile input away from the parser's recursion.
        func tooDeepLine(limit: Int) -> Int? {
            var open = 0
            for (row, line) in rows.enumerated() {
                let markers = line.prefix { [UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: " ")].contains($0) }
                    .count
                for byte in line {
                    if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { open += 1 }
                    if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { open = max(0, open - 1) }
                    if open > limit { return row }
                }
                if markers > 4 * limit, line.count > markers { return row }
            }
            return nil
        }

        /// The 0-based line of the first alias when so many stand here that comparing keys could take forever; few of
        /// them are harmless, and refused by name later.
        var manyAliasesLine: Int? {
            YAMLAliases.first(in: text.utf8, ifMoreThan: 16).map { alias in
                text.utf8.prefix(alias).count { $0 == UInt8(ascii: "\n") }
            }
        }

        private var rows: [Substring.UTF8View.SubSequence] {
            text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        }
    }

    let file: SourceFile
    private let starts: [Int]

    init(file: SourceFile) {
        self.file = file
        var starts = [file.byteOrderMark]
        for (offset, byte) in file.text.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.starts = starts
    }

    var documents: [Chunk] {
        var chunks: [Chunk] = []
        var first = 1
        var bytes: [UInt8] = []
        for number in 1...starts.count {
            let end = number < starts.count ? starts[number] : file.text.count
            let line = file.text[starts[number - 1]..<end]
            if number > first, Self.isSeparator(line) {
                chunks.append(Chunk(firstLine: first, text: String(decoding: bytes, as: UTF8.self)))
                first = number
                bytes = []
            }
            bytes.append(contentsOf: line)
        }
        chunks.append(Chunk(firstLine: first, text: String(decoding: bytes, as: UTF8.self)))
        return chunks
    }

    /// `---` in the first column starts a document wherever it stands, in a text block too (YAML 1.2.2, section 9.1.2).
    private static func isSeparator(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: Array("---".utf8)) else { return false }
        guard let next = line.dropFirst(3).first else { return true }
        return [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains(next)
    }

    /// The place at a 1-based line and column (in code points).
    func location(line: Int, column: Int) -> SourceLocation {
        let line = min(max(line, 1), starts.count)
        let end = line < starts.count ? starts[line] : file.text.count
        var offset = starts[line - 1]
        var passed = 1
        while passed < column, offset < end {
            offset += 1
            while offset < end, file.text[offset] & 0xC0 == 0x80 { offset += 1 }
            passed += 1
        }
        return SourceLocation(file: file.name, line: line, column: max(column, 1), offset: offset)
    }

    /// The place of a byte of the file.
    func location(offset: Int) -> SourceLocation {
        var low = 0
        var high = starts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        let end = min(max(offset, starts[low]), file.text.count)
        let column = file.text[starts[low]..<end].count { $0 & 0xC0 != 0x80 } + 1
        return SourceLocation(file: file.name, line: low + 1, column: column, offset: offset)
    }

    /// The ASCII character at a place.
    func scalar(at location: SourceLocation) -> Unicode.Scalar? {
        location.offset < file.text.count ? Unicode.Scalar(file.text[location.offset]) : nil
    }

    /// Where `key` stands as a key behind `mark`: 0-based rows and columns in `rows`.
    static func keyPlaces(
        of key: [Unicode.Scalar], in rows: [[Unicode.Scalar]], after mark: Mark
    ) -> [(row: Int, column: Int, isSameColumn: Bool)] {
        var places: [(row: Int, column: Int, isSameColumn: Bool)] = []
        for row in (mark.line - 1)..<rows.count {
            let scalars = rows[row]
            guard scalars.count > key.count else { continue }
            for column in 0..<(scalars.count - key.count) where Array(scalars[column..<column + key.count]) == key {
                if row == mark.line - 1, column <= mark.column - 1 { continue }
                var next = column + key.count
                var start = column
                if column > 0, scalars[column - 1] == "\"" || scalars[column - 1] == "'" {
                    next += 1
                    start -= 1
                }
                let before = start > 0 ? scalars[start - 1] : " "
                guard next < scalars.count, scalars[next] == ":", [" ", "{", ",", "\t"].contains(before) else {
                    continue
                }
                places.append((row, column, start == mark.column - 1))
            }
        }
        return places
    }
}

extension SourceFile {
    /// The bytes of a UTF-8 byte order mark at the beginning: three, or none.
    var byteOrderMark: Int { text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }
}

import RegoSyntax
import Yams

/// Turns a YAML or JSON file into located nodes, one for each document in it.
///
/// Each document is read on its own, so that a fault in one hides nothing in the next. Anchors, aliases and tags are
/// refused: what stands in a policy is what it says.
struct DocumentReader {
    private let file: SourceFile
    private let findings: Findings
    private let lines: SourceLines

    /// Documents nest at most this deep.
    private static let deepest = 64
    /// At most this many duplicate keys are told of a document.
    private static let mostDuplicates: UInt32 = 50
    /// A key that has been told of gets a name that ends in a private character, each in another one.
    private static let firstStandIn: UInt32 = 0xF0000

    private init(file: SourceFile, lines: SourceLines, findings: Findings) {
        self.file = file
        self.findings = findings
        self.lines = lines
    }

    /// The documents of `file` that could be read, and whether that was all of them.
    static func read(_ file: SourceFile, into findings: Findings) -> (documents: [LocatedNode], isWhole: Bool) {
        let top = SourceLocation(file: file.name, line: 1, column: 1)
        guard file.text.count <= PolicyTree.largestFile else {
            findings.error(
                .fileTooLarge, "the file has \(file.text.count) bytes, and a policy file has at most 1048576", at: top,
                fix: "split it: a tree may have any number of files")
            return ([], false)
        }
        guard String(validating: file.text, as: UTF8.self) != nil else {
            findings.error(.notUTF8, "the file is not UTF-8 text", at: top, fix: "save it as UTF-8")
            return ([], false)
        }
        let lines = SourceLines(file: file)
        let reader = DocumentReader(file: file, lines: lines, findings: findings)
        var documents: [LocatedNode] = []
        var isWhole = true
        for chunk in lines.documents {
            switch reader.read(chunk) {
            case .success(let node?): documents.append(node)
            case .success(nil): continue
            case .failure: isWhole = false
            }
        }
        return (documents, isWhole)
    }

    private struct Unreadable: Error {}

    private func read(_ chunk: SourceLines.Chunk) -> Result<LocatedNode?, Unreadable> {
        if let line = chunk.tooDeepLine(limit: Self.deepest) {
            findings.error(
                .tooDeep, "values nest more than \(Self.deepest) deep",
                at: lines.location(line: chunk.firstLine + line, column: 1), fix: "flatten the document")
            return .failure(Unreadable())
        }
        if let line = chunk.manyAliasesLine {
            findings.error(
                .anchor, "anchors and aliases are not part of the policy language",
                at: lines.location(line: chunk.firstLine + line, column: 1), fix: "write the value out where it is used"
            )
            return .failure(Unreadable())
        }
        var text = chunk.text
        var duplicates: UInt32 = 0
        while true {
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                guard let root = try parser.nextRoot() else { return .success(nil) }
                let node = try convert(root, chunk: chunk, depth: 0)
                if case .null = node.kind { return .success(nil) }
                return duplicates > 0 ? .failure(Unreadable()) : .success(node)
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let keys, let context) = error, let key = keys.first,
                    duplicates < Self.mostDuplicates,
                    let renamed = renameDuplicate(
                        of: key, number: duplicates, after: context.mark, in: text, chunk: chunk)
                else {
                    report(error, chunk: chunk)
                    return .failure(Unreadable())
                }
                text = renamed
                duplicates += 1
            } catch {
                return .failure(Unreadable())
            }
        }
    }

    /// Reports the second occurrence of `key` and returns the text with it renamed, so that reading can go on and find
    /// the next; nil when the occurrence is not where it is looked for.
    private func renameDuplicate(
        of key: String, number: UInt32, after mark: Mark, in text: String, chunk: SourceLines.Chunk
    ) -> String? {
        var rows = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        let wanted = Array(key.unicodeScalars)
        guard !wanted.isEmpty, mark.line >= 1, mark.line <= rows.count else { return nil }
        let places = SourceLines.keyPlaces(of: wanted, in: rows, after: mark)
        guard let place = places.first(where: { $0.isSameColumn }) ?? places.first else { return nil }
        let location = lines.location(line: chunk.firstLine + place.row, column: place.column + 1)
        findings.error(
            .duplicateKey, "`\(key)` stands here twice; first in line \(chunk.firstLine + mark.line - 1)", at: location,
            fix: "keep one of the two")
        guard let last = Unicode.Scalar(Self.firstStandIn + number) else { return nil }
        let stand: [Unicode.Scalar] = Array(repeating: "\u{E000}", count: wanted.count - 1) + [last]
        rows[place.row].replaceSubrange(place.column..<place.column + wanted.count, with: stand)
        var result = String.UnicodeScalarView()
        for (index, row) in rows.enumerated() {
            if index > 0 { result.append("\n") }
            result.append(contentsOf: row)
        }
        return String(result)
    }

    private func report(_ error: YamlError, chunk: SourceLines.Chunk) {
        let (problem, mark): (String, Mark?) =
            switch error {
            case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
                .composer(let context, let problem, let mark, _):
                ([context?.text, problem].compactMap { $0 }.joined(separator: ": "), mark)
            case .reader(let problem, _, let value, _):
                (value == 0 ? problem : "\(problem) (U+\(String(value, radix: 16, uppercase: true)))", nil)
            case .duplicatedKeysInMapping(let keys, let context):
                ("`\(keys.first ?? "")` stands twice in one mapping", context.mark)
            default: ("the document cannot be read", nil)
            }
        findings.error(
            .yamlSyntax, problem.isEmpty ? "the document cannot be read" : problem,
            at: lines.location(line: chunk.firstLine + max((mark?.line ?? 1) - 1, 0), column: mark?.column ?? 1),
            fix: "correct the YAML; text that holds `: `, ` #` or starts with one of `*&!%@[]{}|>` needs quotes")
    }

    private func convert(_ node: Node, chunk: SourceLines.Chunk, depth: Int) throws -> LocatedNode {
        guard let mark = node.mark else { throw Unreadable() }
        let location = lines.location(line: chunk.firstLine + mark.line - 1, column: mark.column)
        let first = lines.scalar(at: location)
        if first == "&" || first == "*" {
            findings.error(
                .anchor, "anchors and aliases are not part of the policy language", at: location,
                fix: "write the value out where it is used")
            throw Unreadable()
        }
        if first == "!" {
            findings.error(
                .tag, "YAML tags are not part of the policy language", at: location,
                fix: "remove the tag; put text that looks like a number in quotes")
            throw Unreadable()
        }
        switch node {
        case .scalar(let scalar):
            return LocatedNode(kind: Self.kind(of: scalar), location: location)
        case .sequence(let sequence):
            return LocatedNode(
                kind: .list(try sequence.map { try convert($0, chunk: chunk, depth: depth + 1) }), location: location)
        case .mapping(let mapping):
            var entries: [LocatedNode.Entry] = []
            for (key, value) in mapping {
                let name = try convert(key, chunk: chunk, depth: depth + 1)
                guard case .scalar(let scalar) = key else {
                    findings.error(
                        .wrongType, "a field name is \(name.description)", at: name.location, fix: "use a plain name")
                    throw Unreadable()
                }
                let converted = try convert(value, chunk: chunk, depth: depth + 1)
                entries.append(.init(key: scalar.string, keyLocation: name.location, value: converted))
            }
            return LocatedNode(kind: .mapping(entries), location: location)
        case .alias:
            throw Unreadable()
        }
    }

    /// Plain `null`, `true`, `false` and JSON numbers are what they look like; everything else is text.
    private static func kind(of scalar: Node.Scalar) -> LocatedNode.Kind {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: return ExactDecimal.isNumber(scalar.string) ? .number(scalar.string) : .string(scalar.string)
        }
    }
}

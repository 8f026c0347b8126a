internal import MerkleLog
internal import RegoValues

/// The first line of a segment: where the journal stood when the segment was begun, signed. A segment can thus be read,
/// continued and verified without those before it.
///
///     {"commit":N,"commit_hash":"HEX","format":1,"gateway":"NAME",
///      "logs":[{"frontier":["BASE64",…],"hash":"HEX","log":"NAME/TENANT","size":N},…],"segment":N,"signature":"BASE64"}
struct SegmentHeader {
    let segment: UInt64
    let state: JournalState

    static let signatureDomain = "aegis audit segment\n"

    /// Writes the line with its newline. The state must have nothing uncovered.
    /// - Throws: ``NoteError/signingFailed``.
    func encoded(signer: NoteSigner) throws(NoteError) -> [UInt8] {
        var line = unsigned()
        let signature = try signer.signature(over: Array(Self.signatureDomain.utf8) + line + [UInt8(ascii: "}")])
        line.append(contentsOf: ",\"signature\":\"\(Base64.encode(signature))\"}\n".utf8)
        return line
    }

    // The line up to its last member, the closing bracket not included.
    private func unsigned() -> [UInt8] {
        var line = Array("{\"commit\":\(state.commits),\"commit_hash\":\"\(state.commitHash.hex)\"".utf8)
        line.append(contentsOf: ",\"format\":1,\"gateway\":".utf8)
        line.append(quoted: state.gateway)
        line.append(contentsOf: ",\"logs\":[".utf8)
        for (place, (log, end)) in state.logs.sorted(by: { $0.key < $1.key }).enumerated() {
            if place > 0 { line.append(UInt8(ascii: ",")) }
            let nodes = end.frontier.nodes.map { "\"\($0.base64)\"" }.joined(separator: ",")
            line.append(contentsOf: "{\"frontier\":[\(nodes)],\"hash\":\"\(end.lastHash.hex)\",\"log\":".utf8)
            line.append(quoted: log)
            line.append(contentsOf: ",\"size\":\(end.size)}".utf8)
        }
        line.append(contentsOf: "],\"segment\":\(segment)".utf8)
        return line
    }

    /// Reads a line, newline not included, that one of these keys must have signed.
    static func read(_ line: UnsafeBufferPointer<UInt8>, keys: [NoteVerifier]) throws(LineFault) -> SegmentHeader {
        let (header, signature) = try parse(line)
        let signed = Array(signatureDomain.utf8) + header.unsigned() + [UInt8(ascii: "}")]
        guard keys.contains(where: { $0.isValid(signature, for: signed) }) else {
            throw LineFault("the segment header is not signed by a known key")
        }
        return header
    }

    /// Reads a line whoever signed it, for its form alone.
    static func parse(_ line: UnsafeBufferPointer<UInt8>) throws(LineFault) -> (SegmentHeader, signature: [UInt8]) {
        var cursor = JSONCursor(line)
        guard cursor.literal("{\"commit\":"), let commits = cursor.unsigned(),
            cursor.literal(",\"commit_hash\":"), let commitHash = cursor.string().flatMap({ MerkleHash(hex: $0) }),
            cursor.literal(",\"format\":1,\"gateway\":"), let gateway = cursor.string(),
            cursor.literal(",\"logs\":"), let logs = cursor.list(Self.log),
            cursor.literal(",\"segment\":"), let segment = cursor.unsigned(),
            cursor.literal(",\"signature\":"), let signature = cursor.string().flatMap({ Base64.decode($0.utf8) }),
            cursor.literal("}"), cursor.isAtEnd
        else { throw LineFault("malformed segment header") }
        var state = JournalState(gateway: gateway)
        state.commits = commits
        state.commitHash = commitHash
        for (log, end) in logs {
            guard LogName.isValid(log, gateway: gateway), state.logs.updateValue(end, forKey: log) == nil else {
                throw LineFault("malformed segment header")
            }
        }
        let header = SegmentHeader(segment: segment, state: state)
        // The line must be the one spelling of what it says, else its signature covers something else.
        guard line.starts(with: header.unsigned()) else { throw LineFault("malformed segment header") }
        return (header, signature)
    }

    private static func log(_ cursor: inout JSONCursor) -> (String, LogState)? {
        guard cursor.literal("{\"frontier\":"),
            let nodes = cursor.list({ $0.string().flatMap { MerkleHash(base64: Array($0.utf8)) } }),
            cursor.literal(",\"hash\":"), let hash = cursor.string().flatMap({ MerkleHash(hex: $0) }),
            cursor.literal(",\"log\":"), let log = cursor.string(), cursor.literal(",\"size\":"),
            let size = cursor.unsigned(), let frontier = MerkleFrontier(size: size, nodes: nodes), cursor.literal("}")
        else { return nil }
        return (log, LogState(lastHash: hash, frontier: frontier))
    }
}

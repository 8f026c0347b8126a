import MerkleLog

/// A record's place in its log, to be checked with nothing but the record and a key. Source: c2sp.org/tlog-proof.
struct PackProof {
    private static let header = "c2sp.org/tlog-proof@v1"

    let index: UInt64
    let path: [MerkleHash]
    /// The checkpoint, as a signed note.
    let note: String

    init(index: UInt64, path: [MerkleHash], note: String) {
        self.index = index
        self.path = path
        self.note = note
    }

    /// Nil for what is no proof without extra data.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let split = text.firstRange(of: "\n\n") else {
            return nil
        }
        let lines = text[..<split.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines[0] == Self.header, lines[1].hasPrefix("index "),
            let index = UInt64(lines[1].dropFirst(6))
        else { return nil }
        var path: [MerkleHash] = []
        for line in lines.dropFirst(2) {
            guard let hash = MerkleHash(base64: Array(line.utf8)) else { return nil }
            path.append(hash)
        }
        self.init(index: index, path: path, note: String(text[split.upperBound...]))
    }

    var bytes: [UInt8] {
        Array("\(Self.header)\nindex \(index)\n\(path.map { $0.base64 + "\n" }.joined())\n\(note)".utf8)
    }
}

import AuditTrail
import MerkleLog

extension PackCheck {
    /// A retention record, and the proof that the head covers it: then what it names may be gone. The signature under the head
    /// is looked at when the log has told of its keys.
    mutating func takeRemoval(_ name: String, _ bytes: [UInt8]) throws(PackError) {
        let removal = try PackJSON.decode(PackRemoval.self, from: bytes, at: name, .file)
        let line = Array(removal.record.utf8)
        guard let manifest, let facts = try? RecordFacts(line: line) else {
            throw PackError(.file, "this cannot be understood: it is not about a record of the log", at: name)
        }
        let path = removal.hashes.compactMap { MerkleHash(base64: Array($0.utf8)) }
        let record = AuditRecordLine(bytes: line, place: AuditPlace(file: name, line: 1))
        guard path.count == removal.hashes.count, let root = MerkleHash(base64: Array(manifest.head.root.utf8)),
            let notice = RemovalNotice(record), notice.index == facts.index, facts.log == manifest.log,
            MerkleProof.holds(line, at: facts.index, path, in: manifest.head.size, root)
        else {
            throw PackError(
                .removal, "record \(facts.index) is not shown to be the log's word on what was removed", at: name)
        }
        removals.add(notice)
    }
}

extension MerkleProof {
    fileprivate static func holds(
        _ line: [UInt8], at index: UInt64, _ path: [MerkleHash], in size: UInt64, _ root: MerkleHash
    ) -> Bool {
        do throws(ProofError) {
            try verifyInclusion(of: .leaf(line), index: index, size: size, root: root, proof: path)
            return true
        } catch { return false }
    }
}

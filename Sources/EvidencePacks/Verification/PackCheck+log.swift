import AuditTrail
import MerkleLog
import RegoValues

extension PackCheck {
    /// One chunk of the log: records, and checkpoints over them.
    mutating func takeLog(_ name: String, _ bytes: [UInt8]) throws(PackError) {
        _ = try checkedKeys()
        removals.settle()
        let content = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        var number = 0
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let place = "\(name):\(number)"
            let isFine = attempt { (check) throws(PackError) in
                if line.starts(with: "{\"checkpoint\":".utf8) {
                    try check.takeCheckpoint(line, at: place)
                } else if line.starts(with: PrunedRecord.prefix.utf8) {
                    try check.takeRemoved(line, at: place)
                } else {
                    try check.takeRecord(line, at: place)
                }
            }
            if !isFine { log?.isBroken = true }
        }
    }

    private mutating func takeRecord(_ line: ArraySlice<UInt8>, at place: String) throws(PackError) {
        guard let (facts, leaf) = try log?.take(line, at: place) else { return }
        if samples[facts.index] != nil { samples[facts.index] = leaf }
        guard let manifest, manifest.period.from <= facts.time, facts.time < manifest.period.to else { return }
        if let version = facts.policyVersion {
            let policy = policies[version]
            if policy == nil || facts.bundleDigest != nil && facts.bundleDigest != policy?.digest {
                fault(
                    PackError(
                        .policy, "record \(facts.index) names `\(version)`, and that policy version is not in the pack",
                        at: place))
            }
        }
        recount.count(facts)
        guard replay != nil, facts.kind == "decision" else { return }
        attempt { (check) throws(PackError) in try check.replay?.check(facts, Array(line), at: place) }
    }

    // Where no word of its removal is there, the hash that is left can be followed all the same.
    private mutating func takeRemoved(_ line: ArraySlice<UInt8>, at place: String) throws(PackError) {
        do throws(PackError) { try log?.takeRemoved(line, removals, at: place) } catch {
            guard error.code == .removal else { throw error }
            fault(error)
        }
    }

    /// The checkpoint in a note, by the key that signed the log at its size.
    /// - Throws: ``PackError`` `.checkpoint`.
    mutating func open(_ note: [UInt8], _ what: String, at place: String) throws(PackError) -> CheckedNote {
        let opened = try checkedKeys().open(note, what, at: place)
        guard let log, !log.isBroken else { return opened }
        guard log.succession.allows(opened.signers, size: opened.checkpoint.size, records: log.next) else {
            throw PackError(.checkpoint, "\(what): it is signed by a key that was not in use then", at: place)
        }
        return opened
    }

    private mutating func takeCheckpoint(_ line: ArraySlice<UInt8>, at place: String) throws(PackError) {
        let behind = (log?.next ?? 0).lastIndex
        let note: CheckedNote
        do throws(PackError) {
            let text = try? PackJSON.decode([String: String].self, from: Array(line), at: place, .checkpoint)
            note = try open(
                Array((text?["checkpoint"] ?? "").utf8), "the checkpoint behind record \(behind)", at: place)
        } catch {
            log?.skipCheckpoint()
            throw error
        }
        if let next = try log?.take(note, at: place) { keys?.trust(next) }
        recount.add(note.witnesses)
    }

    /// A sample's record, or its proof.
    mutating func takeSample(_ name: String, _ bytes: [UInt8]) throws(PackError) {
        let file = name.dropFirst("samples/".count)
        guard let index = UInt64(file.prefix(12)), let sample = samples[index], let leaf = sample else {
            guard log?.isBroken == true else {
                throw PackError(.sample, "this is not a sample of the control map", at: name)
            }
            return
        }
        if file.hasSuffix(".json") {
            let line = bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
            guard MerkleHash.leaf(line) == leaf else {
                throw PackError(.sample, "this is not record \(index) of the log", at: name)
            }
            return
        }
        let wrong = PackError(.sample, "the proof does not lead from record \(index) to its checkpoint", at: name)
        guard let proof = PackProof(bytes), proof.index == index else { throw wrong }
        let checkpoint = try open(Array(proof.note.utf8), "the sample's checkpoint", at: name).checkpoint
        do throws(ProofError) {
            try MerkleProof.verifyInclusion(
                of: leaf, index: index, size: checkpoint.size, root: checkpoint.root, proof: proof.path)
        } catch { throw wrong }
    }
}

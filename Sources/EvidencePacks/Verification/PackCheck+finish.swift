import FoundationEssentials
import MerkleLog
import SignedTokens

extension PackCheck {
    /// What can be said only at the end.
    mutating func finish() {
        log?.finish()
        guard let log, let keys, let manifest, log.checkpoints > 0 else {
            return fault(
                PackError(.manifest, "there is no manifest, or no log under checkpoints", at: PackLayout.manifest))
        }
        defer {
            count(
                records: recount.records, decisions: recount.decisions, checkpoints: log.checkpoints,
                witnesses: recount.witnesses)
        }
        attempt { (check) throws(PackError) in try check.checkAttestation(keys) }
        let wanted =
            manifest.policies.map(\.file) + samples.keys.flatMap { [PackLayout.sample($0), PackLayout.proof($0)] }
            + [PackLayout.head, PackLayout.controls] + (manifest.head.stamped == true ? [PackLayout.stamp] : [])
        for name in Set(wanted).sorted() where digests[name] == nil {
            fault(PackError(.file, "the file is missing", at: name))
        }
        replay?.skip(log.removed)
        attempt { (check) throws(PackError) in try check.replay?.finish() }
        openHeads()
        guard !log.isBroken, let head else { return }
        let isComplete = attempt { (check) throws(PackError) in try check.checkRange(manifest, log, head, keys) }
        if isComplete { attempt { (check) throws(PackError) in try check.checkControls(manifest) } }
    }

    /// What is signed over more than the records here, now that these have told of the log's keys.
    private mutating func openHeads() {
        if let headBytes {
            attempt { (check) throws(PackError) in
                check.head = try check.open(headBytes, "the head", at: PackLayout.head)
            }
        }
        for known in expectation.checkpoints {
            attempt { (check) throws(PackError) in
                let note = try check.open(known.note, "the known checkpoint", at: known.source)
                check.known.append(Known(source: known.source, checkpoint: note.checkpoint))
            }
        }
    }

    private mutating func checkAttestation(_ keys: CheckedKeys) throws(PackError) {
        let place = PackLayout.attestation
        guard let envelope else {
            throw PackError(.attestation, "the attestation is missing: the pack was cut, or never finished", at: place)
        }
        guard let payload = keys.pack.lazy.compactMap({ envelope.verified(by: $0) }).first else {
            throw PackError(.attestation, "the attestation is not signed by a known pack key", at: place)
        }
        let statement = try PackJSON.decode(
            InTotoStatement.self, from: payload, at: place, .attestation, keys: .useDefaultKeys)
        guard envelope.payloadType == DSSEEnvelope.statementType, statement.type == InTotoStatement.statementType,
            statement.predicateType == InTotoStatement.packType
        else { throw PackError(.attestation, "the statement is not one of a pack", at: place) }
        let listed = Dictionary(statement.subject.map { ($0.name, $0.digest.sha256) }) { first, _ in first }
        for name in Set(listed.keys).union(digests.keys).subtracting([place]).sorted()
        where listed[name] != digests[name] {
            let what =
                digests[name] == nil
                ? "is missing" : listed[name] == nil ? "is not attested" : "is not the attested one"
            fault(PackError(.file, "the file \(what)", at: name))
        }
    }

    private mutating func checkRange(
        _ manifest: PackManifest, _ log: LogCheck, _ head: CheckedNote, _ keys: CheckedKeys
    ) throws(PackError) {
        func need(_ holds: Bool, _ message: String) throws(PackError) {
            if !holds { throw PackError(.range, message, at: "log") }
        }
        let (end, checkpoint) = (log.next, head.checkpoint)
        try need(
            end == manifest.records.end && end == log.covered,
            "the log ends with record \(end.lastIndex), not with \(manifest.records.end.lastIndex)")
        try need(
            checkpoint.origin == manifest.log && checkpoint.size == manifest.head.size
                && checkpoint.root.base64 == manifest.head.root && isPrefix(log, of: checkpoint),
            "records up to \(end.lastIndex) are not shown to be in the head's log")
        try need(
            manifest.records.first == 0 || log.firstTime.map { $0 < manifest.period.from } ?? false,
            "nothing shows that no record of the period stands before record \(manifest.records.first)")
        try need(
            end == checkpoint.size || log.lastTime ?? "" >= manifest.period.to,
            "nothing shows that no record of the period stands behind record \(end.lastIndex)")
        for known in known { compare(known, manifest, log, checkpoint) }
        recount.add(head.witnesses)
        for witness in keys.witnesses { check(witness, manifest) }
    }

    /// A witness that was named must have seen every record here, and the log once the period was over: a log that was cut
    /// back as a whole, with what the witness had signed until then, looks whole otherwise.
    private mutating func check(_ witness: CosignatureVerifier, _ manifest: PackManifest) {
        let isNamed = expectation.witnessKeys.contains { $0.text == witness.text }
        let (log, end) = (manifest.log, manifest.records.end)
        let message: String
        if let sight = recount.witnesses[witness.text] {
            guard isNamed else { return }
            if sight.size < end {
                message =
                    "the witness `\(witness.name)` has seen \(sight.size) records of `\(log)`, and the pack goes to \(end)"
            } else if sight.time < manifest.period.to {
                message =
                    "the witness `\(witness.name)` last saw `\(log)` at \(sight.time): nothing shows that it was not cut back to then"
            } else {
                return
            }
        } else {
            message = "the witness `\(witness.name)` has signed no checkpoint here"
        }
        fault(PackError(.witness, message, at: PackLayout.head))
    }

    private func isPrefix(_ log: LogCheck, of head: Checkpoint) -> Bool {
        let path = (consistency?.hashes ?? []).compactMap { MerkleHash(base64: Array($0.utf8)) }
        guard path.count == consistency?.hashes.count ?? 0 else { return false }
        do throws(ProofError) {
            try MerkleProof.verifyConsistency(
                from: log.next, root: log.root, to: head.size, root: head.root, proof: path)
            return true
        } catch { return false }
    }

    private mutating func compare(_ known: Known, _ manifest: PackManifest, _ log: LogCheck, _ head: Checkpoint) {
        let size = known.checkpoint.size
        let root = size == head.size ? head.root : log.roots[size]
        guard known.checkpoint.origin != manifest.log || root != known.checkpoint.root else { return }
        let message =
            size > head.size
            ? "`\(manifest.log)` was cut: it once had \(size) records, and the head covers \(head.size)"
            : root != nil
                ? "`\(manifest.log)` was rewritten: at size \(size) it has another root"
                : "nothing here ties a checkpoint of size \(size) to records \(manifest.records.first) to \(log.next.lastIndex)"
        fault(PackError(.known, message, at: known.source))
    }

    private mutating func checkControls(_ manifest: PackManifest) throws(PackError) {
        let removed = log?.removed.counts ?? [:]
        guard recount.records == manifest.records.inPeriod, recount.decisions == manifest.records.decisions,
            removed == manifest.records.removed ?? [:]
        else {
            throw PackError(
                .manifest,
                "the period has \(recount.records) records and \(recount.decisions) decisions, and \(removed.total) were removed",
                at: PackLayout.manifest)
        }
        for (listed, counted) in zip(map.controls, recount.map?.controls ?? [])
        where (listed.count, listed.counts, listed.samples) != (counted.count, counted.counts, counted.samples) {
            fault(
                PackError(
                    .controls, "`\(listed.id)` has other evidence: \(counted.count) records count",
                    at: PackLayout.controls))
        }
    }
}

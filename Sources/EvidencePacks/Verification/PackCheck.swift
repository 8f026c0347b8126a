import AuditTrail
import FoundationEssentials
import MerkleLog
import SignedTokens

/// What is known of a pack as its files go by, in the order of the archive.
struct PackCheck {
    /// A checkpoint known from elsewhere, its signature checked.
    struct Known {
        let source: String
        let checkpoint: Checkpoint
    }

    let expectation: PackExpectation
    private(set) var report = PackReport()
    var digests: [String: String] = [:]
    var manifest: PackManifest?
    var entries: [PackKey] = []
    var pem: [String: VerificationKey] = [:]
    var keys: CheckedKeys?
    var log: LogCheck?
    var map = ControlMap(sampleSeed: "", sampleSize: 0, controls: [])
    /// The leaf hashes of the records that are samples; nil until the record goes by.
    var samples: [UInt64: MerkleHash?] = [:]
    var policies: [String: CheckedPolicy] = [:]
    /// What retention records say is gone.
    var removals = AnnouncedRemovals()
    var head: CheckedNote?
    var headBytes: [UInt8]?
    var consistency: PackConsistency?
    var envelope: DSSEEnvelope?
    var known: [Known] = []
    var recount = Recount()
    /// Evaluates decisions again; nil where nobody asked for it.
    var replay: PackReplay?
    private static let faultLimit = 1000

    init(_ expectation: PackExpectation, replays: Bool) {
        self.expectation = expectation
        if replays { replay = PackReplay() }
    }

    mutating func fault(_ error: PackError) {
        if report.faults.count < Self.faultLimit { report.faults.append(error) }
    }

    /// Whether `check` ends without a fault; a fault is kept.
    @discardableResult
    mutating func attempt(_ check: (inout PackCheck) throws(PackError) -> Void) -> Bool {
        do throws(PackError) {
            try check(&self)
            return true
        } catch {
            fault(error)
            return false
        }
    }

    mutating func take(_ name: String, _ bytes: [UInt8]) {
        digests[name] = PackDigest.hex(bytes)
        report.files += 1
        attempt { (check) throws(PackError) in try check.read(name, bytes) }
    }

    private mutating func read(_ name: String, _ bytes: [UInt8]) throws(PackError) {
        switch name {
        case PackLayout.manifest: try begin(PackJSON.decode(PackManifest.self, from: bytes, at: name, .manifest))
        case PackLayout.keys: entries = try PackJSON.decode(PackKeys.self, from: bytes, at: name, .key).keys
        case PackLayout.controls:
            guard let manifest, manifest.policies.allSatisfy({ digests[$0.file] != nil }) else {
                throw PackError(.file, "the control map stands before policies", at: name)
            }
            map = try PackJSON.decode(ControlMap.self, from: bytes, at: name, .controls)
            for index in map.controls.flatMap(\.samples) { samples[index] = .some(nil) }
            report.samples = samples.count
            recount.begin(map, policies: policies)
        case PackLayout.attestation:
            envelope = try PackJSON.decode(
                DSSEEnvelope.self, from: bytes, at: name, .attestation, keys: .useDefaultKeys)
        default: try readPart(name, bytes)
        }
    }

    private mutating func readPart(_ name: String, _ bytes: [UInt8]) throws(PackError) {
        if name.hasPrefix("keys/") {
            do throws(TokenError) {
                pem[name] = try VerificationKey(
                    pem: String(decoding: bytes, as: UTF8.self), name: KeyFile.keyName(forPath: name))
            } catch { throw PackError(.key, error.message, at: name) }
        } else if name.hasPrefix("policies/") {
            let policy = try checkedPolicy(name, bytes)
            policies[policy.version] = policy
        } else if name == PackLayout.head {
            headBytes = bytes
        } else if name == PackLayout.stamp {
            guard TimestampExchange.isAbout(headBytes ?? [], bytes) else {
                throw PackError(.timestamp, "the time stamp is not of the head", at: name)
            }
        } else if name == PackLayout.consistency {
            consistency = try PackJSON.decode(PackConsistency.self, from: bytes, at: name, .range)
        } else if PackLayout.isRecords(name) {
            try takeLog(name, bytes)
        } else if name.hasPrefix(PackLayout.removals) {
            try takeRemoval(name, bytes)
        } else if name.hasPrefix("samples/") {
            try takeSample(name, bytes)
        } else if name.hasPrefix(PackLayout.inputs) {
            try replay?.take(bytes, at: name)
        }
    }

    private mutating func begin(_ manifest: PackManifest) throws(PackError) {
        let place = PackLayout.manifest
        let nodes = manifest.start.frontier.compactMap { MerkleHash(base64: Array($0.utf8)) }
        guard PackManifest.schemas.contains(manifest.schema), manifest.log == "\(manifest.gateway)/\(manifest.tenant)",
            max(manifest.start.size, manifest.records.end, manifest.head.size) < 1 << 53,
            manifest.records.first == manifest.start.size, nodes.count == manifest.start.frontier.count,
            let frontier = MerkleFrontier(size: manifest.start.size, nodes: nodes)
        else { throw PackError(.manifest, "the manifest contradicts itself", at: place) }
        guard manifest.period.isOne, PackPeriod.isInstant(manifest.builtAt) else {
            throw PackError(.manifest, "the period of the manifest is none", at: place)
        }
        self.manifest = manifest
        log = LogCheck(manifest, frontier)
        report.log = manifest.log
        report.from = manifest.period.from
        report.to = manifest.period.to
        report.builtAt = manifest.builtAt
        report.isPeriodOver = manifest.isPeriodOver
        report.policyVersions = manifest.policies.map(\.policyVersion)
    }

    /// The keys, once they are needed: they stand before what they are for.
    mutating func checkedKeys() throws(PackError) -> CheckedKeys {
        if let keys { return keys }
        guard let manifest, !entries.isEmpty else {
            throw PackError(.file, "the manifest or the keys stand behind what they are for", at: "pack")
        }
        let checked = CheckedKeys(entries, pem, expectation, log: manifest.log) { fault($0) }
        keys = checked
        report.keys = checked.listed
        // Their signatures are looked at when all keys are known; roots are taken on the way.
        log?.watched = Set(
            expectation.checkpoints.compactMap { known in
                (try? SignedNote(parsing: known.note)).flatMap { try? Checkpoint(text: $0.text) }?.size
            })
        return checked
    }

    mutating func count(records: Int, decisions: Int, checkpoints: Int, witnesses: [String: WitnessSight]) {
        report.records = records
        report.decisions = decisions
        report.checkpoints = checkpoints
        report.witnesses = witnesses
        report.unapproved = policies.values.filter { !$0.isApproved }.map(\.version).sorted()
        report.replay = replay?.count
        let early = report.isPeriodOver ? [] : [PackReport.early(report.builtAt)]
        report.notes = Array((early + (log?.times.notes ?? [])).prefix(RecordTimes.limit))
        if expectation.packKeys.isEmpty { report.notes.append(PackReport.unnamedPackKey) }
        report.removed = log?.removed.counts ?? [:]
    }
}

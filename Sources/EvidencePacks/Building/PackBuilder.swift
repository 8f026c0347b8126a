public import AuditTrail
public import Foundation
import MerkleLog
public import SignedTokens

/// Makes evidence packs: two walks through the journal, one to find and count, one to copy and prove; and another in between
/// where retention has removed records of the pack. Memory holds one segment of the journal and one chunk of the pack, however
/// long the period, and besides each run of removed records in 16 bytes.
public struct PackBuilder: Sendable {
    public var sources: PackSources
    public var period: PackPeriod
    public var controls: ControlSelection
    /// Signs the pack.
    public var signer: SigningKey
    /// When the pack is made.
    public var now: Date
    /// The program, `aegis 1.2.3`.
    public var program: String
    /// What samples are drawn by; best chosen by the auditor.
    public var sampleSeed: String
    /// Samples for each control.
    public var sampleSize: Int

    /// A period's log has at most about so many checkpoints in a pack, spread evenly.
    static let checkpointLimit = 10_000

    public init(
        sources: PackSources, period: PackPeriod, controls: ControlSelection, signer: SigningKey, now: Date,
        program: String, sampleSeed: String? = nil, sampleSize: Int = 25
    ) {
        self.sources = sources
        self.period = period
        self.controls = controls
        self.signer = signer
        self.now = now
        self.program = program
        self.sampleSeed = sampleSeed ?? "\(sources.log) \(period.from) \(period.to)"
        self.sampleSize = sampleSize
    }

    /// Writes the pack to `path`. What stands there gives way only when the new pack has been verified.
    /// - Parameter inputs: opens the sealed inputs of decisions, where their plain form is to be in the pack.
    /// - Throws: ``PackError``, and the errors of the journal and the bundles.
    public func build(to path: String, inputs: SealedInputReader? = nil) throws -> PackSummary {
        let place = OutputPlace(path)
        defer { place.discard() }
        let summary = try write(to: place, inputs: inputs)
        let report = try PackVerifier(expectation: .init()).verify(path: place.draft)
        if let fault = report.faults.first { throw fault }
        do throws(OutputPlace.Failure) { try place.finish() } catch {
            throw PackError(.output, error.description)
        }
        return summary
    }

    private func write(to place: OutputPlace, inputs: SealedInputReader?) throws -> PackSummary {
        let scan = try scan()
        guard let found = scan.start, let head = scan.head else {
            throw PackError(.journal, "there is no record of `\(sources.log)` in this journal")
        }
        let removals = try removals(scan, found, head.checkpoint)
        let start = removals?.start ?? found
        let map = scan.controls.map
        let unknown = controls.unknown(besides: Set(map.controls.map(\.id)))
        guard unknown.isEmpty else {
            throw PackError(
                .usage, "no control is named `\(unknown.joined(separator: "`, `"))`",
                fix:
                    "frameworks are \(ControlCatalogue.frameworks.joined(separator: ", ")); a policy's `controls` add others"
            )
        }
        let output = try PackOutput(place, folder: folder)
        let manifest = manifest(
            scan, start, head.checkpoint, removals: removals, hasInputs: inputs != nil)
        let keys = try keys(scan)
        try output.add(
            PackLayout.guide,
            PackGuide(
                manifest: manifest, keys: keys.map(\.entry), head: head.note, witness: scan.headWitnessed?.witness,
                isStamped: scan.stamp != nil
            ).text)
        try output.add(PackLayout.verifier, PackageResources.verify_py)
        try output.add(PackLayout.manifest, PackJSON.encode(manifest))
        try write(keys, to: output)
        for version in scan.policies.versions {
            try output.add(PackLayout.bundle(version: version.number), scan.policies.archive(version))
        }
        try output.add(PackLayout.controls, PackJSON.encode(map))
        try output.add(PackLayout.head, head.note.encoded)
        if let stamp = scan.stamp { try output.add(PackLayout.stamp, stamp) }
        try removals?.write(to: output)
        let samples = try copyRecords(scan, map, inputs, start, head.checkpoint, output)
        try output.add(
            PackLayout.assessment,
            AssessmentResults(
                manifest, map, findings: scan.findings(map, removed: manifest.records.removed?.total ?? 0)
            ).bytes())
        let report = EvidenceReport(
            manifest: manifest, tally: scan.tally, map: map, policies: scan.policies.versions,
            keys: keys.map(\.entry), samples: samples, witnessed: scan.headWitnessed.map(WitnessSight.init),
            notes: scan.times.notes, notices: removals?.notices ?? [])
        try output.add(PackLayout.report, report.html)
        try sign(manifest, output)
        return PackSummary(
            manifest: manifest, map: map, witnessed: scan.headWitnessed ?? scan.witnessedInPack, bytes: output.bytes,
            files: output.subjects.count + 1)
    }

    private func scan() throws -> PackScan {
        let count = ControlCount(selection: controls, seed: sampleSeed, sampleSize: sampleSize)
        var scan = PackScan(
            period: period, witnessed: sources.witnessed, stamps: sources.stamped, controls: count,
            policies: PolicyShelf(sources))
        let walk = try LogWalk(directory: sources.journal, log: sources.log, keys: sources.logKeys)
        try walk.run {
            try scan.take($0)
            return true
        }
        try scan.finish(log: sources.log)
        return scan
    }

    // Nil where every record of the pack is kept.
    private func removals(
        _ scan: PackScan, _ start: LogWalk.Position, _ head: Checkpoint
    ) throws -> RemovalProofs? {
        guard !scan.removed.isEmpty else { return nil }
        var proofs = RemovalProofs(scan: scan, start: start, first: scan.first, head: head)
        let walk = try LogWalk(directory: sources.journal, log: sources.log, keys: sources.logKeys)
        try walk.run { try proofs.take($0) }
        return proofs
    }

    private func copyRecords(
        _ scan: PackScan, _ map: ControlMap, _ inputs: SealedInputReader?, _ start: LogWalk.Position,
        _ head: Checkpoint, _ output: PackOutput
    ) throws -> [RecordFacts] {
        let wanted = Set(map.controls.flatMap(\.samples))
        var copier = RecordCopier(
            scan: scan, samples: wanted, inputs: inputs, output: output, start: start, head: head.size,
            witnessed: sources.witnessed)
        let walk = try LogWalk(directory: sources.journal, log: sources.log, keys: sources.logKeys)
        try walk.run { try copier.take($0) }
        try output.add(PackLayout.consistency, PackJSON.encode(copier.proof()))
        for sample in copier.samples {
            try output.add(PackLayout.sample(sample.index), sample.line + [UInt8(ascii: "\n")])
            try output.add(PackLayout.proof(sample.index), sample.proof)
        }
        return try copier.samples.map { try RecordFacts(line: $0.line) }
    }

    private func manifest(
        _ scan: PackScan, _ start: LogWalk.Position, _ head: Checkpoint, removals: RemovalProofs?, hasInputs: Bool
    ) -> PackManifest {
        PackManifest(
            schema: removals == nil ? 1 : 2, tenant: sources.tenant, gateway: sources.gateway, log: sources.log,
            period: .init(from: period.from, to: period.to), builtAt: PackPeriod.end(of: now), builtBy: program,
            start: .init(
                size: start.frontier.size, hash: start.lastHash.hex, frontier: start.frontier.nodes.map(\.base64)),
            records: .init(
                first: start.frontier.size, end: scan.end, inPeriod: scan.tally.records,
                decisions: scan.tally.decisions, removed: removals?.count.told),
            head: .init(size: head.size, root: head.root.base64, stamped: scan.stamp != nil),
            policies: scan.policies.versions.map { version in
                PackManifest.Policy(
                    policyVersion: version.name, digest: version.digest,
                    file: PackLayout.bundle(version: version.number), signedBy: version.keyID)
            },
            controls: controls.names, hasInputs: hasInputs)
    }

    private func sign(_ manifest: PackManifest, _ output: PackOutput) throws {
        let statement = InTotoStatement(
            subject: output.subjects,
            predicate: .init(
                tenant: manifest.tenant, log: manifest.log, from: manifest.period.from, to: manifest.period.to,
                builtAt: manifest.builtAt, builtBy: manifest.builtBy, records: manifest.records, head: manifest.head))
        let envelope = try DSSEEnvelope(signing: PackJSON.compact(statement), by: signer)
        try output.addUnlisted(PackLayout.attestation, PackJSON.compact(envelope) + [UInt8(ascii: "\n")])
        try output.finish()
    }

    /// `evidence-TENANT-FROM-TO`, with dates: the folder in the archive.
    public var folder: String {
        "evidence-\(sources.tenant)-\(period.from.prefix(10))-\(period.to.prefix(10))"
    }
}

/// What was made.
public struct PackSummary: Sendable {
    public let log: String
    public let from: String
    public let to: String
    public let records: Int
    public let decisions: Int
    /// How many more there were, by kind and retention class: `decision (soc2)`.
    public let removed: [String: Int]
    public let policyVersions: [String]
    /// Controls with evidence, and all that were asked for.
    public let supportedControls: Int
    public let controls: Int
    /// What a witness has seen, where a checkpoint of the pack bears its signature.
    public let witnessed: WitnessSight?
    /// Whether an authority's time stamp of the head is in the pack.
    public let isStamped: Bool
    /// Whether the period was over: else records of it that come later are not in the pack.
    public let isPeriodOver: Bool
    public let files: Int
    public let bytes: Int

    init(manifest: PackManifest, map: ControlMap, witnessed: CosignedHead?, bytes: Int, files: Int) {
        log = manifest.log
        from = manifest.period.from
        to = manifest.period.to
        records = manifest.records.inPeriod
        decisions = manifest.records.decisions
        removed = manifest.records.removed ?? [:]
        policyVersions = manifest.policies.map(\.policyVersion)
        supportedControls = map.controls.filter { $0.count > 0 }.count
        controls = map.controls.count
        self.witnessed = witnessed.map(WitnessSight.init)
        isStamped = manifest.head.stamped == true
        isPeriodOver = manifest.isPeriodOver
        self.files = files
        self.bytes = bytes
    }
}

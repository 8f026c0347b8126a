import AuditTrail
import MerkleLog

/// The second walk through the log: copies the records and checkpoints of the pack, and gathers what proves them.
struct RecordCopier {
    /// A record that an auditor looks at by itself.
    struct Sample {
        let index: UInt64
        let line: [UInt8]
        let leaf: MerkleHash
        /// A C2SP tlog-proof, once a checkpoint covers it.
        var proof: [UInt8] = []
    }

    private let output: PackOutput
    private let start: LogWalk.Position
    private let end: UInt64
    private let head: UInt64
    /// A checkpoint of the pack that takes the place of the journal's own, with a witness's signature.
    private let witnessed: CosignedHead?
    /// One of so many checkpoints is kept.
    private let stride: Int
    private let wanted: Set<UInt64>
    private let period: PackPeriod
    private var inputs: SealedInputReader?
    private let expired: ExpiredInputs
    private var inputChunk: [UInt8] = []

    private var size: UInt64
    private var suffix: MerkleSuffix
    private var frontier: MerkleFrontier
    private var consistency: ConsistencyCollector?
    private var checkpoints = 0
    // The checkpoint over a rotation of the log's key is what lets the next one in.
    private var isKeyUncovered = false
    private var chunk: [UInt8] = []
    private var chunks = 0
    private var waiting: [Sample] = []
    private(set) var samples: [Sample] = []
    private static let chunkBytes = 4 << 20

    /// - Parameter inputs: where the inputs of decisions are, if they are to be in the pack.
    init(
        scan: PackScan, samples: Set<UInt64>, inputs: SealedInputReader?, output: PackOutput,
        start: LogWalk.Position, head: UInt64, witnessed: CosignedHead?
    ) {
        self.output = output
        self.inputs = inputs
        period = scan.period
        expired = scan.expired
        self.start = start
        self.head = head
        self.witnessed = witnessed
        end = scan.end
        stride = max(1, scan.checkpoints / PackBuilder.checkpointLimit)
        wanted = samples
        size = start.frontier.size
        suffix = MerkleSuffix(start.frontier)
        frontier = start.frontier
    }

    /// - Returns: whether more is wanted.
    mutating func take(_ step: LogWalk.Step) throws -> Bool {
        switch step {
        case .begin: break
        case .record(let line, let index, let leaf):
            guard index >= start.frontier.size else { return true }
            size = index + 1
            if index < end { try copy(line, index, leaf) } else { consistency?.append(leaf) }
        case .removed(let record):
            guard record.index >= start.frontier.size else { return true }
            size = record.index + 1
            if record.index < end { try copy(record) } else { consistency?.append(record.leaf) }
        case .checkpoint(let checkpoint, let note):
            if checkpoint.size > start.frontier.size, checkpoint.size <= end { try keep(checkpoint, note) }
            return size < head
        }
        return true
    }

    private mutating func copy(_ line: AuditRecordLine, _ index: UInt64, _ leaf: MerkleHash) throws {
        suffix.append(leaf)
        frontier.append(leaf)
        if wanted.contains(index) { waiting.append(Sample(index: index, line: line.bytes, leaf: leaf)) }
        append(line.bytes)
        if line["kind"] == "key" { isKeyUncovered = true }
        try copyInput(of: line)
        // A record and its input never stand in two chunks.
        try flushIfFull()
    }

    private mutating func copy(_ record: PrunedRecord) throws {
        suffix.append(record.leaf)
        frontier.append(record.leaf)
        append(record.line)
        try flushIfFull()
    }

    /// The plain input of a decision of the period, as far as it was kept.
    private mutating func copyInput(of line: AuditRecordLine) throws {
        guard inputs != nil, line["kind"] == "decision", let time = line["time"], period.contains(time),
            let id = line["decision_id"], let name = InputName(decisionID: id)
        else { return }
        switch try inputs?.input(name) {
        case .kept(let plain): inputChunk += plain + [UInt8(ascii: "\n")]
        case .erased where expired.contains(line), .missing where expired.contains(line):
            inputChunk += "{\"decision_id\":\"\(id)\",\"expired\":true}\n".utf8
        case .erased: inputChunk += "{\"decision_id\":\"\(id)\",\"erased\":true}\n".utf8
        case .missing, nil: break
        }
    }

    private mutating func keep(_ checkpoint: Checkpoint, _ note: SignedNote) throws {
        checkpoints += 1
        let isWitnessed = checkpoint.size == witnessed?.checkpoint.size
        guard checkpoint.size == end || isWitnessed || isKeyUncovered || checkpoints.isMultiple(of: stride) else {
            return
        }
        isKeyUncovered = false
        let note = isWitnessed ? witnessed?.note ?? note : note
        append(try PackJSON.compact(["checkpoint": note.encoded]))
        try flushIfFull()
        for var sample in waiting {
            let path = try suffix.inclusionProof(index: sample.index, size: checkpoint.size)
            sample.proof = PackProof(index: sample.index, path: path, note: note.encoded).bytes
            samples.append(sample)
        }
        waiting.removeAll(keepingCapacity: true)
        suffix = MerkleSuffix(frontier)
        if checkpoint.size == end {
            consistency = try ConsistencyCollector(from: frontier, to: head)
            try flush()
        }
    }

    /// What shows that the pack's records are a prefix of the log that the head covers.
    func proof() throws -> PackConsistency {
        guard let consistency else { throw PackError(.journal, "the log has changed while the pack was made") }
        return PackConsistency(from: end, to: head, hashes: try consistency.proof().map(\.base64))
    }

    private mutating func append(_ line: [UInt8]) {
        chunk += line
        chunk.append(UInt8(ascii: "\n"))
    }

    private mutating func flushIfFull() throws(PackError) {
        if chunk.count >= Self.chunkBytes || inputChunk.count >= 4 * Self.chunkBytes { try flush() }
    }

    private mutating func flush() throws(PackError) {
        guard !chunk.isEmpty else { return }
        chunks += 1
        // Inputs stand before the records that they belong to, so that whoever reads needs to hold one chunk alone.
        if !inputChunk.isEmpty { try output.add(PackLayout.inputs(chunk: chunks), inputChunk) }
        inputChunk.removeAll(keepingCapacity: true)
        try output.add(PackLayout.records(chunk: chunks), chunk)
        chunk.removeAll(keepingCapacity: true)
    }
}

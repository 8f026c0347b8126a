import AuditTrail
import MerkleLog

/// The walk that a pack takes besides where something of it is gone: proves that what says so is under the head, and counts.
struct RemovalProofs {
    private let removals: AnnouncedRemovals
    private let announcements: [RemovalTrace.Announcement]
    private let first: UInt64
    private let end: UInt64
    private let head: UInt64
    private var collector: InclusionCollector?
    private var frontier = MerkleFrontier()
    /// Just before the first record of the pack.
    private(set) var start: LogWalk.Position
    private(set) var count: RemovalCount

    init(scan: PackScan, start: LogWalk.Position, first: UInt64, head: Checkpoint) {
        removals = scan.removed.removals
        announcements = scan.removed.announcements
        self.first = first
        self.start = start
        count = RemovalCount(from: scan.period.from, to: scan.period.to)
        end = scan.end
        self.head = head.size
    }

    /// - Returns: whether more is wanted.
    mutating func take(_ step: LogWalk.Step) throws -> Bool {
        switch step {
        case .begin(let position):
            frontier = position.frontier
            collector = try InclusionCollector(
                of: announcements.map(\.notice.index), from: position.frontier, to: head)
        case .record(let line, let index, let leaf):
            pass(index, leaf) { line["hash"].flatMap { MerkleHash(hex: $0) } }
        case .removed(let record):
            pass(record.index, record.leaf) { record.hash }
            if record.index >= first, record.index < end, let reason = removals.reason(of: record.index) {
                count.add(reason)
            }
        case .checkpoint(let checkpoint, _): return checkpoint.size < head
        }
        return true
    }

    private mutating func pass(_ index: UInt64, _ leaf: MerkleHash, hash: () -> MerkleHash?) {
        collector?.append(leaf)
        guard index < first else { return }
        frontier.append(leaf)
        if frontier.size == first, let hash = hash() { start = LogWalk.Position(lastHash: hash, frontier: frontier) }
    }

    /// What says that records of the pack are gone.
    var notices: [RemovalNotice] { announcements.map(\.notice) }

    func write(to output: PackOutput) throws {
        for announcement in announcements {
            let index = announcement.notice.index
            guard let path = try collector?.proof(of: index) else { continue }
            let removal = PackRemoval(record: announcement.line.text, hashes: path.map(\.base64))
            try output.add(PackLayout.removal(index), PackJSON.encode(removal))
        }
    }
}

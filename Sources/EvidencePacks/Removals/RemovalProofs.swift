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
    private(set) var count = RemovalCount()

    init(scan: PackScan, start: LogWalk.Position, head: Checkpoint) {
        removals = scan.removed.removals
        announcements = scan.removed.announcements
        first = start.frontier.size
        end = scan.end
        self.head = head.size
    }

    /// - Returns: whether more is wanted.
    mutating func take(_ step: LogWalk.Step) throws -> Bool {
        switch step {
        case .begin(let position):
            collector = try InclusionCollector(
                of: announcements.map(\.notice.index), from: position.frontier, to: head)
        case .record(_, _, let leaf): collector?.append(leaf)
        case .removed(let record):
            collector?.append(record.leaf)
            if record.index >= first, record.index < end, let reason = removals.reason(of: record.index) {
                count.add(reason)
            }
        case .checkpoint(let checkpoint, _): return checkpoint.size < head
        }
        return true
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

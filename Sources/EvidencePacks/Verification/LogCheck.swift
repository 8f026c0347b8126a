import AuditTrail
import MerkleLog

/// Follows the log of a pack record by record: its chain, its tree, its checkpoints, and the period.
struct LogCheck {
    let log: String
    let tenant: String
    let period: PackManifest.Period
    /// The index that is due next; after a fault, what the records say.
    private(set) var next: UInt64
    private(set) var frontier: MerkleFrontier
    /// Whether anything was wrong: the tree can no longer be followed then, and the chain still can.
    var isBroken = false
    /// The number of records that the last checkpoint covers.
    private(set) var covered: UInt64
    private(set) var checkpoints = 0
    private(set) var firstTime: String?
    private(set) var lastTime: String?
    /// Roots at the sizes that are watched.
    private(set) var roots: [UInt64: MerkleHash] = [:]
    var watched: Set<UInt64> = []
    private(set) var succession = KeySuccession()
    private(set) var times = RecordTimes()
    private(set) var removed: RemovalCount
    private var last: String

    init(_ manifest: PackManifest, _ frontier: MerkleFrontier) {
        log = manifest.log
        tenant = manifest.tenant
        period = manifest.period
        next = manifest.start.size
        covered = manifest.start.size
        last = manifest.start.hash
        removed = RemovalCount(from: manifest.period.from, to: manifest.period.to)
        self.frontier = frontier
        roots[next] = frontier.root
    }

    var root: MerkleHash { frontier.root }

    /// Takes the next record.
    /// - Returns: its facts and leaf hash; nil once the log is broken.
    /// - Throws: ``PackError`` `.record`.
    mutating func take(_ line: ArraySlice<UInt8>, at place: String) throws(PackError) -> (RecordFacts, MerkleHash)? {
        let due = next
        func fault(_ message: String) -> PackError { PackError(.record, message, at: place) }
        guard let facts = try? RecordFacts(line: Array(line)), let digest = Self.digest(line, facts) else {
            next += 1
            throw fault("record \(due) of `\(log)` is not a record in canonical form")
        }
        let before = last
        last = facts.hash
        next = facts.index + 1
        guard facts.index == due else {
            throw fault("record \(facts.index) of `\(log)` stands where record \(due) belongs")
        }
        guard digest == facts.hash else {
            throw fault("record \(due) of `\(log)` was changed: it does not match its hash")
        }
        guard facts.previous == before else {
            throw fault("record \(due) of `\(log)` does not link to the record before it")
        }
        guard facts.log == log, facts.tenant == tenant else { throw fault("record \(due) is not of `\(log)`") }
        if isBroken { return nil }
        let leaf = MerkleHash.leaf(Array(line))
        frontier.append(leaf)
        if watched.contains(next) { roots[next] = root }
        firstTime = firstTime ?? facts.time
        lastTime = facts.time
        times.take(facts)
        if facts.kind == "key" { succession.take(facts) }
        return (facts, leaf)
    }

    /// Takes what is left of the next record.
    /// - Parameter removals: why records were removed.
    /// - Throws: ``PackError`` `.record`, and `.removal` where nothing says so; the log can be followed then all the same.
    mutating func takeRemoved(
        _ line: ArraySlice<UInt8>, _ removals: AnnouncedRemovals, at place: String
    ) throws(PackError) {
        let due = next
        func fault(_ message: String) -> PackError { PackError(.record, message, at: place) }
        guard let record = PrunedRecord(line: line) else {
            next += 1
            throw fault("record \(due) of `\(log)` is not a record in canonical form")
        }
        let before = last
        last = record.hash.hex
        next = record.index &+ 1
        guard record.index == due else {
            throw fault("record \(record.index) of `\(log)` stands where record \(due) belongs")
        }
        guard record.previous.hex == before else {
            throw fault("record \(due) of `\(log)` does not link to the record before it")
        }
        guard record.log == log else { throw fault("record \(due) is not of `\(log)`") }
        if isBroken { return }
        frontier.append(record.leaf)
        if watched.contains(next) { roots[next] = root }
        guard let reason = removals.reason(of: due) else {
            throw PackError(
                .removal, "record \(due) of `\(log)` was removed, and no retention record says so", at: place)
        }
        if reason.until < period.from { firstTime = firstTime ?? reason.until }
        removed.add(reason)
    }

    /// Takes a checkpoint that stands behind the records so far.
    /// - Returns: a key that may sign from then on, where it vouches for one.
    /// - Throws: ``PackError`` `.checkpoint`.
    mutating func take(_ note: CheckedNote, at place: String) throws(PackError) -> NoteVerifier? {
        let (first, size) = (covered, note.checkpoint.size)
        covered = next
        checkpoints += 1
        guard note.checkpoint.origin == log, size == next else {
            throw PackError(
                .checkpoint,
                "the checkpoint of `\(note.checkpoint.origin)` at \(size) stands behind record \(next.lastIndex)",
                at: place)
        }
        guard isBroken || note.checkpoint.root == root else {
            throw PackError(
                .checkpoint,
                "records \(first) to \(size.lastIndex) are not those that the checkpoint at size \(size) was signed over",
                at: place)
        }
        return isBroken ? nil : succession.cover(size, signedBy: note.signers)
    }

    mutating func finish() { times.finish() }

    /// A checkpoint that could not be read stands here.
    mutating func skipCheckpoint() {
        covered = next
        checkpoints += 1
    }

    // SHA-256(previous ‖ the line without its hash member); nil unless it has exactly one.
    private static func digest(_ line: ArraySlice<UInt8>, _ facts: RecordFacts) -> String? {
        let member = Array("\"hash\":\"\(facts.hash)\",".utf8)
        let found = places(of: member, in: line)
        guard let previous = MerkleHash(hex: facts.previous), found.count == 1, let place = found.first else {
            return nil
        }
        return PackDigest.hex(
            previous.bytes + line.prefix(place) + line.dropFirst(place + member.count))
    }

    private static func places(of member: [UInt8], in line: ArraySlice<UInt8>) -> [Int] {
        line.withUnsafeBufferPointer { line in
            guard line.count >= member.count else { return [] }
            return (0...line.count - member.count).filter { place in
                line[place] == UInt8(ascii: "\"") && line[place + 1] == UInt8(ascii: "h")
                    && line[place..<place + member.count].elementsEqual(member)
            }
        }
    }
}

extension UInt64 {
    /// The index of the last of so many records, for messages: `-1` where there are none. What a pack counts may be any number.
    var lastIndex: String { self == 0 ? "-1" : "\(self - 1)" }
}

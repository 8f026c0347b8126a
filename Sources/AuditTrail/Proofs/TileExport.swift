internal import MerkleLog

/// Writes a log as static files that any C2SP client reads: `checkpoint`, `tile/L/N`, `tile/entries/N`.
/// Source: c2sp.org/tlog-tiles.
public struct TileExport {
    private let prover: AuditProver
    private let write: (_ path: String, _ bytes: [UInt8]) throws -> Void

    /// - Parameter write: takes each file once, under its path.
    public init(_ prover: AuditProver, write: @escaping (_ path: String, _ bytes: [UInt8]) throws -> Void) {
        self.prover = prover
        self.write = write
    }

    static let width = 256

    /// - Returns: the size of the tree that was written.
    /// - Throws: ``AuditError``, and what `write` throws.
    public func run(log: String) throws -> UInt64 {
        var prover = prover
        let note = try prover.newestCheckpoint(of: log)
        guard let size = try? Checkpoint(text: SignedNote(parsing: note.utf8).text).size else {
            throw AuditError(.damaged, "the newest checkpoint of `\(log)` is malformed")
        }
        var levels: [Level] = []
        var entries: [UInt8] = []
        var failure: (any Error)?
        try prover.walk(log, from: 0, to: size) { (step: AuditProver.Step) throws(AuditError) in
            guard case .leaf(let index, let leaf, let line) = step, failure == nil else { return }
            do {
                guard !line.starts(with: PrunedRecord.prefix.utf8) else {
                    throw AuditError(
                        .notFound, "record \(index) of `\(log)` was removed when its retention was over",
                        fix: "entries can only be exported of a log that is all there")
                }
                entries += [UInt8(truncatingIfNeeded: line.count >> 8), UInt8(truncatingIfNeeded: line.count)] + line
                if (index + 1) % UInt64(TileExport.width) == 0 {
                    try write("tile/entries/" + TileExport.path(index / UInt64(TileExport.width)), entries)
                    entries.removeAll(keepingCapacity: true)
                }
                try add(leaf, 0, &levels)
            } catch { failure = error }
        }
        if let failure { throw failure }
        let partial = Int(size % UInt64(TileExport.width))
        if partial > 0 {
            try write("tile/entries/\(TileExport.path(size / UInt64(TileExport.width))).p/\(partial)", entries)
        }
        for (number, level) in levels.enumerated() where !level.hashes.isEmpty {
            try write(
                "tile/\(number)/\(TileExport.path(level.tiles)).p/\(level.hashes.count)", level.hashes.flatMap(\.bytes))
        }
        try write("checkpoint", Array(note.utf8))
        return size
    }

    private struct Level {
        /// Full tiles so far.
        var tiles: UInt64 = 0
        var hashes: [MerkleHash] = []
    }

    private func add(_ hash: MerkleHash, _ level: Int, _ levels: inout [Level]) throws {
        if level == levels.count { levels.append(Level()) }
        levels[level].hashes.append(hash)
        guard levels[level].hashes.count == TileExport.width else { return }
        let full = levels[level].hashes
        try write("tile/\(level)/\(TileExport.path(levels[level].tiles))", full.flatMap(\.bytes))
        levels[level].tiles += 1
        levels[level].hashes.removeAll(keepingCapacity: true)
        var root = MerkleFrontier()
        full.forEach { root.append($0) }
        try add(root.root, level + 1, &levels)
    }

    /// `1234067` is `x001/x234/067`.
    static func path(_ number: UInt64) -> String {
        var groups = [digits(number % 1000)]
        var rest = number / 1000
        while rest > 0 {
            groups.append("x" + digits(rest % 1000))
            rest /= 1000
        }
        return groups.reversed().joined(separator: "/")
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 3 - text.utf8.count) + text
    }
}

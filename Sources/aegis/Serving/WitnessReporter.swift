import AuditTrail
import Foundation
import Logging
import MerkleLog
import ServiceLifecycle

/// Submits the checkpoints of all logs to a witness, with the proof that they only grew.
struct WitnessReporter: Service {
    let url: URL
    let key: CosignatureVerifier
    let auditDirectory: String
    let logger: Logger
    let progress = WitnessProgress()
    private static let interval: Duration = .seconds(5)
    private var witness: WitnessAddress { WitnessAddress(url: url) }

    /// The witness saw another history than the trail tells.
    struct Conflict: Error, CustomStringConvertible {
        let description: String

        static func rolledBack(_ log: String, seen: UInt64, has: UInt64) -> Conflict {
            Conflict(
                description:
                    "the witness has seen \(seen) records of `\(log)`, and the trail has \(has): the data directory was rolled "
                    + "back, or another gateway writes under this name")
        }

        static func forked(_ log: String, at size: UInt64) -> Conflict {
            Conflict(
                description:
                    "the first \(size) records of `\(log)` are not those that the witness has seen: the data directory was rolled "
                    + "back and went on, or another gateway writes under this name")
        }
    }

    func run() async throws {
        try await Rounds.every(Self.interval) {
            do {
                try await submitAll(try prover().publishedCheckpoints())
            } catch {
                logger.error("checkpoints could not be witnessed", metadata: ["error": "\(error)"])
            }
        }
        // What was written last is witnessed too, if the witness can be reached.
        try? await submitAll(try newestCheckpoints())
    }

    /// Compares what the witness has seen with the trail, before anything is decided.
    /// - Returns: whether it could be asked; where not, that is only told.
    /// - Throws: ``CommandFailure`` where the trail was rolled back, also where it went on since.
    func checkStart() async throws -> Bool {
        do {
            try await submitAll(try newestCheckpoints())
            return true
        } catch let error as Conflict {
            throw CommandFailure(
                "\(error)",
                fix: "put the newer directory back; `aegis audit verify --witness \(url)` shows what is missing")
        } catch {
            logger.warning("the witness could not be asked", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func prover() throws -> AuditProver {
        try AuditProver(directory: auditDirectory, keys: try AuditKeys.publicKeys(directory: auditDirectory))
    }

    private func newestCheckpoints() throws -> [(log: String, note: String)] {
        var prover = try prover()
        return try prover.logs().map { ($0, try prover.newestCheckpoint(of: $0)) }
    }

    // One log's trouble does not keep the others from their witness.
    private func submitAll(_ checkpoints: [(log: String, note: String)]) async throws {
        var prover = try prover()
        let heads = try CosignedHeads(directory: auditDirectory)
        var conflict: Conflict?
        var failure: (any Error)?
        for (log, note) in checkpoints {
            // Each log would wait for it in vain.
            guard !(failure is WitnessAddress.Unreachable) else {
                progress.failed(log, isConflict: false)
                continue
            }
            do {
                let size = try await submit(log, note, &prover, heads, from: heads.size(of: log), isRetry: false)
                progress.witnessed(log, size: size, at: .current())
            } catch let error as Conflict {
                progress.failed(log, isConflict: true)
                conflict = conflict ?? error
            } catch {
                progress.failed(log, isConflict: false)
                failure = failure ?? error
            }
        }
        if let error = conflict ?? failure { throw error }
    }

    /// - Returns: the size that is witnessed now.
    private func submit(
        _ log: String, _ note: String, _ prover: inout AuditProver, _ heads: CosignedHeads, from old: UInt64,
        isRetry: Bool
    ) async throws -> UInt64 {
        let checkpoint = try Checkpoint(text: SignedNote(parsing: note.utf8).text)
        let size = checkpoint.size
        guard size >= old else { throw Conflict.rolledBack(log, seen: old, has: size) }
        if size == old, !isRetry, let seen = try await seen(log), seen.size == old {
            guard seen.root == checkpoint.root else { throw Conflict.forked(log, at: size) }
            return size
        }
        let hashes = try prover.consistencyHashes(log, from: old, to: size)
        let body = "old \(old)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + note
        let (status, text) = try await witness.submit(body)
        switch status {
        case 200:
            try heads.keep(note, line: text, of: log, by: key)
            return size
        case 409 where !isRetry:
            guard let known = UInt64(text.dropLast()) else {
                throw CommandFailure("the witness answered 409 with no size")
            }
            guard known <= size else { throw Conflict.rolledBack(log, seen: known, has: size) }
            return try await submit(log, note, &prover, heads, from: known, isRetry: true)
        // At equal sizes and other roots, 409 says the size again.
        case 409 where UInt64(text.dropLast()) == size: throw Conflict.forked(log, at: size)
        case 422: throw Conflict.forked(log, at: old)
        default:
            // Such as for a trail that was begun anew, with another key.
            if let seen = try? await seen(log), seen.size > size {
                throw Conflict.rolledBack(log, seen: seen.size, has: size)
            }
            throw CommandFailure("the witness answered \(status): \(text.prefix(200))")
        }
    }

    /// What the witness has cosigned last; nil for nothing.
    private func seen(_ log: String) async throws -> Checkpoint? {
        guard let bytes = try await witness.checkpoint(of: log) else { return nil }
        let note = try SignedNote(parsing: bytes)
        guard try key.time(of: note) != nil else {
            throw CommandFailure("the witness's checkpoint of `\(log)` is not signed by `\(key.name)`")
        }
        return try Checkpoint(text: note.text)
    }
}

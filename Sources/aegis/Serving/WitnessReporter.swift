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
    private static let interval: Duration = .seconds(5)
    private var witness: WitnessAddress { WitnessAddress(url: url) }

    /// The witness saw more than the trail has.
    struct RolledBack: Error, CustomStringConvertible {
        let log: String
        let seen: UInt64
        let has: UInt64

        var description: String {
            "the witness has seen \(seen) records of `\(log)`, and the trail has \(has): the data directory was rolled back, "
                + "or another gateway writes under this name"
        }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while true {
                do { try await Task.sleep(for: Self.interval) } catch { return }
                do { try await submitAll() } catch {
                    logger.error("checkpoints could not be witnessed", metadata: ["error": "\(error)"])
                }
            }
        }
        // What was written last is witnessed too, if the witness can be reached.
        try? await submitAll()
    }

    /// Compares what the witness has seen with the trail, before anything is decided.
    /// - Throws: ``CommandFailure`` where the trail was rolled back. A witness that cannot be reached is only told of.
    func checkStart() async throws {
        do { try await submitAll() } catch let error as RolledBack {
            throw CommandFailure(
                "\(error)",
                fix: "put the newer directory back; `aegis audit verify --witness \(url)` shows what is missing")
        } catch {
            logger.warning("the witness could not be asked", metadata: ["error": "\(error)"])
        }
    }

    private func submitAll() async throws {
        let keys = try AuditKeys.publicKeys(directory: auditDirectory)
        var prover = try AuditProver(directory: auditDirectory, keys: keys)
        let heads = try CosignedHeads(directory: auditDirectory)
        for log in try prover.logs() {
            try await submit(log, &prover, heads, from: heads.size(of: log), isRetry: false)
        }
    }

    private func submit(
        _ log: String, _ prover: inout AuditProver, _ heads: CosignedHeads, from old: UInt64, isRetry: Bool
    ) async throws {
        let note = try prover.newestCheckpoint(of: log)
        let size = try Checkpoint(text: SignedNote(parsing: note.utf8).text).size
        guard size >= old else { throw RolledBack(log: log, seen: old, has: size) }
        if size == old, !isRetry, try await seen(log) == old { return }
        let hashes = try prover.consistencyHashes(log, from: old, to: size)
        let body = "old \(old)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + note
        let (status, text) = try await witness.submit(body)
        switch status {
        case 200: try heads.keep(note, line: text, of: log, by: key)
        case 409 where !isRetry:
            guard let known = UInt64(text.dropLast()) else {
                throw CommandFailure("the witness answered 409 with no size")
            }
            guard known <= size else { throw RolledBack(log: log, seen: known, has: size) }
            try await submit(log, &prover, heads, from: known, isRetry: true)
        default: throw CommandFailure("the witness answered \(status): \(text.prefix(200))")
        }
    }

    /// The size that the witness has cosigned last; 0 for none.
    private func seen(_ log: String) async throws -> UInt64 {
        guard let note = try await witness.checkpoint(of: log) else { return 0 }
        return try Checkpoint(text: SignedNote(parsing: note).text).size
    }
}

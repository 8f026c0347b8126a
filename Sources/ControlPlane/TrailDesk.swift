import AccessControl
import AuditTrail
import Dispatch
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Synchronization

/// Reads the audit trail for people, one question after another on a thread of its own: what people ask for never takes
/// the threads that decisions run on, and more questions than may wait are turned away.
final class TrailDesk: Sendable {
    private let directory: String
    private let queue = DispatchQueue(label: "aegis.trail-desk", qos: .utility)
    private let waiting = Mutex(0)
    private static let most = 16

    init(directory: String) { self.directory = directory }

    /// - Throws: a ``Problem`` with 503 where too many questions wait, or the trail cannot be read.
    func ask<Answer: Sendable>(_ question: @escaping @Sendable (inout AuditReader) throws -> Answer) async throws
        -> Answer
    {
        let isTaken = waiting.withLock { waiting in
            guard waiting < Self.most else { return false }
            waiting += 1
            return true
        }
        guard isTaken else {
            throw Problem(.serviceUnavailable, "busy", "too many questions at once", "ask again in a while")
        }
        defer { waiting.withLock { $0 -= 1 } }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                queue.async { [directory] in
                    continuation.resume(
                        with: Result {
                            var reader = try AuditReader(directory: directory)
                            return try question(&reader)
                        })
                }
            }
        } catch let error as AuditError {
            throw Problem(.serviceUnavailable, "audit_unavailable", "the audit trail cannot be read", error.message)
        }
    }
}

import AccessControl
import AuditTrail
import Dispatch
import HTTPEndpoints
import HTTPTypes
import Hummingbird
import Synchronization

/// Reads the audit trail for people, one question after another on a thread of its own: what people ask for never takes
/// the threads that decisions run on, and more questions than may wait are turned away. No tenant takes the places of all.
final class TrailDesk: Sendable {
    private let directory: String
    private let queue = DispatchQueue(label: "aegis.trail-desk", qos: .utility)
    private let waiting = Mutex<[String: Int]>([:])
    private static let most = 16
    private static let mostOfOneTenant = 6
    /// How long records are looked for; the others wait meanwhile.
    private static let patience: Duration = .seconds(20)

    init(directory: String) { self.directory = directory }

    /// - Throws: a ``Problem`` with 503 where too many questions wait, or the trail cannot be read.
    func ask<Answer: Sendable>(
        for tenant: String, _ question: @escaping @Sendable (inout AuditReader) throws -> Answer
    ) async throws -> Answer {
        try await run(for: tenant) { directory in
            var reader = try AuditReader(directory: directory)
            return try question(&reader)
        }
    }

    /// The newest records asked for, oldest first, by the indexes of the trail's segments.
    /// - Throws: a ``Problem`` with 503 as of ``ask(for:_:)``, or where it takes too long.
    func newest(_ count: Int, _ query: AuditQuery, for tenant: String) async throws -> [AuditRecordLine] {
        let found = try await run(for: tenant) { directory in
            let end = ContinuousClock.now + Self.patience
            return try AuditSearch(directory: directory).newest(count, query) { ContinuousClock.now > end }
        }
        guard let found else {
            throw Problem(
                .serviceUnavailable, "takes_too_long", "it was given up",
                "the records were looked for over \(Self.patience.components.seconds) s; say `since`, or use `aegis audit query`"
            )
        }
        return found
    }

    private func run<Answer: Sendable>(
        for tenant: String, _ work: @escaping @Sendable (_ directory: String) throws -> Answer
    ) async throws -> Answer {
        guard take(tenant) else {
            throw Problem(.serviceUnavailable, "busy", "too many questions at once", "ask again in a while")
        }
        defer { giveBack(tenant) }
        do {
            return try await withCheckedThrowingContinuation { continuation in
                queue.async { [directory] in continuation.resume(with: Result { try work(directory) }) }
            }
        } catch let error as AuditError {
            throw Problem(.serviceUnavailable, "audit_unavailable", "the audit trail cannot be read", error.message)
        }
    }

    private func take(_ tenant: String) -> Bool {
        waiting.withLock { waiting in
            guard waiting.values.reduce(0, +) < Self.most, waiting[tenant, default: 0] < Self.mostOfOneTenant else {
                return false
            }
            waiting[tenant, default: 0] += 1
            return true
        }
    }

    private func giveBack(_ tenant: String) {
        waiting.withLock { waiting in
            let left = waiting[tenant, default: 1] - 1
            waiting[tenant] = left > 0 ? left : nil
        }
    }
}

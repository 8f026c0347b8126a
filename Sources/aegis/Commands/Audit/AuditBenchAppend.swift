import Approvals
import ArgumentParser
import AuditTrail
import Foundation
import Synchronization

/// Appends records to a journal and prints each one's id once it is durable: what the crash tests kill, and what the append benchmark times.
struct AuditBenchAppend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-append",
        abstract: "Append records of a size that decisions have, and time them; for tests and benchmarks.",
        discussion: """
            EXAMPLES
              aegis audit bench-append --dir /var/tmp/journal --callers 64 --records 200000 --quiet
            """, shouldDisplay: false)

    @Option(help: ArgumentHelp("The journal's directory, made if absent.", valueName: "directory"))
    var dir: String

    @Option(help: "The number in the first record's id.")
    var start = 0

    @Option(help: "Callers that each wait for their record before the next.")
    var callers = 1

    @Option(help: "How many records; without it, until it is killed.")
    var records: Int?

    @Flag(help: "Print the figures and no ids.")
    var quiet = false

    func validate() throws {
        guard callers > 0, records ?? 1 > 0 else {
            throw ValidationError("--callers and --records have to be at least 1")
        }
        guard !quiet || records != nil else { throw ValidationError("--quiet needs --records") }
    }

    func run() async throws {
        let journal: AuditJournal
        do throws(AuditError) {
            let keys = try AuditKeys.loadOrCreate(directory: dir, gateway: "gw-1")
            var configuration = AuditJournal.Configuration(gateway: "gw-1")
            configuration.segmentBytes = records == nil ? 1 << 18 : 64 << 20
            journal = try AuditJournal.open(
                directory: dir, configuration: configuration, signer: keys.signer, trusted: keys.trusted)
        } catch { throw CommandFailure(error.message, fix: error.fix) }
        defer { journal.close() }
        let next = Counter(start)
        let end = records.map { start + $0 } ?? .max
        let began = ContinuousClock.now
        let times = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<callers {
                group.addTask { [quiet] in
                    var times: [Int64] = []
                    while true {
                        let number = next.take()
                        guard number < end else { return times }
                        let before = ContinuousClock.now
                        _ = try await journal.append(Self.record(number))
                        if quiet {
                            times.append(before.duration(to: .now).nanoseconds)
                        } else {
                            Output.line("d-\(number)")
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        guard quiet else { return }
        let took = began.duration(to: .now)
        let sorted = SortedTimes(times)
        let rate = Int64(times.count) * 1_000_000_000 / max(1, took.nanoseconds)
        Output.line(
            "\(times.count) records, \(callers) callers: \(rate) records/s, p50 \(sorted.text(50)) µs, p99 \(sorted.text(99)) µs"
        )
    }

    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    private static func record(_ number: Int) -> AuditRecordDraft {
        var draft = AuditRecordDraft(
            kind: .decision, tenant: number.isMultiple(of: 3) ? "globex" : "acme", time: Timestamp.current().nanoseconds
        )
        draft.decisionID = "d-\(number)"
        draft.agentID = "finance-agent"
        draft.agentIdentity = "api_key:finance-1"
        draft.toolName = "payments.transfer"
        draft.parametersDigest = "hmac-" + digest
        draft.parametersShown = CanonicalJSON(texts: ["amount": "\(number)", "currency": "EUR", "to": "[SENSITIVE]"])
        draft.decision = "allow"
        draft.decisionReason = AuditReason(
            code: "policy_allow", message: "payments up to 5000", policy: "finance-payments", rule: "small")
        draft.mode = "enforce"
        draft.policyVersion = "acme/42@sha256:1f0c1f0c1f0c"
        draft.bundleDigest = digest
        draft.enforcementPoint = "decision-api"
        return draft
    }
}

/// Hands out numbers, each once.
private final class Counter: Sendable {
    private let next: Atomic<Int>

    init(_ first: Int) { next = Atomic(first) }

    func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
}

import Approvals
import ArgumentParser
import AuditTrail
import Foundation
import MerkleLog
import ObjectStores

struct AuditArchive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Keep closed segments in an object store, locked until their retention ends.",
        discussion: """
            STORE is a folder, file:///FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX. Each closed segment is put there once, under a name with its
            digest, read back and compared, and the trail says so. Nothing is removed here. Works beside a running gateway, and may be
            repeated: let a timer run it. What the trail says to be there is not looked at again, unless with --recheck.

            With --lock, the bucket must have Object Lock (GCS: object retention). The lock ends with the last record's retention; what is kept for
            ever is locked for 100 years from its last record; what is under a legal hold gets one in the bucket too. A compliance lock cannot be undone by anybody.

            EXAMPLES
              aegis audit archive rules.json s3://acme-archive/trail?region=eu-central-1 --lock governance
            """)

    @OptionGroup var data: DataDirectory
    @Argument(help: "The rules, as for `retention`.") var rules: String
    @Argument(help: "Where to.") var store: String
    @OptionGroup var lock: ArchiveLockOptions
    @Flag(help: "Read again what was archived before.") var recheck = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let now = Timestamp.current().nanoseconds
        do {
            let gateway = try AuditKeys.publicKeys(directory: data.audit.path).last?.name ?? ""
            let archive = try lock.archive(
                store, gateway: gateway, rules: try RetentionRulesFile.read(rules),
                holds: try HoldBook(data).read().map(\.legal))
            let segments = try ClosedSegments(directory: data.audit.path)
            let recorded = try recorded()
            var (new, known, unlocked) = (0, 0, 0)
            for number in try segments.numbers() {
                let item = archive.item(try segments.read(number), now: now)
                // One whose lock is over is there with the lock that it had.
                let isOver = lock.lock != nil && item.retention == nil
                let isRecorded =
                    isOver
                    ? recorded.contains { detail in item.detail.allSatisfy { detail[$0.key] == $0.value } }
                    : recorded.contains(item.detail)
                if isOver { unlocked += 1 }
                if isRecorded, !recheck {
                    known += 1
                    continue
                }
                if try await archive.keep(item) { new += 1 } else { known += 1 }
                guard !isRecorded else { continue }
                try await TrailSpool(data: data).record([
                    TrailSpool.Entry(
                        kind: "retention", tenant: "_unknown", time: Timestamp.current().nanoseconds,
                        detail: item.detail)
                ])
            }
            guard !json else { return Output.json(["archived": new, "known": known, "store": archive.store.name]) }
            Output.line("archived \(new) segment\(new == 1 ? "" : "s"); \(known) were there already")
            if unlocked > 0 {
                ErrorOutput.write("note: \(unlocked) without a new lock: the retention of all that they hold is over")
            }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    private func recorded() throws -> Set<[String: String]> {
        var query = AuditQuery()
        query.kind = "retention"
        var found: Set<[String: String]> = []
        try AuditSearch(directory: data.audit.path).run(query) { record in
            guard record["detail", "event"] == "archived" else { return true }
            let names = ["event", "segment", "sha256", "store", "key", "lock", "retain_until", "legal_hold"]
            var detail: [String: String] = [:]
            for name in names { detail[name] = record["detail", name] }
            found.insert(detail)
            return true
        }
        return found
    }
}

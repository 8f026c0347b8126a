import Approvals
import ArgumentParser
import AuditTrail
import Crypto
import Foundation
import ObjectStores

/// How segments are kept elsewhere.
struct ArchiveLockOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Lock what is archived until the last record's retention ends: governance or compliance (S3 Object Lock).",
            valueName: "mode"))
    var lock: String?

    @Option(help: ArgumentHelp("Lock it at least this long from the segment's last record.", valueName: "time"))
    var lockFor: String?

    func validate() throws {
        guard lockFor == nil || lock != nil else { throw ValidationError("--lock-for goes with --lock") }
        guard lock.map({ ["governance", "compliance"].contains($0) }) ?? true else {
            throw ValidationError("--lock is governance or compliance, not `\(lock ?? "")`")
        }
    }

    func archive(_ address: String, gateway: String, rules: RetentionRules, holds: [LegalHold]) throws -> SegmentArchive
    {
        SegmentArchive(
            store: try SegmentArchive.open(address), gateway: gateway, rules: rules, holds: holds,
            lock: lock.map { $0 == "compliance" ? .compliance : .governance },
            shortest: try lockFor.map { try TimeSpan.seconds($0, "--lock-for") } ?? 0)
    }
}

/// Keeps closed segments in an object store, each under a name that its content gives it, so that nothing is ever overwritten
/// and what was kept once is kept again without harm.
struct SegmentArchive {
    let store: any ObjectStore
    let gateway: String
    let rules: RetentionRules
    let holds: [LegalHold]
    let lock: ObjectRetention.Mode?
    /// Seconds from the last record.
    let shortest: Int64

    /// What has no end is locked for as long as S3 lets anybody ask for by default.
    private static let century: Int64 = 100 * 365 * 86_400
    private static let month: Int64 = 30 * 86_400

    /// A folder's path, or the address of a store.
    static func open(_ address: String) throws -> any ObjectStore {
        do throws(ObjectStoreError) {
            guard address.contains("://") else {
                let folder = URL(fileURLWithPath: address, isDirectory: true)
                do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
                    throw ObjectStoreError(.unavailable, "the folder cannot be made", fix: "check your rights to it")
                }
                return FileObjectStore(directory: folder.path)
            }
            return try StoreAddress(address).open(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure(
                "\(address): \(error.message)", fix: error.fix, exitCode: error.code == .unavailable ? 1 : 2)
        }
    }

    /// A segment, and how it is to be kept.
    struct Item {
        let segment: ClosedSegment
        let digest: String
        let key: String
        let retention: ObjectRetention?
        let store: String

        /// What the trail says of it.
        var detail: [String: String] {
            var detail = ["event": "archived", "segment": segment.name, "sha256": digest, "store": store, "key": key]
            if let retention {
                detail["lock"] = retention.mode == .compliance ? "compliance" : "governance"
                detail["retain_until"] = "\(Timestamp(seconds: retention.until))"
                if retention.legalHold { detail["legal_hold"] = "on" }
            }
            return detail
        }
    }

    /// Where a lock would be over already, there is none.
    func item(_ segment: ClosedSegment, now: Int64) -> Item {
        let digest = SHA256.hash(data: segment.bytes).map { String(format: "%02x", $0) }.joined()
        let stem = segment.name.split(separator: ".").first.map(String.init) ?? segment.name
        return Item(
            segment: segment, digest: digest, key: "\(gateway)/\(stem)-\(digest).jsonl",
            retention: lock.flatMap { retention($0, segment, now) }, store: store.name)
    }

    private func retention(
        _ mode: ObjectRetention.Mode, _ segment: ClosedSegment, _ now: Int64
    ) -> ObjectRetention? {
        let term = segment.term(rules, holds: holds)
        let last = Timestamp(nanoseconds: term.lastRecord).seconds
        var until = max(Timestamp(nanoseconds: term.end).seconds + 1, last + shortest)
        if term.isEndless { until = max(until, last + Self.century) }
        let present = Timestamp(nanoseconds: now).seconds
        if until <= present {
            guard term.isHeld else { return nil }
            // The hold in the bucket keeps it, for which the store wants a lock beside it: a short one, longer by each month.
            until = (present / Self.month + 2) * Self.month
        }
        return ObjectRetention(mode, until: until, legalHold: term.isHeld)
    }

    /// On return the store has it, read back and the same.
    /// - Returns: whether it was not there before.
    func keep(_ item: Item) async throws -> Bool {
        do throws(ObjectStoreError) {
            return try await store.keep(item.segment.bytes, at: item.key, retention: item.retention)
        } catch {
            throw CommandFailure(
                "\(item.segment.name) cannot be archived: \(error.location ?? store.name): \(error.message)",
                fix: error.fix ?? "it stays here; try again")
        }
    }
}

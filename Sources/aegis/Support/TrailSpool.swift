import Approvals
import AuditTrail
import Foundation
import Logging
import MerkleLog
import PolicyBundles
import ServiceLifecycle

/// What commands have to say to the trail of a gateway that may be running: only the gateway writes its journal, so a command leaves a
/// file, and the gateway appends it and removes it. Where no gateway runs, the command appends it itself.
struct TrailSpool {
    private let folder: URL
    private let audit: URL

    init(data: DataDirectory) {
        folder = data.url.appendingPathComponent("spool", isDirectory: true)
        audit = data.audit
    }

    struct Entry: Codable {
        var kind: String
        var tenant: String
        var time: Int64
        var detail: [String: String]

        var draft: AuditRecordDraft? {
            guard let kind = AuditRecordKind(rawValue: kind) else { return nil }
            var draft = AuditRecordDraft(kind: kind, tenant: tenant, time: time)
            draft.detail = CanonicalJSON(texts: detail)
            return draft
        }
    }

    /// Leaves the entries, durably, then appends them where nobody else can.
    /// - Throws: ``CommandFailure`` where they cannot be left, or nobody runs who would append them and they cannot be appended now.
    func record(_ entries: [Entry]) async throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for entry in entries where !AuditRecordDraft.canName(tenant: entry.tenant) {
            throw CommandFailure(
                "`\(entry.tenant)` cannot name a tenant",
                fix: "tenants are 1 to 128 of the characters A-Z a-z 0-9 . _ - ~ @ :",
                exitCode: 2)
        }
        for entry in entries {
            let file = folder.appendingPathComponent("\(entry.time)-\(UUID().uuidString).json")
            do {
                try FileSystem.write(Array(JSONEncoder().encode(entry)), to: file.path, replacing: false)
            } catch {
                throw CommandFailure("cannot write \(file.path)", fix: "check your rights to the data directory")
            }
        }
        try await flushWithoutGateway()
    }

    private func flushWithoutGateway() async throws {
        guard FileManager.default.fileExists(atPath: audit.appendingPathComponent("log.key").path) else { return }
        do throws(AuditError) {
            guard let gateway = try AuditKeys.publicKeys(directory: audit.path).last?.name else { return }
            let keys = try AuditKeys.loadOrCreate(directory: audit.path, gateway: gateway)
            var configuration = AuditJournal.Configuration(gateway: gateway)
            configuration.check = .lastSegment
            let journal = try AuditJournal.open(
                directory: audit.path, configuration: configuration, signer: keys.signer, trusted: keys.trusted)
            let rest = await flush(into: journal)
            journal.close()
            if let rest { throw rest }
        } catch {
            // A gateway that runs holds the journal, and will take them.
            if error.code != .locked { throw CommandFailure(error.message, fix: error.fix) }
        }
    }

    /// Appends what lies there, oldest first, each file removed once its record is durable. What can never be a record is put aside
    /// as `.refused`, and holds up nothing behind it.
    /// - Returns: why the rest stays for the next time; nil when nothing does.
    @discardableResult
    func flush(into journal: AuditJournal, telling: (Entry) -> Void = { _ in }) async -> AuditError? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
        for name in names.sorted() where name.hasSuffix(".json") {
            let file = folder.appendingPathComponent(name)
            guard let bytes = try? Data(contentsOf: file),
                let entry = try? JSONDecoder().decode(Entry.self, from: bytes), let draft = entry.draft
            else {
                refuse(file)
                continue
            }
            do throws(AuditError) { _ = try await journal.append(draft) } catch {
                guard error.code == .invalidName || error.code == .recordTooLarge else { return error }
                refuse(file)
                continue
            }
            telling(entry)
            try? FileManager.default.removeItem(at: file)
        }
        return nil
    }

    private func refuse(_ file: URL) {
        try? FileManager.default.moveItem(at: file, to: file.appendingPathExtension("refused"))
    }
}

/// The gateway's side of the spool.
struct SpoolKeeper: Service {
    let spool: TrailSpool
    let journal: AuditJournal
    /// Told of a tenant whose decisions' inputs and answers somebody has erased.
    let onErasure: @Sendable (_ tenant: String) -> Void

    func run() async throws {
        await flush()
        try await Rounds.every(.milliseconds(500)) { await flush() }
    }

    private func flush() async {
        await spool.flush(into: journal) { entry in
            if entry.detail["event"] == "erased" { onErasure(entry.tenant) }
        }
    }
}

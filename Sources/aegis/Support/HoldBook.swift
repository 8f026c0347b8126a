import AuditTrail
import Foundation
import PolicyBundles

/// The legal holds of a gateway, in `DATA_DIR/holds.json`; each one placed and released is a record in the trail too.
struct HoldBook {
    struct Hold: Codable, Equatable {
        var name: String
        var reason: String
        var placedAt: String
        var tenant: String?
        var agent: String?
        var tool: String?
        var session: String?
        var decision: String?

        var query: AuditQuery {
            var query = AuditQuery()
            query.tenant = tenant
            query.agent = agent
            query.tool = tool
            query.session = session
            query.decisionID = decision
            return query
        }

        var legal: LegalHold { LegalHold(name: name, query: query) }

        /// What it is about, for records and lists.
        var about: [String: String] {
            let fields = ["tenant": tenant, "agent": agent, "tool": tool, "session": session, "decision": decision]
            return fields.compactMapValues { $0 }
        }
    }

    let file: URL

    init(_ data: DataDirectory) { file = data.url.appendingPathComponent("holds.json") }

    /// - Throws: ``CommandFailure`` for a file that cannot be read: what is held is then not known, and nothing may go.
    func read() throws -> [Hold] {
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        do { return try JSONDecoder().decode([Hold].self, from: Data(contentsOf: file)) } catch {
            throw CommandFailure(
                "\(file.path) cannot be read, so it is not known what is held", fix: "restore it from a copy")
        }
    }

    /// Reads, changes and writes with nobody else in between.
    func change(_ body: (inout [Hold]) async throws -> Void) async throws {
        let lock = try lock()
        var holds = try read()
        try await body(&holds)
        try write(holds)
        withExtendedLifetime(lock) {}
    }

    /// Does what must not be done to what is held, with nobody placing a hold meanwhile; nothing where other holds than `known` are
    /// there by now.
    func unchanged(from known: [Hold], _ body: () async throws -> Void) async throws {
        let lock = try lock()
        if try read() == known { try await body() }
        withExtendedLifetime(lock) {}
    }

    private func lock() throws -> FileSystem.Lock {
        do throws(BundleStoreError) { return try FileSystem.Lock(file.path + ".lock") } catch {
            throw CommandFailure("\(file.path).lock: \(error.message)", fix: "check your rights to the data directory")
        }
    }

    private func write(_ holds: [Hold]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do { try encoder.encode(holds).write(to: file, options: .atomic) } catch {
            throw CommandFailure("cannot write \(file.path)", fix: "check your rights to the data directory")
        }
    }
}

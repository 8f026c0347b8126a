import ArgumentParser
import AuditTrail
import Foundation
import MerkleLog

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

struct AuditTimestamp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp",
        abstract: "Have a time-stamping authority (RFC 3161) say when the newest checkpoints existed.",
        discussion: """
            Writes TENANT-SIZE.note and TENANT-SIZE.tsr, for evidence packs to take along (`aegis evidence build --timestamps`). A
            checkpoint that a witness has cosigned in the last minute is stamped rather than a newer one without. Whose signature it is, openssl says, with the authority's certificate:
            openssl ts -verify -data acme-41.note -in acme-41.tsr -CAfile authority.pem

            EXAMPLES
              aegis audit timestamp --authority http://tsa.example/ --out timestamps/
            """)

    @OptionGroup var trail: TrailInput

    @Option(help: "The authority's address.")
    var authority: String

    @Option(help: ArgumentHelp("Where the answers go.", valueName: "folder"))
    var out: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard let url = URL(string: authority), url.scheme == "http" || url.scheme == "https", url.host != nil else {
            throw CommandFailure("--authority `\(authority)` is no http address", exitCode: 2)
        }
        let folder = URL(fileURLWithPath: out, isDirectory: true)
        do {
            var prover = try AuditProver(directory: trail.directory, keys: try trail.keys())
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            var stamped: [[String: Any]] = []
            for log in try prover.logs() {
                let note = try cosigned(log) ?? prover.newestCheckpoint(of: log)
                let size = try Checkpoint(text: SignedNote(parsing: note.utf8).text).size
                let name = "\(LogName.tenant(of: log))-\(size)"
                let answer = try await ask(url, TimestampExchange(data: Array(note.utf8)))
                try Data(note.utf8).write(to: folder.appendingPathComponent("\(name).note"), options: .atomic)
                try Data(answer).write(to: folder.appendingPathComponent("\(name).tsr"), options: .atomic)
                stamped.append(["log": log, "size": size, "note": "\(name).note", "answer": "\(name).tsr"])
                if !json { Output.line("\(name).tsr") }
            }
            if json { Output.json(["timestamps": stamped]) }
        } catch let error as AuditError {
            throw CommandFailure(error.message, fix: error.fix)
        }
    }

    private func cosigned(_ log: String) throws -> String? {
        guard let head = try CosignedHeads(directory: trail.directory).head(of: log),
            Double(head.time) > Date().timeIntervalSince1970 - 60
        else { return nil }
        return head.note.encoded
    }

    private func ask(_ url: URL, _ exchange: TimestampExchange) async throws -> [UInt8] {
        var request = URLRequest(url: url, timeoutInterval: 30)
        request.httpMethod = "POST"
        request.setValue("application/timestamp-query", forHTTPHeaderField: "content-type")
        request.httpBody = Data(exchange.request)
        let answer: Data
        let response: URLResponse
        do { (answer, response) = try await URLSession.shared.data(for: request) } catch {
            throw CommandFailure("\(url) cannot be asked: \(error.localizedDescription)")
        }
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw CommandFailure("\(url) answered \((response as? HTTPURLResponse)?.statusCode ?? 0)")
        }
        try exchange.check(Array(answer))
        return Array(answer)
    }
}

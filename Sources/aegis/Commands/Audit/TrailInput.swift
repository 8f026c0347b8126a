import ArgumentParser
import AuditTrail
import Foundation
import MerkleLog

/// Which journal a command reads, and whose keys it believes.
struct TrailInput: ParsableArguments {
    @OptionGroup var data: DataDirectory

    @Option(help: ArgumentHelp("The directory of the segments themselves.", valueName: "directory"))
    var dir: String?

    @Option(
        help: ArgumentHelp("Public keys, one vkey a line (default: log.vkey beside the segments).", valueName: "file"))
    var key: String?

    var directory: String { dir ?? data.audit.path }

    func keys() throws(AuditError) -> [NoteVerifier] {
        guard let key else { return try AuditKeys.publicKeys(directory: directory) }
        return try AuditKeys.parse(try TrailInput.read(key), key)
    }

    /// What a trail is searched with. Where there is none it says so: to find nothing there would read as if nothing had happened.
    func search(trustsIndexes: Bool = true) throws -> AuditSearch {
        guard AuditReader.isTrail(directory) else {
            throw CommandFailure(
                "there is no audit trail in \(directory)",
                fix: "give --data-dir, or the directory of the segments with --dir")
        }
        return try AuditSearch(directory: directory, trustsIndexes: trustsIndexes)
    }

    /// Runs `body` and words what the trail's parts say.
    func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as AuditError {
            throw CommandFailure("\(error.place.map { "\($0): " } ?? "")\(error.message)", fix: error.fix)
        }
    }

    static func read(_ path: String) throws(AuditError) -> [UInt8] {
        do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw AuditError(.storage, "cannot read \(path)")
        }
    }

    /// Where a record stands: by its index in the log of `tenant`, or by its decision's id.
    func place(of record: String, tenant: String?, prover: AuditProver) throws -> (log: String, index: UInt64) {
        if let index = UInt64(record) { return (try self.log(tenant, prover), index) }
        var query = AuditQuery()
        query.decisionID = record
        query.kind = "decision"
        guard let found = try search().newest(1, query).first, let log = found["log"],
            let index = found["index"].flatMap(UInt64.init)
        else {
            throw CommandFailure(
                "the trail has no record of decision \(record)", fix: "give an index, or a decision's id")
        }
        return (log, index)
    }

    /// The log of `tenant`; the only one there is where none is named.
    func log(_ tenant: String?, _ prover: AuditProver) throws -> String {
        let logs = try prover.logs()
        let matching = logs.filter { log in tenant.map { log.hasSuffix("/" + $0) } ?? !log.hasSuffix("/_unknown") }
        guard let log = matching.first, matching.count == 1 else {
            throw CommandFailure(
                matching.isEmpty ? "the trail has no such log" : "the trail has several logs",
                fix:
                    "give --tenant, one of \(logs.map(LogName.tenant(of:)).joined(separator: ", "))",
                exitCode: 2)
        }
        return log
    }
}

/// What commands write: to a file that is named, else to stdout.
enum ResultFile {
    static func write(_ text: String, to path: String?) throws {
        guard let path else { return Output.line(text.hasSuffix("\n") ? String(text.dropLast()) : text) }
        try write(Array(text.utf8), to: path)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        do throws(OutputPlace.Failure) { try OutputPlace.write(bytes, to: path) } catch {
            throw CommandFailure(error.description, fix: "check the folder, the room on its disk and your rights to it")
        }
    }
}

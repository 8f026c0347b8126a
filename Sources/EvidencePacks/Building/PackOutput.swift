import AuditTrail
import Foundation
import PolicyBundles

/// The archive as it is written: file by file, each one's digest kept for the statement at the end.
final class PackOutput {
    let folder: String
    private(set) var subjects: [InTotoStatement.Subject] = []
    private(set) var bytes = 0
    private let file: FileHandle
    private let path: String

    /// Begins the draft at a place, readable by its owner alone.
    /// - Parameter folder: what all names in the archive begin with.
    /// - Throws: ``PackError`` `.output`.
    init(_ place: OutputPlace, folder: String) throws(PackError) {
        self.folder = folder
        path = place.path
        do throws(OutputPlace.Failure) {
            file = FileHandle(fileDescriptor: try place.begin(), closeOnDealloc: true)
        } catch {
            throw PackError(.output, error.description, fix: "check the folder and your rights to it")
        }
    }

    func add(_ name: String, _ content: [UInt8]) throws(PackError) {
        subjects.append(.init(name: name, digest: .init(sha256: PackDigest.hex(content))))
        try addUnlisted(name, content)
    }

    func add(_ name: String, _ text: String) throws(PackError) { try add(name, Array(text.utf8)) }

    /// The statement itself, which cannot list its own digest.
    func addUnlisted(_ name: String, _ content: [UInt8]) throws(PackError) {
        do throws(BundleError) {
            try write(ArchiveWriter.member(BundleFile(path: "\(folder)/\(name)", bytes: content)))
        } catch {
            throw PackError(.output, error.message, at: name)
        }
    }

    /// Closes the archive; it is on disk then.
    func finish() throws(PackError) {
        do {
            write(ArchiveWriter.end)
            if let failure { throw failure }
            try file.synchronize()
            try file.close()
        } catch {
            throw PackError(.output, "`\(path)` cannot be written: \(error)")
        }
    }

    private var failure: (any Error)?

    private func write(_ content: [UInt8]) {
        guard failure == nil else { return }
        bytes += content.count
        do { try file.write(contentsOf: content) } catch { failure = error }
    }
}

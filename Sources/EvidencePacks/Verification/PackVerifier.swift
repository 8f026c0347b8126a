import Foundation
import MerkleLog
import PolicyBundles

/// Checks a pack with nothing but its archive, and what is known from elsewhere: the same checks as the `verify.py` inside,
/// with the same words. Memory holds one file of the archive at a time.
public struct PackVerifier {
    private let expectation: PackExpectation
    private let replays: Bool

    /// - Parameter replays: whether every decision is evaluated again, too.
    public init(expectation: PackExpectation, replays: Bool = false) {
        self.expectation = expectation
        self.replays = replays
    }

    /// - Throws: ``PackError`` `.archive` when there is no file to read. What is wrong with it is in the report.
    public func verify(path: String) throws(PackError) -> PackReport {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw PackError(.archive, "`\(path)` cannot be opened", fix: "check the path and your rights to the file")
        }
        defer { try? file.close() }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            throw PackError(
                .archive, "`\(path)` is a folder",
                fix: "give the archive that `aegis evidence build` wrote, a .tar.gz file")
        }
        return verify { try file.read(upToCount: $0).map { Array($0) } ?? [] }
    }

    /// - Parameter read: the next bytes of the archive, at most as many as asked for; none at its end.
    func verify(read: @escaping (Int) throws -> [UInt8]) -> PackReport {
        var check = PackCheck(expectation, replays: replays)
        var folder: Substring?
        var name = "pack"
        do {
            let archive = try ArchiveReader(read: read)
            while let file = try archive.next() {
                let top = file.path.prefix { $0 != "/" }
                name = String(file.path.dropFirst(top.count + 1))
                guard !name.isEmpty, top == folder ?? top else {
                    throw PackError(
                        .archive, "a pack holds plain files of one folder, each of them once",
                        at: name.isEmpty ? file.path : name)
                }
                folder = top
                check.take(name, file.bytes)
            }
            check.finish()
        } catch let error as PackError {
            check.fault(error)
        } catch let error as BundleError {
            check.fault(PackError(.archive, "the archive cannot be read: \(error.message)", at: name))
        } catch {
            check.fault(PackError(.archive, "the archive cannot be read: \(error)", at: name))
        }
        return check.report
    }
}

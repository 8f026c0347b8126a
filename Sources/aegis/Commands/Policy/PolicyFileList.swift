import Foundation
import PolicyDelivery
import PolicyDocuments

/// The files of policies in a folder, at any depth, and what stands in the way of telling them all.
///
/// Links are followed, to files and to folders, and what they lead to bears the link's name. Names that begin with a dot are
/// left out: a volume of Kubernetes keeps its own there (`..data`), and shows links to it; and so is `lost+found`, which file
/// systems have at their root. Nothing else is passed over in silence, because the file that is missing may be the one that denies.
struct PolicyFileList {
    struct Entry {
        /// Relative to the folder, with `/` between folders.
        let name: String
        let path: String
    }

    /// Links among folders can make a few of them look like millions.
    private static let mostNames = 100_000
    private var looked = 0
    private(set) var entries: [Entry] = []
    /// What cannot be read, each told.
    private(set) var faults: [CommandFailure] = []
    /// The paths of what cannot be read.
    private var faultyPaths: [String] = []

    /// - Parameter folder: a folder, or one file. Where nothing is there, the list is empty.
    init(_ folder: String) {
        guard let kind = FileKind(at: folder) else { return }
        if case .folder(let identity) = kind {
            look(in: folder, below: "", inside: [identity])
        } else {
            add((folder as NSString).lastPathComponent, at: folder, kind)
        }
    }

    /// What changes when there is something new to read: the names, sizes, times and inodes of what the list tells.
    var fingerprint: String {
        (entries.map(\.path) + faultyPaths).map { "\($0)=\(FileFingerprint.of($0))" }.joined(separator: ";")
    }

    /// - Parameter ancestors: the folders on the way here, to notice a link that leads back to one of them.
    private mutating func look(in folder: String, below prefix: String, inside ancestors: [FileKind.Identity]) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return miss(folder, "the folder `\(folder)` cannot be read", fix: "check your rights to it, or remove it")
        }
        for name in names.sorted() where !name.hasPrefix(".") && name != "lost+found" {
            looked += 1
            guard looked <= Self.mostNames else {
                if looked == Self.mostNames + 1 {
                    miss(
                        folder, "`\(folder)` and what it is linked with hold more than \(Self.mostNames) names",
                        fix: "remove links between folders, or divide the policies")
                }
                return
            }
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            guard let kind = FileKind(at: path) else {
                switch FileKind.absence(at: path) {
                case .gone:
                    // A name that is no UTF-8 is listed with other bytes than it has, and so seems not to be there.
                    if name.unicodeScalars.contains("\u{fffd}") {
                        miss(path, "`\(path)` has a name that is not UTF-8", fix: "rename it")
                    }
                case .link: miss(path, "`\(path)` is a link that leads nowhere", fix: "correct the link, or remove it")
                case .closed: miss(path, "`\(path)` cannot be looked at", fix: "check your rights to its folder")
                }
                continue
            }
            guard case .folder(let identity) = kind else {
                add(prefix + name, at: path, kind)
                continue
            }
            guard !ancestors.contains(identity) else {
                miss(path, "`\(path)` is a link that leads back to a folder it stands in", fix: "remove the link")
                continue
            }
            look(in: path, below: "\(prefix)\(name)/", inside: ancestors + [identity])
        }
    }

    private mutating func add(_ name: String, at path: String, _ kind: FileKind) {
        guard PolicyTree.reads(name) else {
            if name.lowercased().hasSuffix(".rego") {
                miss(
                    path, "`\(path)` is no Rego file to the engine, which goes by the ending `.rego` in small letters",
                    fix: "rename it")
            }
            return
        }
        guard case .file = kind else {
            return miss(path, "`\(path)` is no plain file", fix: "remove it, or give it another name")
        }
        entries.append(Entry(name: name, path: path))
    }

    private mutating func miss(_ path: String, _ message: String, fix: String) {
        faults.append(CommandFailure(message, fix: fix, exitCode: 3))
        faultyPaths.append(path)
    }
}

/// What a path leads to, links followed.
private enum FileKind {
    /// Which folder it is, whatever its name.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    case file
    case folder(Identity)
    case other

    private static let systemDevices: Set<UInt64> = Set(
        ["/proc", "/sys"].compactMap { folder in
            var status = stat()
            return stat(folder, &status) == 0 ? UInt64(status.st_dev) : nil
        })

    /// Nil where nothing is there.
    init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // What the system shows of processes, environments among it, is no policy, and no finding may quote it.
        if Self.systemDevices.contains(UInt64(status.st_dev)) {
            self = .other
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder(Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)))
        default: self = .other
        }
    }

    /// Why nothing can be said of a path.
    enum Absence { case gone, link, closed }

    static func absence(at path: String) -> Absence {
        var status = stat()
        guard lstat(path, &status) == 0 else { return errno == ENOENT ? .gone : .closed }
        // What is there now and is no link came just now: the next look sees it.
        return status.st_mode & S_IFMT == S_IFLNK ? .link : .gone
    }
}

import Foundation
public import PolicyBundles

/// One bundle in a file, which a deployment replaces.
public struct BundleFileSource: BundleSource {
    private let path: String

    public init(path: String) {
        self.path = path
    }

    public var name: String { path }
    public var pace: PollPace { .local }

    public func look(since mark: String?, active: VerifiedBundle?, now: Int64) throws -> Look {
        let seen = FileFingerprint.of(path)
        guard seen != mark else { return Look(.unchanged, mark: seen) }
        do {
            return Look(.archive(Array(try Data(contentsOf: URL(fileURLWithPath: path)))), mark: seen)
        } catch {
            throw DeliveryError(
                .sourceUnavailable, "the file cannot be read", location: path,
                fix: "check the path and your rights to the file")
        }
    }
}

/// What changes when a file does: its size, time and inode.
public enum FileFingerprint {
    public static func of(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "absent" }
        return "\(status.st_ino)/\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}

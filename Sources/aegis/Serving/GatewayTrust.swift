import Foundation
import Logging
import SignedTokens
import Synchronization

/// Whose keys this gateway believes: the files of `--trust`. They are looked at again before each verification, so that a
/// revocation counts from then on without a restart.
///
/// The newest trust root that was believed is kept in the data directory. An older one never takes its place, nor does one
/// that the root keys before did not sign, whoever can write the files.
final class GatewayTrust: Sendable {
    private struct State {
        var mark: String
        var ring: KeyRing
    }

    private let paths: [String]
    private let folder: URL
    private let logger: Logger
    private let tenant: String?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - tenant: whose policies they are to be; nil where a bundle says so.
    ///   - folder: where the newest trust roots are kept.
    init(paths: [String], tenant: String?, keptIn folder: URL, logger: Logger) throws {
        self.paths = paths
        self.tenant = tenant
        self.folder = folder
        self.logger = logger
        let ring = try Self.read(paths, keptIn: folder)
        state = Mutex(State(mark: Self.mark(of: paths), ring: ring))
        warnOfNoReviews(ring)
    }

    /// A trust root without a rule is no smaller quorum, but none: whoever has a publisher's key then publishes alone.
    private func warnOfNoReviews(_ ring: KeyRing) {
        guard let warning = TrustFiles.warning(of: paths, ring, tenant: tenant) else { return }
        logger.warning("\(warning)")
    }

    /// The keys that count now. Files that cannot be believed are reported once, and change nothing.
    var ring: KeyRing {
        let mark = Self.mark(of: paths)
        return state.withLock { state in
            guard mark != state.mark else { return state.ring }
            state.mark = mark
            do {
                state.ring = try Self.read(paths, keptIn: folder)
                warnOfNoReviews(state.ring)
                logger.notice(
                    "the trusted keys have changed", metadata: ["keys": "\(state.ring.keyIDs.joined(separator: ", "))"])
            } catch {
                let message = (error as? CommandFailure)?.message ?? "\(error)"
                logger.error("the trusted keys stay as they were", metadata: ["error": "\(message)"])
            }
            return state.ring
        }
    }

    private static func read(_ paths: [String], keptIn folder: URL) throws -> KeyRing {
        let (ring, roots) = try TrustFiles.read(paths)
        for (path, root) in roots {
            let kept = folder.appendingPathComponent(URL(fileURLWithPath: path).lastPathComponent)
            if FileManager.default.fileExists(atPath: kept.path) {
                let former = try TrustFiles.root(at: kept.path)
                if former.isSameRoot(as: root) { continue }
                do { try root.check(after: former.root) } catch {
                    throw TokenError(error.code, error.message, location: path, fix: error.fix)
                }
            }
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                try Data(root.bytes).write(to: kept, options: .atomic)
            } catch {
                throw CommandFailure("`\(kept.path)` cannot be written", fix: "check your rights to the data directory")
            }
        }
        return ring
    }

    /// What changes when there is something new to look at.
    private static func mark(of paths: [String]) -> String {
        paths.map { path in
            var status = stat()
            guard stat(path, &status) == 0 else { return "absent" }
            return "\(status.st_ino)/\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }.joined(separator: ";")
    }
}

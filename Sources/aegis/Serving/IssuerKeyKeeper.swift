import Decisions
import Foundation
import FoundationNetworking
import Logging
import PolicyDocuments
import ServiceLifecycle
import SignedTokens
import Synchronization

/// Keeps an issuer's public keys (RFC 7517) fresh, from a file or a URL.
///
/// A file is looked at twice a second; ``FetchedIssuerKeys`` says when a URL is asked.
final class IssuerKeyKeeper: IssuerKeys, Service {
    private let source: IdentityDocument.KeySource
    private let issuer: String
    private let folder: URL
    private let logger: Logger
    private let keys: FetchedIssuerKeys
    private let fingerprint = Mutex("")
    private static let tick: Duration = .milliseconds(500)

    /// - Parameter configuration: the file that names the source; a relative path is relative to its folder.
    init(_ source: IdentityDocument.KeySource, issuer: String, beside configuration: String, logger: Logger) throws {
        self.source = source
        self.issuer = issuer
        self.logger = logger
        folder = URL(fileURLWithPath: configuration).deletingLastPathComponent()
        keys = try FetchedIssuerKeys()
        // A file must be there from the start; a URL may be down for a while.
        if case .file(let path) = source { try readFile(path) }
    }

    var ring: KeyRing { keys.ring }

    func noteUnknownKey() { keys.noteUnknownKey() }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            let start = ContinuousClock.now
            while true {
                do {
                    switch source {
                    case .file(let path): try readFile(path)
                    case .url(let text):
                        let fetched = try await keys.refresh(at: ContinuousClock.now - start) { [self] in
                            try await fetch(text)
                        }
                        if fetched { tell() }
                    }
                } catch { report(error) }
                do { try await Task.sleep(for: Self.tick) } catch { return }
            }
        }
    }

    private func readFile(_ path: String) throws {
        let url = URL(fileURLWithPath: path, relativeTo: folder)
        var status = stat()
        guard stat(url.path, &status) == 0 else {
            // Reading it says why.
            _ = try InputFile.read(url.path, as: "key set")
            return
        }
        let fingerprint = "\(status.st_ino)/\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        let isNew = self.fingerprint.withLock { last in
            defer { last = fingerprint }
            return last != fingerprint
        }
        guard isNew else { return }
        try keys.take(try InputFile.read(url.path, as: "key set"))
        tell()
    }

    private func fetch(_ text: String) async throws -> [UInt8] {
        guard let url = URL(string: text) else { throw CommandFailure("`\(text)` is not a URL") }
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.setValue("application/json", forHTTPHeaderField: "accept")
        let (data, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw CommandFailure("\(text) answered \((response as? HTTPURLResponse)?.statusCode ?? 0)")
        }
        return Array(data)
    }

    private func tell() {
        logger.info("issuer keys", metadata: ["issuer": "\(issuer)", "keys": "\(keys.ring.keyIDs.count)"])
    }

    private func report(_ error: any Error) {
        let message = (error as? CommandFailure)?.message ?? "\(error)"
        logger.error("the keys of an issuer cannot be read", metadata: ["issuer": "\(issuer)", "error": "\(message)"])
    }
}

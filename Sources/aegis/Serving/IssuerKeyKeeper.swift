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
/// A file is looked at twice a second. A URL is asked every ten minutes, and when a token names an unknown key, but then at
/// most every thirty seconds: tokens that name made-up keys cannot make this gateway ask more. Keys that cannot be fetched
/// leave those in force that were fetched last; before the first ones come, the issuer's tokens are refused.
final class IssuerKeyKeeper: IssuerKeys, Service {
    private struct State {
        var ring: KeyRing
        var fingerprint = ""
        var isAskedFor = true
    }

    private let source: IdentityDocument.KeySource
    private let issuer: String
    private let folder: URL
    private let logger: Logger
    private let state: Mutex<State>
    private static let tick: Duration = .milliseconds(500)
    private static let usualAge: Duration = .seconds(600)
    private static let leastAge: Duration = .seconds(30)
    private static let largest = 1 << 20

    /// - Parameter configuration: the file that names the source; a relative path is relative to its folder.
    init(_ source: IdentityDocument.KeySource, issuer: String, beside configuration: String, logger: Logger) throws {
        self.source = source
        self.issuer = issuer
        self.logger = logger
        folder = URL(fileURLWithPath: configuration).deletingLastPathComponent()
        state = Mutex(State(ring: try KeyRing([])))
        // A file must be there from the start; a URL may be down for a while.
        if case .file(let path) = source { try readFile(path) }
    }

    var ring: KeyRing { state.withLock { $0.ring } }

    func noteUnknownKey() { state.withLock { $0.isAskedFor = true } }

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            var last = ContinuousClock.now - Self.usualAge
            while true {
                switch source {
                case .file(let path):
                    do { try readFile(path) } catch { report(error) }
                case .url(let text):
                    let age = ContinuousClock.now - last
                    let isAskedFor = state.withLock { $0.isAskedFor }
                    if age >= Self.usualAge || (isAskedFor && age >= Self.leastAge) {
                        last = .now
                        state.withLock { $0.isAskedFor = false }
                        do { try await fetch(text) } catch { report(error) }
                    }
                }
                do { try await Task.sleep(for: Self.tick) } catch { return }
            }
        }
    }

    private func readFile(_ path: String) throws {
        let url = URL(fileURLWithPath: path, relativeTo: folder)
        var status = stat()
        guard stat(url.path, &status) == 0 else {
            throw CommandFailure("the keys of \(issuer) are not at `\(url.path)`")
        }
        let fingerprint = "\(status.st_ino)/\(status.st_size)/\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        guard state.withLock({ $0.fingerprint }) != fingerprint else { return }
        state.withLock { $0.fingerprint = fingerprint }
        try take(try Data(contentsOf: url))
    }

    private func fetch(_ text: String) async throws {
        guard let url = URL(string: text) else { throw CommandFailure("`\(text)` is not a URL") }
        var request = URLRequest(url: url, timeoutInterval: 10)
        request.setValue("application/json", forHTTPHeaderField: "accept")
        let (data, response) = try await URLSession.shared.data(for: request)
        guard (response as? HTTPURLResponse)?.statusCode == 200 else {
            throw CommandFailure("\(text) answered \((response as? HTTPURLResponse)?.statusCode ?? 0)")
        }
        try take(data)
    }

    private func take(_ data: Data) throws {
        guard data.count <= Self.largest else {
            throw CommandFailure("the key set has \(data.count) bytes; at most 1 MiB")
        }
        let ring = try KeyRing(jwks: Array(data))
        guard !ring.isEmpty else { throw CommandFailure("the key set holds no key that can be used") }
        state.withLock { $0.ring = ring }
        logger.info("issuer keys", metadata: ["issuer": "\(issuer)", "keys": "\(ring.keyIDs.count)"])
    }

    private func report(_ error: any Error) {
        let message = (error as? CommandFailure)?.message ?? "\(error)"
        logger.error("the keys of an issuer cannot be read", metadata: ["issuer": "\(issuer)", "error": "\(message)"])
    }
}

import Approvals
import ArgumentParser
import Foundation
import PolicyBundles
import PolicyLifecycle
import SignedTokens

/// Which history a command is about, and whose word counts there.
struct HistoryOptions: ParsableArguments {
    @Option(
        help:
            "The folder of histories, a store (s3://, gs://), or the URL of a control plane, with your key in AEGIS_API_KEY (environment: AEGIS_HISTORY; default: ./policy-history)."
    )
    var history: String?

    @Option(help: "The tenant (environment: AEGIS_TENANT; default: `default`).")
    var tenant: String?

    @Option(help: "The trust root, a .json file (environment: AEGIS_TRUST; default: the history's own).")
    var trust: String?

    var tenantName: String { Self.value(tenant, "AEGIS_TENANT") ?? "default" }
    var store: any HistoryStore {
        get throws {
            try Self.store(at: Self.value(history, "AEGIS_HISTORY") ?? "policy-history")
        }
    }

    /// A folder of histories, a store, or a control plane.
    static func store(at place: String) throws -> any HistoryStore {
        if !place.contains("://") { return FileHistoryStore(directory: place) }
        guard place.hasPrefix("http://") || place.hasPrefix("https://") else {
            return try ObjectHistoryStore(address: place)
        }
        return RemoteHistoryStore(
            client: try APIClient(url: place, apiKey: value(nil, "AEGIS_API_KEY"), server: .controlPlane))
    }

    func root() throws -> SignedTrustRoot? { try Self.value(trust, "AEGIS_TRUST").map(TrustFiles.root(at:)) }

    /// Reads the history, and believes it no more than the trust root that was given.
    func open() async throws -> PolicyHistory {
        let history = try await PolicyHistory.open(tenant: tenantName, in: try store)
        if let root = try root() { try history.check(against: root) }
        return history
    }

    /// The history, for those who only look at it: a folder that is not there is a mistake, and no empty history.
    func read() async throws -> PolicyHistory {
        if let folder = try store as? FileHistoryStore, !FileManager.default.fileExists(atPath: folder.directory) {
            throw CommandFailure(
                VisibleText.of("there is no folder of histories `\(folder.directory)`"),
                fix: "name it: --history DIR or AEGIS_HISTORY; `aegis policy propose` begins one")
        }
        return try await open()
    }

    static func value(_ option: String?, _ name: String) -> String? {
        option ?? ProcessInfo.processInfo.environment.given(name)
    }
}

/// Who acts: a private key in a file, or a command that stands before one.
struct SignerOptions: ParsableArguments {
    @Option(help: "Your private key (PEM, readable by you alone; environment: AEGIS_KEY).")
    var key: String?

    @Option(help: "A command that signs with a key in a KMS or an HSM (environment: AEGIS_SIGNER).")
    var signer: String?

    func open() throws -> any Signer {
        switch (key, signer) {
        case (let path?, nil): return try KeyFile.signingKey(at: path)
        case (nil, let command?): return try CommandSigner(command: command)
        case (_?, _?): throw CommandFailure("--key and --signer exclude each other", exitCode: 2)
        case (nil, nil): break
        }
        if let path = HistoryOptions.value(nil, "AEGIS_KEY") { return try KeyFile.signingKey(at: path) }
        if let command = HistoryOptions.value(nil, "AEGIS_SIGNER") { return try CommandSigner(command: command) }
        throw CommandFailure(
            "nobody signs", fix: "give your key with --key FILE, or a signing command with --signer 'CMD'", exitCode: 2)
    }
}

/// A history opened to add to it: read, verified, with the newest trust root adopted.
struct LifecycleSession {
    var history: PolicyHistory
    let signer: any Signer
    let now: UTCTime

    /// - Parameter mayBegin: whether a history may begin with it; else a folder that is not there is a mistake.
    init(_ options: HistoryOptions, _ signing: SignerOptions, mayBegin: Bool = false) async throws {
        signer = try signing.open()
        now = Self.now
        history = try await mayBegin ? options.open() : options.read()
        if let root = try options.root() { try await history.adopt(root, by: signer, at: now) }
    }

    /// The clock, and nothing else: an event's time is its signer's word.
    static var now: UTCTime { UTCTime(seconds: Int64(Date().timeIntervalSince1970)) }

    /// The proposal that is meant: an id or the beginning of one, or the only one there is.
    func proposal(_ name: String?, among candidates: [ProposalRecord]) throws -> ProposalRecord {
        let named = candidates.filter { name == nil || $0.id.hasPrefix(name ?? "") }
        if let record = named.first, named.count == 1 { return record }
        if let name, let record = history.state.proposal(name) { return record }
        guard named.isEmpty else {
            throw CommandFailure(
                "\(named.count) proposals wait", fix: "name one: \(named.map(\.id).joined(separator: ", "))",
                exitCode: 2)
        }
        throw CommandFailure(
            name.map { "no proposal that waits is named `\($0)`" } ?? "no proposal waits",
            fix: "list them: aegis policy history; propose one: aegis policy propose DIR")
    }
}

/// Turns what the lower layers throw into what people see, and into exit codes.
enum LifecycleFailure {
    static func reporting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as LifecycleError {
            ErrorOutput.write(error.description)
            throw ExitCode(isRefusal(error.code) ? 4 : 1)
        } catch let error as BundleStoreError {
            ErrorOutput.write(error.description)
            ErrorOutput.write("fix: run the command again when the store is well: it finishes what it began")
            throw ExitCode(1)
        } catch let error as TokenError {
            ErrorOutput.write(error.description)
            throw ExitCode(1)
        }
    }

    /// The rules say no, as against something that is broken.
    private static func isRefusal(_ code: LifecycleError.Code) -> Bool { code.rawValue.hasPrefix("lifecycle.") }
}

import AegisTesting
import Approvals
import AuditTrail
import Decisions
import Foundation
import Logging
import ObjectStores
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import SignedTokens
import Synchronization

@testable import PolicyDelivery

/// One tenant's keeper over a store in a folder, with a clock that tests move and a network that they cut.
final class Delivery: Sendable {
    let key: SigningKey
    let clock = TestClock()
    let registry = PolicyRegistry()
    let store: ObjectBundleStore
    let objects: FileObjectStore
    let folder: String
    let records = Mutex<[[String: String]]>([])
    /// The keys that keepers believe from now on; nil: what they were made with.
    let trust = Mutex<KeyRing?>(nil)
    private let outage = Mutex<(any Error)?>(nil)

    init() throws {
        key = try SigningKey(generating: .edDSA, name: "ops-2026")
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("delivery-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        objects = FileObjectStore(directory: folder + "/store")
        store = ObjectBundleStore(objects: objects)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A keeper as after a start of the process: what it knows is in the data directory.
    func keeper(
        registry: PolicyRegistry? = nil, region: String? = nil, source other: (any BundleSource)? = nil
    ) throws -> PolicyKeeper {
        let ring = try KeyRing([TrustedKey(key.verificationKey)])
        return PolicyKeeper(
            source: other ?? Interrupted(source: source, delivery: self), tenant: "acme", region: region,
            trust: self.trust.withLock { $0 } ?? ring, registry: registry ?? self.registry,
            history: BundleHistory(directory: folder + "/history"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            clock: { self.clock.now },
            trail: { draft in
                guard let detail = draft.detail,
                    let object = try? JSONSerialization.jsonObject(with: Data(detail.bytes)),
                    let texts = object as? [String: String]
                else { return }
                self.records.withLock { $0.append(texts) }
            })
    }

    var source: BundleStoreSource {
        BundleStoreSource(store, name: "test-store", tenant: "acme", pace: .remote(every: .seconds(10)))
    }

    func cut(_ error: (any Error)?) { outage.withLock { $0 = error } }
    var events: [String] { records.withLock { $0.compactMap { $0["event"] } } }
    var status: PolicyRegistry.Status? { registry.statuses["acme"] }
    var active: String? { status?.activeVersion.map { String($0.prefix { $0 != "@" }) } }

    static let policies = """
        aegis: v1
        kind: Agent
        name: bot
        identities: [{api_key: bot-1}]
        scopes: ["*"]
        ---
        aegis: v1
        kind: Tool
        name: pay
        ---
        aegis: v1
        kind: Policy
        name: pay
        agents: [bot]
        tools: [pay]
        effect: allow
        """

    func bundle(
        _ version: Int, author: String = "jane", tenantSettings: String = "", region: String? = nil,
        key: SigningKey? = nil, parent: BundleDigest? = nil
    ) throws -> VerifiedBundle {
        let tenant = tenantSettings.isEmpty ? "" : "\n---\naegis: v1\nkind: Tenant\nname: acme\n\(tenantSettings)\n"
        let compiled = try PolicyCompiler(tenant: "acme").compile(
            PolicyTree(files: [SourceFile(name: "policies.yaml", text: Array((Self.policies + tenant).utf8))]))
        let signer = key ?? self.key
        let built = try BundleBuilder(
            metadata: BundleMetadata(
                tenant: "acme", region: region, version: version, parent: parent, createdAt: "2026-11-25T00:00:00Z",
                author: author),
            files: compiled.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        ).build(signedBy: signer, at: clock.now.seconds)
        return try BundleVerifier(trust: KeyRing([TrustedKey(signer.verificationKey)])).verify(
            UnverifiedBundle(archive: built.archive, name: "acme.tar.gz"), now: clock.now.seconds)
    }

    func pointer(to bundle: VerifiedBundle, backFrom: Int? = nil, by key: SigningKey? = nil) throws -> SignedPointer {
        var pointer = BundlePointer(to: bundle, signedAt: clock.now.seconds)
        pointer.rollback = backFrom.map { BundlePointer.Rollback(from: $0, reason: "it broke payments") }
        return try pointer.signed(by: key ?? self.key)
    }

    @discardableResult
    func publish(_ bundle: VerifiedBundle) async throws -> VerifiedBundle {
        _ = try await store.publish(bundle, pointer: pointer(to: bundle))
        return bundle
    }

    private struct Interrupted: BundleSource {
        let source: BundleStoreSource
        let delivery: Delivery
        var name: String { source.name }
        var pace: PollPace { source.pace }

        func look(since mark: String?, active: VerifiedBundle?, now: Int64) async throws -> Look {
            if let error = delivery.outage.withLock({ $0 }) { throw error }
            return try await source.look(since: mark, active: active, now: now)
        }
    }
}

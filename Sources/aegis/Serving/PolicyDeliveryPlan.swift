import Approvals
import AuditTrail
import Decisions
import Foundation
import Logging
import ObjectStores
import PolicyBundles
import PolicyDelivery
import SignedTokens
import StateStoreSQLite

/// Where this gateway's policies come from and whom it believes: the settings made into parts.
struct PolicyDeliveryPlan {
    let configuration: ServeConfiguration
    let environment: [String: String]
    let logger: Logger

    /// A tenant's place for policies, and whose word counts there.
    struct Part {
        let served: ServedTenant
        let tenant: String
        let source: any BundleSource
        let trust: @Sendable () -> KeyRing
    }

    func part(_ served: ServedTenant, _ keys: GatewayKeys) throws -> Part {
        switch served.policies {
        case .folder(let path):
            let tenant = served.name ?? "default"
            let source = PolicyFolderSource(
                path: path, tenant: tenant, key: keys.development, history: configuration.data.bundles)
            let ring = try KeyRing([TrustedKey(keys.development.verificationKey)])
            return Part(served: served, tenant: tenant, source: source, trust: { ring })
        case .bundle(let place, let keyFiles):
            let folder = configuration.data.url.appendingPathComponent("trust/\(served.name ?? "default")")
            let trust = try GatewayTrust(paths: keyFiles, tenant: served.name, keptIn: folder, logger: logger)
            let (source, tenant) = try source(place, of: served, trust: trust.ring, tenant: served.name)
            return Part(served: served, tenant: tenant, source: source, trust: { trust.ring })
        }
    }

    func keeper(of part: Part, registry: PolicyRegistry, journal: AuditJournal) -> PolicyKeeper {
        PolicyKeeper(
            source: part.source, tenant: part.tenant, region: configuration.region, trust: part.trust(),
            registry: registry, history: configuration.data.bundles,
            logger: logger, clock: { .current() }, trail: trail(journal))
    }

    /// Hears of agents that are switched off on all gateways, where the tenant's bundles come from; nil where nobody could say so: a
    /// file, a folder of policies, a server that is not Aegis's.
    func stopKeeper(
        of part: Part, store: SQLiteStateStore, killSwitch: KillSwitch, journal: AuditJournal
    ) throws -> StopKeeper? {
        guard case .bundle(let place, _) = part.served.policies else { return nil }
        let source: (any StopSource)?
        switch place {
        case .file: source = nil
        case .store(let address):
            source = StopStoreSource(try self.store(at: address), name: address, tenant: part.tenant)
        case .service(let url):
            source = StopServiceSource(besides: url, tenant: part.tenant, token: part.served.token)
        }
        guard let source else { return nil }
        return StopKeeper(
            source: source, tenant: part.tenant, trust: part.trust, ledger: store, logger: logger,
            clock: { .current() }, trail: trail(journal),
            // What cannot be read now is read by the watcher of the state store, or denies everything soon.
            onNews: { try? await killSwitch.refresh() })
    }

    /// Carries the control plane's switches into the stores that tenants' bundles come from; nil where no key is named.
    func sharedSwitch(_ parts: [Part]) throws -> StoreSwitch? {
        guard let signer = try configuration.switchKey.open() else { return nil }
        var places: [String: StoreSwitch.Place] = [:]
        for part in parts {
            guard case .bundle(.store(let address), _) = part.served.policies else { continue }
            try SwitchKey.check(signer, part.trust())
            places[part.tenant] = StoreSwitch.Place(name: address, store: try store(at: address), trust: part.trust)
        }
        guard !places.isEmpty else {
            throw CommandFailure(
                "--switch-key is for tenants whose bundles come from a store", fix: "give --bundle STORE", exitCode: 2)
        }
        return StoreSwitch(signer: signer) { [places] tenant in places[tenant] }
    }

    private func trail(_ journal: AuditJournal) -> PolicyKeeper.Trail {
        { [logger] draft in
            do { _ = try await journal.append(draft) } catch {
                logger.error("a change of policies could not be recorded", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Tries what the tenant is told to try beside its policies; nil where it tries nothing.
    func candidateKeeper(of part: Part, registry: PolicyRegistry, keys: GatewayKeys) throws -> CandidateKeeper? {
        guard let place = part.served.candidate else { return nil }
        let source: any BundleSource
        let trust: @Sendable () -> KeyRing
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue {
            source = PolicyFolderSource(path: place, tenant: part.tenant, key: keys.development)
            let ring = try KeyRing([TrustedKey(keys.development.verificationKey)])
            trust = { ring }
        } else {
            trust = part.trust
            source = try self.source(BundlePlace(place), of: part.served, trust: trust(), tenant: part.tenant).0
        }
        return CandidateKeeper(
            source: source, tenant: part.tenant, region: configuration.region, trust: trust(), registry: registry,
            logger: logger, clock: { .current() })
    }

    private func source(
        _ place: BundlePlace, of served: ServedTenant, trust: KeyRing, tenant: String?
    ) throws -> (any BundleSource, tenant: String) {
        func required() throws -> String {
            guard let tenant else {
                throw CommandFailure(
                    "a store holds the bundles of many tenants", fix: "add --tenant NAME", exitCode: 2)
            }
            return tenant
        }
        switch place {
        case .file(let path):
            return (BundleFileSource(path: path), tenant ?? Self.tenant(ofBundleAt: path, trust: trust) ?? "default")
        case .store(let address):
            let tenant = try required()
            let isHere = address.hasPrefix("file:")
            let pace = isHere ? PollPace.local : .remote(every: configuration.pollInterval)
            return (BundleStoreSource(try store(at: address), name: address, tenant: tenant, pace: pace), tenant)
        case .service(let url):
            let tenant = try required()
            let pace = PollPace.remote(every: configuration.pollInterval, longestWait: .seconds(30))
            do { return (try BundleServiceSource(url: url, token: served.token, pace: pace), tenant) } catch {
                throw CommandFailure(error.message, fix: error.fix, exitCode: 2)
            }
        }
    }

    private func store(at address: String) throws -> ObjectBundleStore {
        try BundleService.store(at: address, environment: environment)
    }

    /// The tenant that a trusted bundle says it is for.
    private static func tenant(ofBundleAt path: String, trust: KeyRing) -> String? {
        guard let bundle = try? BundleInput.read(path),
            let verified = try? BundleVerifier(trust: trust).verify(bundle, now: Int64(Date().timeIntervalSince1970))
        else { return nil }
        return verified.manifest.metadata.tenant
    }
}

/// What `--bundle` names.
enum BundlePlace: Equatable {
    case file(String)
    case store(String)
    case service(String)

    /// An address with a scheme is a store or a bundle service; anything else, and a `file:` that ends as an archive does, is a file.
    init(_ text: String) {
        if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self = .service(text)
        } else if text.hasPrefix("file://"), text.hasSuffix(".tar.gz") {
            self = .file(URL(string: text)?.path(percentEncoded: false) ?? text)
        } else if text.contains("://") {
            self = .store(text)
        } else {
            self = .file(text)
        }
    }
}

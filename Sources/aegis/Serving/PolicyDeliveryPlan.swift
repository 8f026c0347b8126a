import Approvals
import AuditTrail
import Decisions
import Foundation
import Logging
import ObjectStores
import PolicyBundles
import PolicyDelivery
import SignedTokens

/// Where this gateway's policies come from and whom it believes: the settings made into parts.
struct PolicyDeliveryPlan {
    let configuration: ServeConfiguration
    let environment: [String: String]
    let logger: Logger

    func keeper(
        of served: ServedTenant, registry: PolicyRegistry, keys: GatewayKeys, journal: AuditJournal
    ) throws -> PolicyKeeper {
        let (source, trust, tenant) = try parts(served, keys)
        return PolicyKeeper(
            source: source, tenant: tenant, region: configuration.region, trust: trust(), registry: registry,
            history: configuration.data.bundles,
            logger: logger, clock: { .current() },
            trail: { [logger] draft in
                do { _ = try await journal.append(draft) } catch {
                    logger.error("a change of policies could not be recorded", metadata: ["error": "\(error)"])
                }
            })
    }

    /// Tries what the tenant is told to try beside its policies; nil where it tries nothing.
    func candidateKeeper(
        of served: ServedTenant, registry: PolicyRegistry, keys: GatewayKeys
    ) throws -> CandidateKeeper? {
        guard let place = served.candidate else { return nil }
        let (_, ownTrust, tenant) = try parts(served, keys)
        let source: any BundleSource
        let trust: @Sendable () -> KeyRing
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue {
            source = PolicyFolderSource(path: place, tenant: tenant, key: keys.development)
            let ring = try KeyRing([TrustedKey(keys.development.verificationKey)])
            trust = { ring }
        } else {
            trust = ownTrust
            source = try self.source(BundlePlace(place), of: served, trust: trust(), tenant: tenant).0
        }
        return CandidateKeeper(
            source: source, tenant: tenant, region: configuration.region, trust: trust(), registry: registry,
            logger: logger, clock: { .current() })
    }

    private func parts(
        _ served: ServedTenant, _ keys: GatewayKeys
    ) throws -> (any BundleSource, @Sendable () -> KeyRing, String) {
        switch served.policies {
        case .folder(let path):
            let tenant = served.name ?? "default"
            let source = PolicyFolderSource(path: path, tenant: tenant, key: keys.development)
            let ring = try KeyRing([TrustedKey(keys.development.verificationKey)])
            return (source, { ring }, tenant)
        case .bundle(let place, let keyFiles):
            let folder = configuration.data.url.appendingPathComponent("trust/\(served.name ?? "default")")
            let trust = try GatewayTrust(paths: keyFiles, keptIn: folder, logger: logger)
            let (source, tenant) = try source(place, of: served, trust: trust.ring, tenant: served.name)
            return (source, { trust.ring }, tenant)
        }
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

    private func store(at address: String) throws -> any BundleStore {
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

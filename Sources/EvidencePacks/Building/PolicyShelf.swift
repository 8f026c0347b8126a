import PolicyBundles
import SignedTokens

/// The policy versions that records name: fetched, verified and kept by what is needed of them.
struct PolicyShelf {
    struct Version: Sendable {
        let name: String
        let digest: String
        let number: Int
        let keyID: String
        let metadata: BundleMetadata
        let fileNames: [String]
        var firstRecord: UInt64
        var lastRecord: UInt64
        var records = 0
    }

    private let sources: PackSources
    // What decided then is told whatever became of its key since; keys.json says until when that counts.
    private let history: KeyRing
    private(set) var versions: [Version] = []
    private var places: [String: Int] = [:]

    init(_ sources: PackSources) {
        self.sources = sources
        history = sources.policyTrust.withoutRevocations
    }

    /// Notes that a record names a version.
    /// - Returns: the version's control map, the first time.
    /// - Throws: ``PackError`` `.policy` for a version that is not in the store, or not the one that decided.
    mutating func note(_ facts: RecordFacts) throws -> [String: [String]]? {
        guard let name = facts.policyVersion else { return nil }
        if let place = places[name] {
            versions[place].lastRecord = facts.index
            versions[place].records += 1
            return nil
        }
        var version = try fetch(name, digest: facts.bundleDigest, record: facts.index)
        version.records = 1
        places[name] = versions.count
        versions.append(version)
        return version.metadata.controls
    }

    /// The archive's bytes, again.
    func archive(_ version: Version) throws -> [UInt8] {
        guard let archive = try sources.archive(sources.tenant, version.number) else {
            throw PackError(.policy, "policy version `\(version.name)` has left the store while the pack was made")
        }
        return archive
    }

    /// The keys that signed the versions, in the order of their names.
    var signers: [TrustedKey] { Set(versions.map(\.keyID)).sorted().compactMap { sources.policyTrust[$0] } }

    /// The keys that signed the approvals in them.
    var reviewers: [TrustedKey] {
        let statements = versions.flatMap(\.metadata.reviews).compactMap(\.statement)
        let names = statements.compactMap { try? UnverifiedToken(compact: $0, limit: 256 << 10).header.keyID }
        return Set(names).sorted().compactMap { sources.policyTrust[$0] }
    }

    /// The versions that nobody has approved with a signature: nobody was asked, or it was an emergency.
    var unreviewed: [String] {
        versions.filter { !$0.metadata.reviews.contains(where: \.isSignedApproval) }.map(\.name)
    }

    // `TENANT/VERSION@sha256:FIRST12`
    private func fetch(_ name: String, digest: String?, record: UInt64) throws -> Version {
        let parts = name.split(separator: "@")
        let revision = parts.first?.split(separator: "/") ?? []
        guard parts.count == 2, revision.count == 2, revision[0] == sources.tenant, let number = Int(revision[1]) else {
            throw PackError(.policy, "record \(record) names `\(name)`, which is no policy version of this tenant")
        }
        guard let archive = try sources.archive(sources.tenant, number) else {
            throw PackError(
                .policy, "record \(record) was decided by `\(name)`, and that bundle is not in the store",
                fix: "put bundle-\(number).tar.gz back into the data directory's bundles/\(sources.tenant)")
        }
        let bundle: UnverifiedBundle
        do throws(BundleError) {
            bundle = try UnverifiedBundle(archive: archive, name: name)
        } catch {
            throw PackError(.policy, "policy version `\(name)` cannot be read: \(error.message)", fix: error.fix)
        }
        let found = bundle.digest.description
        guard found.hasPrefix(parts[1]), digest == nil || digest == found else {
            throw PackError(
                .policy, "record \(record) was decided by `\(name)`, and the store has another bundle of that version")
        }
        do throws(BundleRefusal) {
            let verified = try BundleVerifier(trust: history, tenant: sources.tenant).verify(bundle, now: .max)
            return Version(
                name: name, digest: found, number: number, keyID: verified.keyID, metadata: verified.manifest.metadata,
                fileNames: verified.files.map(\.path), firstRecord: record, lastRecord: record)
        } catch {
            let first = error.errors.first
            throw PackError(
                .policy, "policy version `\(name)` cannot be vouched for: \(first?.message ?? "it was refused")",
                fix: first?.code == .keyUntrusted
                    ? "give the public key that signed it: --trust NAME.pub.pem" : first?.fix)
        }
    }
}

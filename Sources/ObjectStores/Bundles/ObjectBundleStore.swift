public import PolicyBundles
public import SignedTokens

/// Bundles as objects: `TENANT/bundle-VERSION.tar.gz`, each written once, and `TENANT/latest`, the signed pointer to one of them;
/// `TENANT/stops`, the signed list of switched agents.
///
/// The archive comes first and the pointer second, and each is written on a condition. A publisher that dies between the two
/// leaves what the next attempt finishes; of two publishers one moves the pointer, and the other decides again knowing that.
public struct ObjectBundleStore: BundleStore {
    /// The keys whose pointers and bundles a publisher goes by. What nobody among them signed stands in nobody's way, since it moves
    /// no gateway either. nil: what is there is gone by as it is.
    public var trust: KeyRing?
    let objects: any ObjectStore
    private let clock: @Sendable () -> Int64
    private static let largestArchive = 256 << 20
    private static let largestPointer = 16 << 10
    static let attempts = 8
    /// So many archives that nobody signed are passed over; more than that are for people to look at.
    private static let mostStrangers = 16

    /// - Parameter clock: seconds since 1970; nil: this machine's.
    public init(objects: any ObjectStore, trust: KeyRing? = nil, clock: (@Sendable () -> Int64)? = nil) {
        self.objects = objects
        self.trust = trust
        self.clock = clock ?? { StoreTime.now }
    }

    public func publish(
        _ bundle: VerifiedBundle, pointer: SignedPointer
    ) async throws(BundleStoreError) -> StoredBundle {
        let metadata = bundle.manifest.metadata
        let stored = StoredBundle(tenant: metadata.tenant, version: metadata.version, digest: bundle.digest)
        guard pointer.claimed.tenant == stored.tenant, pointer.claimed.version == stored.version,
            pointer.claimed.digest == stored.digest, pointer.claimed.rollback == nil
        else {
            throw BundleStoreError(
                .pointerMismatch, "the pointer does not name the bundle \(bundle.policyVersion)",
                location: objects.name,
                fix: "sign a pointer to the bundle that is published")
        }
        if let current = try await current(stored.tenant, now: pointer.claimed.signedAt).pointer {
            try check(pointer.claimed, after: current)
        }
        try await keep(bundle.archive, stored)
        try await move(to: pointer)
        return stored
    }

    public func announce(_ pointer: SignedPointer) async throws(BundleStoreError) {
        let claimed = pointer.claimed
        guard let archive = try await archive(tenant: claimed.tenant, version: claimed.version) else {
            throw BundleStoreError(
                .versionMissing, "version \(claimed.version) of `\(claimed.tenant)` is not in the store",
                location: objects.name, fix: "publish it")
        }
        guard BundleDigest(of: archive) == claimed.digest else {
            let key = try BundleKeys.archive(claimed.tenant, claimed.version)
            throw BundleStoreError(
                .corrupt, "the stored version \(claimed.version) is not the bundle that the pointer names",
                location: place(key),
                fix: "restore it from its publisher")
        }
        try await move(to: pointer)
    }

    public func pointer(tenant: String, unless known: String?) async throws(BundleStoreError) -> PointerAnswer {
        let key = try BundleKeys.latest(tenant)
        let answer = try await Self.translated { () async throws(ObjectStoreError) in
            try await objects.get(key, unless: known.map(ObjectTag.init), limit: Self.largestPointer)
        }
        switch answer {
        case .absent: return .none
        case .unchanged: return .unchanged
        case .object(let bytes, let tag):
            guard let pointer = Self.read(bytes) else {
                throw BundleStoreError(
                    .corrupt, "the pointer to the latest bundle is damaged", location: place(key),
                    fix: "publish the latest bundle again")
            }
            return .pointer(pointer, tag: tag.text)
        }
    }

    public func archive(tenant: String, version: Int) async throws(BundleStoreError) -> [UInt8]? {
        let key = try BundleKeys.archive(tenant, version)
        let answer = try await Self.translated { () async throws(ObjectStoreError) in
            try await objects.get(key, unless: nil, limit: Self.largestArchive)
        }
        guard case .object(let bytes, _) = answer else { return nil }
        return bytes
    }

    public func versions(tenant: String) async throws(BundleStoreError) -> [Int] {
        let start = try BundleKeys.archives(tenant)
        let keys = try await Self.translated { () async throws(ObjectStoreError) in
            try await objects.keys(prefix: start)
        }
        return try BundleKeys.versions(keys, tenant: tenant)
    }

    /// Writes the archive, once and for all.
    private func keep(_ archive: [UInt8], _ bundle: StoredBundle) async throws(BundleStoreError) {
        let key = try BundleKeys.archive(bundle.tenant, bundle.version)
        do throws(ObjectStoreError) {
            _ = try await objects.put(archive, at: key, when: .absent)
        } catch {
            guard error.code == .conditionFailed else { throw Self.translated(error) }
            // Another publisher may have stored the very same bundle, or this one before it died.
            let present = try await self.archive(tenant: bundle.tenant, version: bundle.version)
            guard present.map({ BundleDigest(of: $0) }) == bundle.digest else {
                throw BundleStoreError(
                    .versionExists, "version \(bundle.version) is published already with another content",
                    location: place(key), fix: "publish it under the next version")
            }
        }
    }

    /// Writes the pointer over the one that was there when this decided that it may.
    private func move(to pointer: SignedPointer) async throws(BundleStoreError) {
        let key = try BundleKeys.latest(pointer.claimed.tenant)
        for _ in 0..<Self.attempts {
            let current = try await current(pointer.claimed.tenant, now: pointer.claimed.signedAt)
            if current.token == pointer.token { return }
            if let before = current.pointer {
                try check(pointer.claimed, after: before)
            } else if current.tag != nil {
                try await checkAfterDamage(pointer.claimed)
            }
            do throws(ObjectStoreError) {
                _ = try await objects.put(
                    Array("\(pointer.token)\n".utf8), at: key, when: current.tag.map(PutCondition.unchanged) ?? .absent)
                return
            } catch {
                guard error.code == .conditionFailed else { throw Self.translated(error) }
            }
        }
        throw BundleStoreError(
            .contended, "others wrote the pointer again and again", location: place(key), fix: "publish again")
    }

    /// Versions go forward, or back by a rollback that was signed knowing what it leaves; time goes forward.
    private func check(_ next: BundlePointer, after current: BundlePointer) throws(BundleStoreError) {
        let place = place("\(next.tenant)/latest")
        let newest = max(current.version, current.rollback?.from ?? 0)
        let goesBack = next.version < newest && next.version != current.version
        if goesBack, next.rollback.map({ $0.from < newest }) ?? true {
            throw BundleStoreError(
                .versionOlder, "version \(next.version) is older than the latest, \(newest)", location: place,
                fix: "to go back, publish the old policies under version \(newest + 1), or sign a rollback")
        }
        if next.version == current.version, next.digest != current.digest {
            throw BundleStoreError(
                .versionExists, "version \(next.version) is published already with another content", location: place,
                fix: "publish it under version \(newest + 1)")
        }
        guard next.signedAt >= current.signedAt else {
            throw BundleStoreError(
                .pointerOlder,
                "the pointer was signed \(current.signedAt - next.signedAt) s before the one that is there",
                location: place, fix: "compare the clocks of the publishers, and sign a new pointer")
        }
    }

    /// A pointer that nobody can read, or that a stranger put there, says nothing; the archives still say what was published.
    private func checkAfterDamage(_ next: BundlePointer) async throws(BundleStoreError) {
        let newer = try await versions(tenant: next.tenant).reversed().prefix { $0 > next.version }
        for version in newer.prefix(Self.mostStrangers) {
            guard try await isPublished(next.tenant, version, now: next.signedAt) else { continue }
            throw BundleStoreError(
                .versionOlder, "version \(next.version) is older than the newest that is stored, \(version)",
                location: place("\(next.tenant)/latest"), fix: "publish version \(version) again, or the next one")
        }
        guard newer.count <= Self.mostStrangers else {
            throw BundleStoreError(
                .corrupt,
                "\(newer.count) bundles of later versions are there, and nobody who is trusted signed the last of them",
                location: place("\(next.tenant)/"), fix: "remove them, and find out who can write to the store")
        }
    }

    /// Whether somebody who is trusted signed the stored version.
    private func isPublished(_ tenant: String, _ version: Int, now: Int64) async throws(BundleStoreError) -> Bool {
        guard let trust else { return true }
        let archive: [UInt8]?
        do throws(BundleStoreError) { archive = try await self.archive(tenant: tenant, version: version) } catch {
            guard error.code == .corrupt else { throw error }
            return false
        }
        guard let archive, let bundle = try? UnverifiedBundle(archive: archive, name: "\(tenant)/\(version)") else {
            return false
        }
        var verifier = BundleVerifier(trust: trust, tenant: tenant)
        verifier.wasAccepted = true
        let verified = try? verifier.verify(bundle, now: max(now, clock()))
        return verified?.manifest.metadata.version == version
    }

    /// The pointer that is there, where it can be believed, and the tag of whatever is there.
    /// - Parameter now: seconds since 1970, by the publisher.
    private func current(
        _ tenant: String, now: Int64
    ) async throws(BundleStoreError) -> (pointer: BundlePointer?, token: String?, tag: ObjectTag?) {
        let key = try BundleKeys.latest(tenant)
        let answer = try await Self.translated { () async throws(ObjectStoreError) in
            try await objects.get(key, unless: nil, limit: Self.largestPointer)
        }
        guard case .object(let bytes, let tag) = answer else { return (nil, nil, nil) }
        let signed = Self.read(bytes)
        guard let trust, let pointer = signed else { return (signed?.claimed, signed?.token, tag) }
        let believed = try? BundleVerifier(trust: trust, tenant: tenant).verify(
            pointer, after: nil, now: max(now, clock()))
        return (believed, believed == nil ? nil : pointer.token, tag)
    }

    private static func read(_ bytes: [UInt8]) -> SignedPointer? {
        String(validating: bytes, as: UTF8.self).flatMap { try? SignedPointer(token: $0) }
    }

    func place(_ key: String) -> String { "\(objects.name)/\(key)" }

    static func translated<Answer>(
        _ body: () async throws(ObjectStoreError) -> Answer
    ) async throws(BundleStoreError) -> Answer {
        do throws(ObjectStoreError) { return try await body() } catch { throw translated(error) }
    }

    static func translated(_ error: ObjectStoreError) -> BundleStoreError {
        let isGarbage = error.code == .tooLarge || error.code == .answerInvalid
        return BundleStoreError(
            isGarbage ? .corrupt : .unavailable, error.message, location: error.location, fix: error.fix)
    }
}

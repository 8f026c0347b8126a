import RegoValues
public import SignedTokens

/// The bundle that is active now: the next one may not be older.
public struct ActiveBundle: Sendable, Hashable {
    public let version: Int
    public let digest: BundleDigest

    public init(version: Int, digest: BundleDigest) {
        self.version = version
        self.digest = digest
    }
}

/// Decides whether a bundle may be believed, and says everything that speaks against it.
///
/// Invariant: it does no I/O and reads no clock; the same bundle, settings and time give the same answer.
public struct BundleVerifier: Sendable {
    /// The keys whose signatures count.
    public var trust: KeyRing
    /// The tenant that the bundle must be for; nil: any that the key may sign for.
    public var tenant: String?
    /// The region that this gateway stands in; nil: none that is known. A bundle without region fits every region.
    public var region: String?
    /// Whether a bundle that is made for a region is refused where it is not known that this is the place.
    public var bindsRegion = false
    /// The tenant's active bundle, if there is one.
    public var active: ActiveBundle?
    /// How far the signer's clock may be ahead, in seconds.
    public var leeway: Int64 = 300
    /// Whether the bundle was in force here before. What people may do and who had to approve was asked then, by the rules of
    /// then; signature, revocations, content, tenant and region are judged anew.
    public var wasAccepted = false

    public init(
        trust: KeyRing, tenant: String? = nil, region: String? = nil, active: ActiveBundle? = nil
    ) {
        self.trust = trust
        self.tenant = tenant
        self.region = region
        self.active = active
    }

    /// - Parameter now: seconds since 1970.
    /// - Throws: ``BundleRefusal`` with one error for an untrusted or stale signature, since nothing else is to be
    ///   believed then; otherwise with everything that is wrong.
    public func verify(_ bundle: UnverifiedBundle, now: Int64) throws(BundleRefusal) -> VerifiedBundle {
        let signed: (list: SignedFileList, keyID: String, trusted: TrustedKey)
        do throws(BundleError) {
            if let patch = bundle.file("patch.json") { try BundleLayout.checkName(patch.path) }
            signed = try checkSignature(of: bundle, now: now)
        } catch {
            throw BundleRefusal(errors: [error.located(in: bundle.name)])
        }
        var errors = FileSetCheck.errors(in: bundle.files, signed: signed.list.files)
        errors += CanonicalFormCheck.errors(in: bundle)
        var content: (manifest: BundleManifest, data: Document)?
        do throws(BundleError) {
            let manifest = try readManifest(bundle)
            let (data, contentErrors) = ContentCheck.read(bundle.files, manifest: manifest)
            errors += contentErrors + placeErrors(manifest.metadata, bundle.digest, signer: signed.trusted)
            if !wasAccepted {
                errors += ReviewCheck(trust: trust, signer: signed.trusted).errors(in: manifest, files: bundle.files)
            }
            content = (manifest, data)
        } catch {
            errors.append(error)
        }
        guard errors.isEmpty, let content else {
            throw BundleRefusal(errors: errors.map { $0.located(in: bundle.name) })
        }
        return VerifiedBundle(
            manifest: content.manifest, data: content.data, bundle: bundle, keyID: signed.keyID,
            signedAt: signed.list.signedAt)
    }

    private func readManifest(_ bundle: UnverifiedBundle) throws(BundleError) -> BundleManifest {
        guard let file = bundle.file(BundleManifest.path) else {
            throw BundleError(
                .manifestMissing, "the bundle has no `\(BundleManifest.path)`", fix: "build it with: aegis policy build"
            )
        }
        return try BundleManifest(file)
    }
}

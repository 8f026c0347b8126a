import SignedTokens

extension BundleVerifier {
    /// The bundle is for this tenant and region, by somebody who may speak for the tenant, and goes forward.
    func placeErrors(_ metadata: BundleMetadata, _ digest: BundleDigest, signer: TrustedKey) -> [BundleError] {
        var errors: [BundleError] = []
        func refuse(_ code: BundleError.Code, _ message: String, fix: String) {
            errors.append(BundleError(code, message, in: BundleManifest.path, fix: fix))
        }
        if !wasAccepted, !signer.maySign(forTenant: metadata.tenant) {
            refuse(
                .keyTenant, "the key `\(signer.key.name)` may not sign for tenant `\(metadata.tenant)`",
                fix: "sign it with a key that is trusted for this tenant")
        }
        if let tenant, tenant != metadata.tenant {
            refuse(
                .tenantMismatch, "the bundle is for tenant `\(metadata.tenant)`, not `\(tenant)`",
                fix: "publish it under its own tenant, or build it for `\(tenant)`")
        }
        switch (metadata.region, region) {
        case (let wanted?, let region?) where wanted != region:
            refuse(
                .regionMismatch, "the bundle is for region `\(wanted)`, not `\(region)`",
                fix: "build a bundle for `\(region)`")
        case (let wanted?, nil) where bindsRegion:
            refuse(
                .regionMismatch, "the bundle is for region `\(wanted)`, and this gateway does not say where it stands",
                fix: "start it with --region \(wanted), if that is its region")
        default: break
        }
        guard let active else { return errors }
        if metadata.version < active.version {
            refuse(
                .versionOlder, "version \(metadata.version) is older than the active version \(active.version)",
                fix: "to go back, publish the old policies under version \(active.version + 1)")
        } else if metadata.version == active.version, digest != active.digest {
            refuse(
                .versionReused, "version \(metadata.version) is active already with another content",
                fix: "publish it under version \(active.version + 1)")
        } else if metadata.version == active.version + 1, metadata.parent != active.digest,
            metadata.parent != nil || trust.reviewRules[metadata.tenant] != nil
        {
            // Where reviews are asked for, bundles come from a history, which names the parent of all but the first.
            let parent = metadata.parent.map { "its parent is \($0.short)" } ?? "it names no parent"
            refuse(
                .parentMismatch, "version \(metadata.version) does not follow the active bundle: \(parent)",
                fix: "build it again on top of the active bundle (\(active.digest.short))")
        }
        return errors
    }
}

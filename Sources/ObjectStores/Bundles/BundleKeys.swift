import PolicyBundles

/// The names of a tenant's objects, in a store and in a gateway's history alike.
enum BundleKeys {
    static func archive(_ tenant: String, _ version: Int) throws(BundleStoreError) -> String {
        "\(try folder(tenant))/bundle-\(version).tar.gz"
    }

    static func latest(_ tenant: String) throws(BundleStoreError) -> String { "\(try folder(tenant))/latest" }

    static func stops(_ tenant: String) throws(BundleStoreError) -> String { "\(try folder(tenant))/stops" }

    /// What the keys of all of a tenant's archives begin with.
    static func archives(_ tenant: String) throws(BundleStoreError) -> String { "\(try folder(tenant))/bundle-" }

    /// The versions that these keys stand for, ascending.
    static func versions(_ keys: [String], tenant: String) throws(BundleStoreError) -> [Int] {
        let start = try archives(tenant)
        return keys.compactMap { key in
            guard key.hasPrefix(start), key.hasSuffix(".tar.gz") else { return nil }
            return Int(key.dropFirst(start.count).dropLast(7))
        }.sorted()
    }

    /// A tenant's name is checked before it becomes part of a key.
    private static func folder(_ tenant: String) throws(BundleStoreError) -> String {
        guard BundleMetadata.isTenantName(tenant) else {
            throw BundleStoreError(.tenantInvalid, "`\(tenant)` cannot be the name of a tenant")
        }
        return tenant
    }
}

public import PolicyBundles

/// Opens stores by their addresses.
public enum ObjectStores {
    /// - Parameters:
    ///   - address: `file:///FOLDER`, `s3://BUCKET/PREFIX?region=…&endpoint=…&style=path` or `gs://BUCKET/PREFIX?endpoint=…`.
    ///   - environment: where AWS's and Google's own tools look for credentials, regions and endpoints.
    /// - Throws: `.addressInvalid`, `.credentialsMissing`. Nothing is asked yet.
    public static func open(
        _ address: String, environment: [String: String]
    ) throws(ObjectStoreError) -> any ObjectStore {
        let address = try StoreAddress(address)
        switch address.scheme {
        case .file:
            try address.checkOptions([])
            return FileObjectStore(directory: address.prefix)
        case .s3: return try S3ObjectStore(address, environment: environment)
        case .gs: return try GCSObjectStore(address, environment: environment)
        }
    }

    /// The bundle store at an address, as ``open(_:environment:)`` takes them.
    public static func bundles(
        at address: String, environment: [String: String]
    ) throws(ObjectStoreError) -> any BundleStore {
        ObjectBundleStore(objects: try open(address, environment: environment))
    }
}

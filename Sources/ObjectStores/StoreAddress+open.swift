import PolicyBundles
public import SignedTokens

extension StoreAddress {
    /// The store at this address. Nothing is asked of it yet.
    /// - Parameter environment: where AWS's and Google's own tools look for credentials, regions and endpoints.
    /// - Throws: `.addressInvalid`, `.credentialsMissing`.
    public func open(environment: [String: String]) throws(ObjectStoreError) -> any ObjectStore {
        switch scheme {
        case .file:
            try checkOptions([])
            return FileObjectStore(directory: prefix)
        case .s3: return try S3ObjectStore(self, environment: environment)
        case .gs: return try GCSObjectStore(self, environment: environment)
        }
    }
}

extension ObjectBundleStore {
    /// The bundle store at `file:///FOLDER`, `s3://BUCKET/PREFIX?region=…&endpoint=…&style=path` or `gs://BUCKET/PREFIX?endpoint=…`.
    /// - Parameter trust: as ``trust``.
    /// - Throws: as ``StoreAddress/open(environment:)``.
    public init(
        at address: String, environment: [String: String], trust: KeyRing? = nil
    ) throws(ObjectStoreError) {
        self.init(objects: try StoreAddress(address).open(environment: environment), trust: trust)
    }
}

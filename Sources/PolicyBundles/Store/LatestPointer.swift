import RegoValues

/// The content of `latest`: `{"digest":"sha256:…","version":42}`.
struct LatestPointer {
    let version: Int
    let digest: BundleDigest

    init(_ stored: StoredBundle) {
        version = stored.version
        digest = stored.digest
    }

    init?(_ bytes: [UInt8]) {
        guard let document = try? Document(json: bytes) else { return nil }
        defer { withExtendedLifetime(document) {} }
        guard let version = document.root.lookup("version").int64, version >= 1,
            let digest = document.root.lookup("digest").string.flatMap({ BundleDigest($0) })
        else { return nil }
        self.version = Int(version)
        self.digest = digest
    }

    var bytes: [UInt8] { Array("{\"digest\":\"\(digest)\",\"version\":\(version)}\n".utf8) }
}

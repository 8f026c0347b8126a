import RegoValues

/// The payload of a bundle's signature: the files with their hashes, who signed and when.
struct SignedFileList {
    struct Entry: Hashable {
        let path: String
        /// Hexadecimal SHA-256 (``StructuredHash``).
        let hash: String
    }

    static let issuer = "aegis"
    private static let algorithm = "SHA-256"

    let files: [Entry]
    let keyID: String?
    /// Empty and absent are the same.
    let scope: String?
    /// Seconds since 1970.
    let signedAt: Int64

    init(files: [Entry], keyID: String, scope: String?, signedAt: Int64) {
        self.files = files
        self.keyID = keyID
        self.scope = scope
        self.signedAt = signedAt
    }

    /// Reads the claims of a signature that has been verified.
    /// - Throws: `.signaturesInvalid`, `.hashUnsupported`.
    init(claims: Value) throws(BundleError) {
        let list = claims.lookup("files")
        guard list.kind == .array else { throw Self.invalid("the signature lists no files") }
        var files: [Entry] = []
        var paths: Set<String> = []
        for element in list.elements {
            guard let name = element.lookup("name").string, let hash = element.lookup("hash").string else {
                throw Self.invalid("an entry of the signature has no name or no hash")
            }
            let path = name.hasPrefix("/") ? String(name.dropFirst()) : name
            guard element.lookup("algorithm").string == Self.algorithm else {
                throw BundleError(
                    .hashUnsupported, "the signature's hash of this file is not \(Self.algorithm)", in: path,
                    fix: "sign the bundle again with \(Self.algorithm) hashes")
            }
            guard paths.insert(path).inserted else { throw Self.invalid("the signature lists `\(path)` twice") }
            files.append(Entry(path: path, hash: hash))
        }
        self.files = files
        keyID = claims.lookup("keyid").string
        let scope = claims.lookup("scope")
        guard scope.isUndefined || scope.kind == .string else {
            throw Self.invalid("`scope` of the signature is not a string")
        }
        self.scope = scope.count == 0 ? nil : scope.string
        guard let signedAt = claims.lookup("iat").int64, signedAt >= 0 else {
            throw Self.invalid("`iat` of the signature is not a time in whole seconds")
        }
        self.signedAt = signedAt
    }

    /// The claims as JSON, as OPA reads them.
    var bytes: [UInt8] {
        let heap = Heap(limit: .max)
        return withExtendedLifetime(heap) {
            let algorithm = heap.string(Self.algorithm)
            let list = files.map { file in
                heap.object([
                    RegoValues.Entry(key: heap.string("name"), value: heap.string(file.path)),
                    RegoValues.Entry(key: heap.string("hash"), value: heap.string(file.hash)),
                    RegoValues.Entry(key: heap.string("algorithm"), value: algorithm),
                ])
            }
            var claims = [
                RegoValues.Entry(key: heap.string("files"), value: heap.array(list)),
                RegoValues.Entry(key: heap.string("iat"), value: .integer(signedAt)),
                RegoValues.Entry(key: heap.string("iss"), value: heap.string(Self.issuer)),
            ]
            if let keyID { claims.append(RegoValues.Entry(key: heap.string("keyid"), value: heap.string(keyID))) }
            if let scope { claims.append(RegoValues.Entry(key: heap.string("scope"), value: heap.string(scope))) }
            return StructuredHash.text(heap.object(claims))
        }
    }

    private static func invalid(_ message: String) -> BundleError {
        BundleError(.signaturesInvalid, message, in: SignatureFile.path, fix: "sign the bundle again")
    }
}

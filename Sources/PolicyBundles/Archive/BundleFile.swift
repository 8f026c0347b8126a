/// One file of a bundle: a relative path and its bytes.
public struct BundleFile: Sendable, Hashable {
    public let path: String
    public let bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    public init(path: String, text: String) {
        self.init(path: path, bytes: Array(text.utf8))
    }

    /// The order of files in an archive and in a signature: by the UTF-8 bytes of the path.
    static func precedes(_ left: BundleFile, _ right: BundleFile) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
}

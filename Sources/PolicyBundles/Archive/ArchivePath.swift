/// The names of files in a bundle: relative, `/` between parts, no way out of the bundle.
enum ArchivePath {
    static let longest = 1024

    /// The plain form of a name: one leading `./` taken off, as tools write it.
    /// - Throws: `.pathUnsafe` for everything that could leave the bundle or be read in two ways.
    static func normalized(_ name: String) throws(BundleError) -> String {
        var path = name[...]
        if path.hasPrefix("./") { path = path.dropFirst(2) }
        guard !path.hasPrefix("/") else { throw unsafe(name, "is absolute") }
        let bytes = path.utf8
        guard !bytes.isEmpty, bytes.count <= longest else {
            throw unsafe(name, bytes.isEmpty ? "is empty" : "is longer than \(longest) bytes")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") }) else {
            throw unsafe(name, "holds a control character or a backslash")
        }
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty, part != ".", part != ".." else {
                throw unsafe(name, "has an empty part, `.` or `..` in it")
            }
        }
        return String(path)
    }

    /// The last part.
    static func baseName(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }

    private static func unsafe(_ name: String, _ why: String) -> BundleError {
        let shown = name.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : String($0) }
            .joined()
        return BundleError(
            .pathUnsafe, "the file name `\(shown)` \(why)",
            fix: "name files relative to the bundle, such as policies/pay.yaml")
    }
}

import RegoValues

/// Which files a bundle may hold, and that all of them stay under the bundle's roots. The builder and the verifier ask
/// the same questions.
enum BundleLayout {
    static let data = "data.json"

    /// Refuses files to which OPA gives a meaning that Aegis bundles do not use. They would be loaded by one and not by the
    /// other.
    static func checkName(_ path: String) throws(BundleError) {
        let base = ArchivePath.baseName(path)
        let isKnown = [BundleManifest.path, SignatureFile.path, data].contains(path)
        guard !isKnown else { return }
        if path == "patch.json" {
            throw BundleError(
                .delta, "this is a delta bundle, and nothing vouches for those", in: path,
                fix: "publish the whole bundle")
        }
        let meaningful = ["data.json", "data.yaml", "data.yml", "plan.json", "patch.json"].contains(base)
        let hasReservedEnd = [".manifest", "signatures.json", ".wasm"].contains { path.hasSuffix($0) }
        guard !meaningful, !hasReservedEnd else {
            throw BundleError(
                .unexpectedFile, "OPA would give this file a meaning that Aegis bundles do not use", in: path,
                fix: "give the file another name")
        }
    }

    static func checkRoots(_ file: BundleFile, roots: [String]) throws(BundleError) {
        if file.path.hasSuffix(".rego") {
            guard let package = RegoPackage.path(of: file.bytes) else {
                throw BundleError(
                    .rootViolation, "the module does not begin with a readable package clause", in: file.path)
            }
            guard Roots.contain(package, roots) else {
                throw violation("the package `\(package.joined(separator: "."))`", file.path, roots)
            }
        } else if file.path == data {
            let document = try StructuredHash.parse(file)
            defer { withExtendedLifetime(document) {} }
            if let path = Roots.violation(in: document.root, roots: roots) {
                throw violation("the data at `\(path)`", file.path, roots)
            }
        }
    }

    private static func violation(_ what: String, _ path: String, _ roots: [String]) -> BundleError {
        let names = roots.map { "`\($0)`" }.joined(separator: ", ")
        return BundleError(
            .rootViolation, "\(what) is outside of the bundle's roots (\(names))", in: path,
            fix: "move it under a root, or name its root in the manifest")
    }
}

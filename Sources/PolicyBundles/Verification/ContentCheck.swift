import RegoValues

/// The files are of the kinds that a bundle may hold, stand under the bundle's roots, and add up to the content digest.
enum ContentCheck {
    static func read(_ files: [BundleFile], manifest: BundleManifest) -> (data: Document, errors: [BundleError]) {
        var data = Document(copying: .emptyObject)
        var errors: [BundleError] = []
        for file in files {
            do {
                try BundleLayout.checkName(file.path)
                try BundleLayout.checkRoots(file, roots: manifest.roots)
                if file.path == BundleLayout.data { data = try StructuredHash.parse(file) }
            } catch {
                errors.append(error)
            }
        }
        if let digest = try? ContentDigest.of(files), digest != manifest.metadata.contentDigest {
            errors.append(
                BundleError(
                    .contentDigest,
                    "the content digest in the manifest is not that of the files: reviews may be of another content",
                    in: BundleManifest.path, fix: "build the bundle again and have it reviewed"))
        }
        return (data, errors)
    }
}

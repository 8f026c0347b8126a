import PolicyBundles

/// Bundles as commands are given them: paths.
enum BundleInput {
    static func read(_ path: String) throws -> UnverifiedBundle {
        try UnverifiedBundle(archive: InputFile.read(path), name: path)
    }
}

/// The files of the archive are exactly the files of the signature, byte for byte.
enum FileSetCheck {
    static func errors(in files: [BundleFile], signed: [SignedFileList.Entry]) -> [BundleError] {
        var expected = Dictionary(signed.map { ($0.path, $0.hash) }) { first, _ in first }
        var errors: [BundleError] = []
        for file in files where file.path != SignatureFile.path {
            guard let hash = expected.removeValue(forKey: file.path) else {
                errors.append(
                    BundleError(
                        .fileUnlisted, "the signature does not cover this file", in: file.path,
                        fix: "remove the file, or build and sign the bundle again"))
                continue
            }
            do {
                guard try StructuredHash.hash(file) != hash else { continue }
                errors.append(
                    BundleError(
                        .fileChanged, "the file is not the one that was signed", in: file.path,
                        fix: "fetch the bundle again from its publisher"))
            } catch {
                errors.append(error)
            }
        }
        return errors
            + expected.keys.sorted().map { path in
                BundleError(
                    .fileMissing, "the signature lists this file and the bundle does not hold it", in: path,
                    fix: "fetch the bundle again from its publisher")
            }
    }
}

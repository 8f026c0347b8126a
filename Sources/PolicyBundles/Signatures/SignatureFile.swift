import RegoValues

/// `.signatures.json`: exactly one compact JWS.
enum SignatureFile {
    static let path = ".signatures.json"

    /// The one form of the file, for a token of base64url and dots.
    static func bytes(holding token: String) -> [UInt8] { Array(#"{"signatures":["\#(token)"]}"#.utf8) }

    /// - Throws: `.signaturesInvalid` unless the file holds one token and names no plugin.
    static func token(in file: BundleFile) throws(BundleError) -> String {
        let document: Document
        do {
            document = try StructuredHash.parse(file)
        } catch {
            throw BundleError(.signaturesInvalid, "the signature file is not strict JSON", in: path, fix: error.fix)
        }
        defer { withExtendedLifetime(document) {} }
        let signatures = document.root.lookup("signatures")
        guard document.root.kind == .object, signatures.kind == .array else {
            throw BundleError(.signaturesInvalid, "the signature file has no list `signatures`", in: path)
        }
        guard document.root.count == 1 else {
            throw BundleError(.signaturesInvalid, "the signature file has members besides `signatures`", in: path)
        }
        guard signatures.count == 1, let token = signatures.elements.first?.string else {
            throw BundleError(
                .signaturesInvalid, "the signature file must hold one signature; it holds \(signatures.count)", in: path
            )
        }
        return token
    }
}

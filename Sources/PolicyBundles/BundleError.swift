/// Why a bundle was refused or could not be made: what, where and how to fix it.
public struct BundleError: Error, Sendable, Hashable {
    /// One code per cause; the raw value is what operators see and records hold.
    public enum Code: String, Sendable, CaseIterable {
        case archiveTooLarge = "bundle.archive-too-large"
        case gzipInvalid = "bundle.gzip-invalid"
        case gzipTruncated = "bundle.gzip-truncated"
        case trailingData = "bundle.trailing-data"
        case archiveTruncated = "bundle.archive-truncated"
        case archiveChecksum = "bundle.archive-checksum"
        case archiveInvalid = "bundle.archive-invalid"
        case pathUnsafe = "bundle.path-unsafe"
        case notAFile = "bundle.not-a-file"
        case pathDuplicate = "bundle.path-duplicate"
        case fileTooLarge = "bundle.file-too-large"
        case tooManyFiles = "bundle.too-many-files"
        case notCanonical = "bundle.not-canonical"
        case delta = "bundle.delta"
        case unexpectedFile = "bundle.unexpected-file"
        case manifestMissing = "bundle.manifest-missing"
        case manifestInvalid = "bundle.manifest-invalid"
        case schemaUnsupported = "bundle.schema-unsupported"
        case dataInvalid = "bundle.data-invalid"
        case unsigned = "bundle.unsigned"
        case signaturesInvalid = "bundle.signatures-invalid"
        case keyUntrusted = "bundle.key-untrusted"
        case signatureInvalid = "bundle.signature-invalid"
        case signatureAlgorithm = "bundle.signature-algorithm"
        case signatureNotCanonical = "bundle.signature-not-canonical"
        case scopeMismatch = "bundle.scope-mismatch"
        case keyTenant = "bundle.key-tenant"
        case keyRole = "bundle.key-role"
        case keyRevoked = "bundle.key-revoked"
        case keyOutsidePeriod = "bundle.key-outside-period"
        case signatureFromFuture = "bundle.signature-from-future"
        case hashUnsupported = "bundle.hash-unsupported"
        case fileUnlisted = "bundle.file-unlisted"
        case fileMissing = "bundle.file-missing"
        case fileChanged = "bundle.file-changed"
        case contentDigest = "bundle.content-digest"
        case rootViolation = "bundle.root-violation"
        case tenantMismatch = "bundle.tenant-mismatch"
        case regionMismatch = "bundle.region-mismatch"
        case versionOlder = "bundle.version-older"
        case versionReused = "bundle.version-reused"
        case parentMismatch = "bundle.parent-mismatch"
        case reviewInvalid = "bundle.review-invalid"
        case reviewsMissing = "bundle.reviews-missing"
        case emergencyRefused = "bundle.emergency-refused"
        case pointerInvalid = "bundle.pointer-invalid"
        case pointerOlder = "bundle.pointer-older"
        case pointerMismatch = "bundle.pointer-mismatch"
        case stopsInvalid = "bundle.stops-invalid"
        case stopsOlder = "bundle.stops-older"
        case stopsMissing = "bundle.stops-missing"
        case signingFailed = "bundle.signing-failed"
    }

    public let code: Code
    public let message: String
    /// The file inside the bundle, or nil for the archive as a whole.
    public let member: String?
    public let fix: String?
    /// What the operator calls the bundle, usually its path; filled in where it is known.
    public internal(set) var bundle: String?

    init(_ code: Code, _ message: String, in member: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = Self.printable(message)
        self.member = member.map(Self.printable)
        self.fix = fix
    }

    /// Messages quote what strangers wrote; nothing of it may steer a terminal or begin a line in a log.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{fffd}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
    }

    func located(in bundle: String) -> BundleError {
        var copy = self
        copy.bundle = copy.bundle ?? bundle
        return copy
    }
}

extension BundleError: CustomStringConvertible {
    /// `BUNDLE/FILE:1:1: error: MESSAGE [CODE]`, with the fix on a line of its own.
    public var description: String {
        let place = [bundle, member].compactMap { $0 }.joined(separator: "/")
        let position = member == nil ? "" : ":1:1"
        let remedy = fix.map { "\nfix: \($0)" } ?? ""
        return "\(place.isEmpty ? "bundle" : place)\(position): error: \(message) [\(code.rawValue)]\(remedy)"
    }
}

/// Everything that was found wrong with a bundle, at least one error, in the order of the checks.
public struct BundleRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let errors: [BundleError]

    public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// The purposes that a key is certified for (RFC 5280, section 4.2.1.12).
struct ExtendedKeyUsage {
    /// Go's numbers, which are also their places here, of the purposes that it knows.
    static let known = [
        "2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4",
        "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9",
        "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.2.1.22", "1.3.6.1.4.1.311.61.1.1",
    ]
    static let any = 0
    static let serverAuthentication = 1

    private(set) var purposes: [Int] = []
    private(set) var unknown: [ASN1ObjectIdentifier] = []

    init(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard var list = outer.reader() else { throw .failure("x509: invalid extended key usages") }
        while !list.isAtEnd {
            guard let id = list.objectIdentifier() else { throw .failure("x509: invalid extended key usages") }
            if let purpose = Self.known.firstIndex(of: id.text) {
                purposes.append(purpose)
            } else {
                unknown.append(id)
            }
        }
    }
}

extension Certificate {
    /// Takes what an extension says.
    /// - Throws: Go's error for a malformed one, and for one that must not be critical.
    mutating func read(_ item: CertificateExtension) throws(BuiltinError) {
        var reader = item.reader
        var isHandled = true
        switch item.id.standardExtension {
        case 14:
            if item.isCritical { throw .failure("x509: subject key identifier incorrectly marked critical") }
            guard let id = reader.content(DERReader.Tag.octetString) else {
                throw .failure("x509: invalid subject key identifier")
            }
            subjectKeyID = Array(id)
        case 15:
            guard let bits = reader.bitString() else { throw .failure("x509: invalid key usage") }
            keyUsage = (0..<9).reduce(0) { bits.bit($1) ? $0 | 1 << $1 : $0 }
        case 17:
            hasAlternativeNames = true
            alternativeNames = try AlternativeNames(reader)
            isHandled = !alternativeNames.names.isEmpty
        case 19: basicConstraints = try BasicConstraints(reader)
        case 30:
            nameConstraints = try NameConstraints(reader)
            nameConstraints.isCritical = item.isCritical
            isHandled = !nameConstraints.permitted.hasOthers && !nameConstraints.excluded.hasOthers
        case 31: revocationLists = try Self.revocationLists(reader)
        case 32: try policies.readPolicies(reader)
        case 33: try policies.readMappings(reader)
        case 35:
            if item.isCritical { throw .failure("x509: authority key identifier incorrectly marked critical") }
            authorityKeyID = try Self.authorityKeyID(reader)
        case 36: try policies.readConstraints(reader)
        case 37: extendedKeyUsage = try ExtendedKeyUsage(reader)
        case 54: try policies.readInhibitAny(reader)
        default:
            isHandled = item.id.text == "1.3.6.1.5.5.7.1.1"
            if isHandled { try readAuthorityAccess(item) }
        }
        if item.isCritical && !isHandled { unhandledExtensions.append(item.id) }
    }

    private static func authorityKeyID(_ reader: DERReader) throws(BuiltinError) -> [UInt8]? {
        let malformed = BuiltinError.failure("x509: invalid authority key identifier")
        var outer = reader
        guard var fields = outer.reader() else { throw malformed }
        let tag = DERReader.Tag.context(0)
        guard fields.nextTag == tag else { return nil }
        guard let id = fields.content(tag) else { throw malformed }
        return Array(id)
    }

    /// The URLs of the lists' full names (RFC 5280, section 4.2.1.13).
    private static func revocationLists(_ reader: DERReader) throws(BuiltinError) -> [String] {
        var outer = reader
        guard var points = outer.reader() else { throw .failure("x509: invalid CRL distribution points") }
        let malformed = BuiltinError.failure("x509: invalid CRL distribution point")
        var urls: [String] = []
        while !points.isAtEnd {
            guard var point = points.reader() else { throw malformed }
            let tag = DERReader.Tag.constructed(0)
            guard point.nextTag == tag else { continue }
            guard var name = point.reader(tag), var fullName = name.reader(tag) else { throw malformed }
            let url = DERReader.Tag.context(6)
            while fullName.nextTag == url {
                guard let content = fullName.content(url) else { throw malformed }
                urls.append(String(decoding: content, as: UTF8.self))
            }
        }
        return urls
    }

    /// Where the issuer's certificate and the state of this one can be had (RFC 5280, section 4.2.2.1).
    private mutating func readAuthorityAccess(_ item: CertificateExtension) throws(BuiltinError) {
        if item.isCritical { throw .failure("x509: authority info access incorrectly marked critical") }
        let malformed = BuiltinError.failure("x509: invalid authority info access")
        var outer = item.reader
        guard var list = outer.reader() else { throw malformed }
        while !list.isAtEnd {
            guard var description = list.reader(), let method = description.objectIdentifier() else { throw malformed }
            let url = DERReader.Tag.context(6)
            guard description.nextTag == url else { continue }
            guard let content = description.content(url) else { throw malformed }
            let text = String(decoding: content, as: UTF8.self)
            switch method.text {
            case "1.3.6.1.5.5.7.48.1": statusServers.append(text)
            case "1.3.6.1.5.5.7.48.2": issuerURLs.append(text)
            default: break
            }
        }
    }
}

extension Certificate.BasicConstraints {
    fileprivate init(_ reader: DERReader) throws(BuiltinError) {
        let malformed = BuiltinError.failure("x509: invalid basic constraints")
        var outer = reader
        guard var fields = outer.reader() else { throw malformed }
        var flag = false
        if fields.nextTag == DERReader.Tag.boolean {
            guard let written = fields.boolean() else { throw malformed }
            flag = written
        }
        var length: Int?
        if fields.nextTag == DERReader.Tag.integer {
            guard let written = fields.smallInteger(), written >= 0 else { throw malformed }
            length = written
        }
        isAuthority = flag
        maximumPathLength = length
    }
}

/// An X.509 certificate (RFC 5280), read as Go's `x509.ParseCertificate` reads it.
struct Certificate {
    let raw: [UInt8]
    /// What is signed.
    let rawBody: [UInt8]
    let signature: [UInt8]
    let signatureAlgorithm: CertificateSignature
    /// 1 to 3.
    let version: Int
    /// Big-endian; not negative.
    let serialNumber: [UInt8]
    let issuer: DistinguishedName
    let subject: DistinguishedName
    let notBefore: CertificateTime
    let notAfter: CertificateTime
    let publicKey: SubjectPublicKey
    let extensions: [CertificateExtension]

    // From the extensions.
    var keyUsage = 0
    var basicConstraints: BasicConstraints?
    var alternativeNames = AlternativeNames()
    var hasAlternativeNames = false
    var nameConstraints = NameConstraints()
    var revocationLists: [String] = []
    var authorityKeyID: [UInt8]?
    var subjectKeyID: [UInt8]?
    /// nil without the extension.
    var extendedKeyUsage: ExtendedKeyUsage?
    var policies = CertificatePolicies()
    var statusServers: [String] = []
    var issuerURLs: [String] = []
    /// Critical extensions that nothing here looks at.
    var unhandledExtensions: [ASN1ObjectIdentifier] = []

    struct BasicConstraints {
        let isAuthority: Bool
        /// How many authorities may stand between this one and the leaf; nil for any number.
        let maximumPathLength: Int?
    }

    /// Certificates that follow one another without anything between.
    /// - Throws: Go's error for the first malformed one.
    static func all(der: [UInt8]) throws(BuiltinError) -> [Certificate] {
        var reader = DERReader(der[...])
        var certificates: [Certificate] = []
        while !reader.isAtEnd {
            guard let element = reader.element(DERReader.Tag.sequence) else {
                throw .failure("x509: malformed certificate")
            }
            certificates.append(try Certificate(element))
        }
        return certificates
    }

    private init(_ element: DERReader.Element) throws(BuiltinError) {
        raw = Array(element.whole)
        guard var outer = element.reader() else { throw .failure("x509: malformed certificate") }
        guard let bodyElement = outer.next(), var body = bodyElement.reader() else {
            throw .failure("x509: malformed tbs certificate")
        }
        rawBody = Array(bodyElement.whole)
        version = try Self.version(&body)
        guard let serial = body.integer(), serial.count <= SubjectPublicKey.maximumNumberSize else {
            throw .failure("x509: malformed serial number")
        }
        if serial.first.map({ $0 >= 0x80 }) == true { throw .failure("x509: negative serial number") }
        serialNumber = Array(serial)
        guard let inner = body.content(DERReader.Tag.sequence) else {
            throw .failure("x509: malformed signature algorithm identifier")
        }
        guard let written = outer.content(DERReader.Tag.sequence) else {
            throw .failure("x509: malformed algorithm identifier")
        }
        guard inner == written else {
            throw .failure("x509: inner and outer signature algorithm identifiers don't match")
        }
        signatureAlgorithm = CertificateSignature(try AlgorithmIdentifier(DERReader(inner)))
        issuer = try Self.name(&body)
        guard var validity = body.reader() else { throw .failure("x509: malformed validity") }
        notBefore = try CertificateTime(&validity)
        notAfter = try CertificateTime(&validity)
        subject = try Self.name(&body)
        guard let key = body.element(DERReader.Tag.sequence) else { throw .failure("x509: malformed spki") }
        publicKey = try SubjectPublicKey(key)
        extensions = try Self.extensions(&body, version)
        guard let bits = outer.bitString() else { throw .failure("x509: malformed signature") }
        signature = bits.rightAligned
        for item in extensions { try read(item) }
    }

    /// One more than is written; version 1 is left out.
    private static func version(_ body: inout DERReader) throws(BuiltinError) -> Int {
        guard body.nextTag == DERReader.Tag.constructed(0) else { return 1 }
        guard var field = body.reader(DERReader.Tag.constructed(0)), let written = field.smallInteger(), field.isAtEnd,
            0...3 ~= written
        else { throw .failure("x509: malformed version") }
        guard written < 3 else { throw .failure("x509: invalid version") }
        return written + 1
    }

    private static func name(_ body: inout DERReader) throws(BuiltinError) -> DistinguishedName {
        guard let element = body.element(DERReader.Tag.sequence) else { throw .failure("x509: malformed issuer") }
        return try DistinguishedName(element)
    }

    private static func extensions(
        _ body: inout DERReader, _ version: Int
    ) throws(BuiltinError) -> [CertificateExtension] {
        guard version > 1 else { return [] }
        for (number, name) in [(UInt8(1), "issuerUniqueID"), (2, "subjectUniqueID")]
        where body.nextTag == DERReader.Tag.context(number) && body.next() == nil {
            throw .failure("x509: malformed \(name)")
        }
        guard version == 3, body.nextTag == DERReader.Tag.constructed(3) else { return [] }
        guard var field = body.reader(DERReader.Tag.constructed(3)), var list = field.reader() else {
            throw .failure("x509: malformed extensions")
        }
        var (extensions, seen) = ([CertificateExtension](), Set<ASN1ObjectIdentifier>())
        while !list.isAtEnd {
            let item = try CertificateExtension(&list)
            guard seen.insert(item.id).inserted else {
                throw .failure("x509: certificate contains duplicate extension with OID \"\(item.id.text)\"")
            }
            extensions.append(item)
        }
        return extensions
    }
}

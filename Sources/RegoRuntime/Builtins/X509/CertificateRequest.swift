/// A certification request (RFC 2986), read as Go's `x509.ParseCertificateRequest` reads it.
struct CertificateRequest {
    /// An attribute whose values are sequences of pairs, such as requested extensions.
    struct Attribute {
        let type: ASN1ObjectIdentifier
        let values: [[DistinguishedName.Attribute]]
    }

    let raw: [UInt8]
    let rawBody: [UInt8]
    let version: Int
    let subject: DistinguishedName
    let publicKey: SubjectPublicKey
    let attributes: [Attribute]
    let extensions: [CertificateExtension]
    let alternativeNames: AlternativeNames
    let signatureAlgorithm: CertificateSignature
    let signature: [UInt8]

    init(der: [UInt8]) throws(BuiltinError) {
        var outer = DERReader(der[...])
        guard let element = outer.next() else { throw Self.malformed(der) }
        guard var fields = element.reader() else { throw Self.malformed(der) }
        guard outer.isAtEnd else { throw .failure("asn1: syntax error: trailing data") }
        raw = Array(element.whole)
        guard let bodyElement = fields.element(DERReader.Tag.sequence), var body = bodyElement.reader(),
            let version = body.smallInteger(), let name = body.element(DERReader.Tag.sequence),
            let key = body.element(DERReader.Tag.sequence),
            let attributes = body.content(DERReader.Tag.constructed(0)),
            let algorithm = fields.reader(), let bits = fields.bitString()
        else { throw .failure("asn1: structure error: certificate request is malformed") }
        rawBody = Array(bodyElement.whole)
        self.version = version
        subject = try DistinguishedName(name)
        publicKey = try SubjectPublicKey(key)
        signatureAlgorithm = CertificateSignature(try AlgorithmIdentifier(algorithm))
        signature = bits.rightAligned
        (self.attributes, extensions) = try Self.attributes(DERReader(attributes))
        let names = extensions.last { $0.id.standardExtension == 17 }
        alternativeNames = try names.map { (item) throws(BuiltinError) in try AlternativeNames(item.reader) } ?? .init()
    }

    /// Go's error for bytes that do not start with a whole sequence.
    private static func malformed(_ der: [UInt8]) -> BuiltinError {
        guard let first = der.first, first & 0x1f != 0x1f, der.count > 1, first != DERReader.Tag.sequence else {
            return .failure("asn1: syntax error: \(der.isEmpty ? "sequence" : "data") truncated")
        }
        guard der[1] < 0x80 else { return .failure("asn1: structure error: tags don't match") }
        let tag = "{class:\(first >> 6) tag:\(first & 0x1f) length:\(der[1]) isCompound:\(first & 0x20 != 0)}"
        let parameters =
            "{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> "
            + "stringType:0 timeType:0 set:false omitEmpty:false}"
        return .failure("asn1: structure error: tags don't match (16 vs \(tag)) \(parameters) certificateRequest @2")
    }

    /// Attributes that are no lists of pairs, such as a challenge password, are left out.
    private static func attributes(
        _ reader: DERReader
    ) throws(BuiltinError) -> ([Attribute], [CertificateExtension]) {
        var list = reader
        var (attributes, extensions) = ([Attribute](), [CertificateExtension]())
        while !list.isAtEnd {
            guard var attribute = list.reader() else {
                throw .failure("asn1: structure error: certificate request attribute is malformed")
            }
            guard let type = attribute.objectIdentifier(), let values = attribute.reader(DERReader.Tag.set) else {
                continue
            }
            if let pairs = pairs(values) { attributes.append(Attribute(type: type, values: pairs)) }
            var requests = values
            if type.text == "1.2.840.113549.1.9.14", !values.isAtEnd {
                guard var request = requests.reader() else {
                    throw .failure("asn1: structure error: requested extensions are malformed")
                }
                while !request.isAtEnd { extensions.append(try CertificateExtension(&request)) }
            }
        }
        guard Set(extensions.map(\.id)).count == extensions.count else {
            throw .failure("x509: certificate request contains duplicate requested extensions")
        }
        return (attributes, extensions)
    }

    private static func pairs(_ reader: DERReader) -> [[DistinguishedName.Attribute]]? {
        var (set, values) = (reader, [[DistinguishedName.Attribute]]())
        while !set.isAtEnd {
            guard var list = set.reader() else { return nil }
            var pairs: [DistinguishedName.Attribute] = []
            while !list.isAtEnd {
                guard var pair = list.reader(), let type = pair.objectIdentifier(),
                    let value = try? AttributeValue(&pair)
                else { return nil }
                pairs.append(DistinguishedName.Attribute(type: type, value: value))
            }
            values.append(pairs)
        }
        return values
    }
}

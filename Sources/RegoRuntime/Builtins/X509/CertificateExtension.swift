/// An extension of a certificate or a request (RFC 5280, section 4.2).
struct CertificateExtension {
    let id: ASN1ObjectIdentifier
    let isCritical: Bool
    let value: [UInt8]

    init(_ reader: inout DERReader) throws(BuiltinError) {
        guard var fields = reader.reader() else { throw .failure("x509: malformed extension") }
        guard let id = fields.objectIdentifier() else { throw .failure("x509: malformed extension OID field") }
        self.id = id
        if fields.nextTag == DERReader.Tag.boolean {
            guard let critical = fields.boolean() else { throw .failure("x509: malformed extension critical field") }
            isCritical = critical
        } else {
            isCritical = false
        }
        guard let value = fields.content(DERReader.Tag.octetString) else {
            throw .failure("x509: malformed extension value field")
        }
        self.value = Array(value)
    }

    var reader: DERReader { DERReader(value[...]) }
}

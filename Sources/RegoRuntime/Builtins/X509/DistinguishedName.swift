/// A subject's or an issuer's name (RFC 5280, section 4.1.2.4).
struct DistinguishedName {
    struct Attribute {
        let type: ASN1ObjectIdentifier
        let value: AttributeValue
    }

    /// With tag and length: names are compared as they are written.
    let raw: [UInt8]
    private(set) var attributes: [Attribute] = []

    init(_ element: DERReader.Element) throws(BuiltinError) {
        raw = Array(element.whole)
        guard var names = element.reader() else { throw .failure("x509: invalid RDNSequence") }
        while !names.isAtEnd {
            guard var set = names.reader(DERReader.Tag.set) else { throw .failure("x509: invalid RDNSequence") }
            while !set.isAtEnd {
                guard var pair = set.reader() else { throw .failure("x509: invalid RDNSequence: invalid attribute") }
                guard let type = pair.objectIdentifier() else {
                    throw .failure("x509: invalid RDNSequence: invalid attribute type")
                }
                do throws(BuiltinError) {
                    attributes.append(Attribute(type: type, value: try AttributeValue(&pair)))
                } catch {
                    throw .failure("x509: invalid RDNSequence: invalid attribute value: \(error.message)")
                }
            }
        }
    }

    /// The strings of the attributes 2.5.4.`number`.
    func strings(_ number: Int) -> [String] {
        attributes.compactMap { attribute in
            guard attribute.type.numbers == [2, 5, 4, number], case .text(let text) = attribute.value else {
                return nil
            }
            return text
        }
    }
}

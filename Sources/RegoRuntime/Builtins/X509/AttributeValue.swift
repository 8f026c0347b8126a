/// The value of a name's or a request's attribute: any ASN.1 type (RFC 5280, section 4.1.2.4).
enum AttributeValue {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case bytes([UInt8])
    case bits(DERReader.BitString)
    case identifier(ASN1ObjectIdentifier)
    case time(CertificateTime)
    /// NULL, and types that nothing here looks into.
    case none

    /// - Throws: the reason alone, when the bytes do not fit the type.
    init(_ reader: inout DERReader) throws(BuiltinError) {
        guard let tag = reader.nextTag else { throw .failure("invalid ASN.1 element") }
        switch tag {
        case DERReader.Tag.utcTime, DERReader.Tag.generalizedTime:
            self = .time(try CertificateTime(&reader))
        case DERReader.Tag.integer:
            guard let number = reader.smallInteger() else { throw .failure("invalid ASN.1 integer") }
            self = .integer(number)
        case DERReader.Tag.boolean:
            guard let flag = reader.boolean() else { throw .failure("invalid ASN.1 BOOLEAN") }
            self = .boolean(flag)
        case DERReader.Tag.bitString:
            guard let bits = reader.bitString() else { throw .failure("invalid ASN.1 BIT STRING") }
            self = .bits(bits)
        case DERReader.Tag.objectIdentifier:
            guard let identifier = reader.objectIdentifier() else { throw .failure("invalid ASN.1 OBJECT IDENTIFIER") }
            self = .identifier(identifier)
        default:
            guard let element = reader.next() else { throw .failure("invalid ASN.1 element") }
            if tag == DERReader.Tag.octetString {
                self = .bytes(Array(element.content))
            } else if let text = try Self.text(tag, element.content) {
                self = .text(text)
            } else {
                self = .none
            }
        }
    }

    /// nil for a type that is no string.
    private static func text(_ tag: UInt8, _ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> String? {
        switch tag {
        case DERReader.Tag.utf8String:
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .failure("invalid UTF-8 string") }
            return text
        case DERReader.Tag.printableString:
            guard bytes.allSatisfy(isPrintable) else { throw .failure("invalid PrintableString") }
        case DERReader.Tag.ia5String:
            guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .failure("invalid IA5String") }
        case DERReader.Tag.numericString:
            guard bytes.allSatisfy({ 0x30...0x39 ~= $0 || $0 == 0x20 }) else { throw .failure("invalid NumericString") }
        case DERReader.Tag.t61String:
            // In practice Latin-1.
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case DERReader.Tag.bmpString:
            guard let text = basicPlane(Array(bytes)) else { throw .failure("invalid BMPString") }
            return text
        default:
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Letters, digits, `'()+,-./:=? ` and, as certificates have them, `*&`.
    private static func isPrintable(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: " '()+,-./:=?*&".utf8.contains(byte)
        }
    }

    /// UCS-2, big-endian, without a zero at the end; no surrogates or noncharacters.
    private static func basicPlane(_ bytes: [UInt8]) -> String? {
        guard bytes.count % 2 == 0 else { return nil }
        var units = stride(from: 0, to: bytes.count, by: 2).map { UInt32(bytes[$0]) << 8 | UInt32(bytes[$0 + 1]) }
        if units.last == 0 { units.removeLast() }
        var scalars = String.UnicodeScalarView()
        for unit in units {
            guard unit < 0xfffe, !(0xfdd0...0xfdef ~= unit), let scalar = Unicode.Scalar(unit) else { return nil }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}

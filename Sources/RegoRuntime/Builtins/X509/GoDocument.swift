internal import BigInt
internal import Foundation
import RegoValues

/// Builds values as Go writes its structures in JSON: bytes in base64, null for a list that was never made.
struct GoDocument {
    let heap: Heap

    func object(_ members: KeyValuePairs<StaticString, Value>) -> Value {
        heap.object(members.map { (.string($0.key), $0.value) })
    }

    func bytes(_ bytes: [UInt8]?) -> Value {
        guard let bytes else { return .null }
        return heap.string(utf8: bytes.withUnsafeBufferPointer { Base64.encode($0, .standard, padding: true) })
    }

    /// A number above or equal to zero from its big-endian digits.
    func number(_ digits: [UInt8]) -> Value {
        heap.number(literal: BigUInt(Data(digits)).description) ?? .integer(0)
    }

    func list(_ values: [Value]) -> Value { values.isEmpty ? .null : heap.array(values) }

    func texts(_ texts: [String]) -> Value { list(texts.map { heap.string($0) }) }

    /// An object identifier as the list of its numbers.
    func identifier(_ id: ASN1ObjectIdentifier) -> Value { heap.array((id.numbers ?? []).map { .integer($0) }) }

    func address(_ bytes: [UInt8]) -> Value { heap.string(IPAddress(bytes: bytes)?.text ?? "") }

    // MARK: - Parts of certificates and requests

    func value(_ value: AttributeValue) -> Value {
        switch value {
        case .text(let text): heap.string(text)
        case .integer(let number): .integer(number)
        case .boolean(let flag): .boolean(flag)
        case .bytes(let content): bytes(content)
        case .bits(let bits):
            object([
                "Bytes": bytes(bits.bytes), "BitLength": .integer(bits.bytes.count * 8 - bits.unusedBits),
            ])
        case .identifier(let id): identifier(id)
        case .time(let time): heap.string(time.text)
        case .none: .null
        }
    }

    func attribute(_ attribute: DistinguishedName.Attribute) -> Value {
        object(["Type": identifier(attribute.type), "Value": value(attribute.value)])
    }

    func name(_ name: DistinguishedName) -> Value {
        func last(_ number: Int) -> Value { heap.string(name.strings(number).last ?? "") }
        return object([
            "CommonName": last(3), "SerialNumber": last(5), "Country": texts(name.strings(6)),
            "Locality": texts(name.strings(7)), "Province": texts(name.strings(8)),
            "StreetAddress": texts(name.strings(9)), "Organization": texts(name.strings(10)),
            "OrganizationalUnit": texts(name.strings(11)), "PostalCode": texts(name.strings(17)),
            "Names": list(name.attributes.map(attribute)), "ExtraNames": .null,
        ])
    }

    func publicKey(_ key: SubjectPublicKey) -> Value {
        switch key.key {
        case .rsa(let modulus, let exponent): object(["N": number(modulus), "E": .integer(exponent)])
        case .dsa(let p, let q, let g, let y):
            object(["P": number(p), "Q": number(q), "G": number(g), "Y": number(y)])
        case .elliptic(let x, let y): object(["Curve": .emptyObject, "X": number(x), "Y": number(y)])
        case .ed25519(let content): bytes(content)
        case .unknown: .null
        }
    }

    func extensions(_ extensions: [CertificateExtension]) -> Value {
        list(
            extensions.map { item in
                object([
                    "Id": identifier(item.id), "Critical": .boolean(item.isCritical), "Value": bytes(item.value),
                ])
            })
    }

    func url(_ url: URLText) -> Value {
        object([
            "Scheme": heap.string(url.scheme), "Opaque": heap.string(url.opaque),
            "User": url.user == nil ? .null : .emptyObject, "Host": heap.string(url.host),
            "Path": heap.string(url.path), "RawPath": heap.string(url.rawPath), "OmitHost": .boolean(url.hasNoHost),
            "ForceQuery": .boolean(url.hasEmptyQuery), "RawQuery": heap.string(url.rawQuery),
            "Fragment": heap.string(url.fragment), "RawFragment": heap.string(url.rawFragment),
        ])
    }

    func names(_ names: AlternativeNames) -> [(Value, Value)] {
        [
            (.string("DNSNames"), texts(names.domains)), (.string("EmailAddresses"), texts(names.mails)),
            (.string("IPAddresses"), list(names.addresses.map(address))), (.string("URIs"), list(names.uris.map(url))),
        ]
    }
}

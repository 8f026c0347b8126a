/// The alternative names of a subject (RFC 5280, section 4.2.1.6).
struct AlternativeNames {
    enum Name {
        case mail(String)
        case domain(String)
        case uri(URLText)
        /// 4 or 16 bytes.
        case address([UInt8])
    }

    /// Those of the four kinds that are looked at, in their order.
    private(set) var names: [Name] = []

    init() {}

    /// - Throws: Go's error for the first malformed name.
    init(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard var list = outer.reader() else { throw .failure("x509: invalid subject alternative names") }
        while !list.isAtEnd {
            guard let element = list.next() else { throw .failure("x509: invalid subject alternative name") }
            switch element.tag {
            case DERReader.Tag.context(1): names.append(.mail(try Self.ascii(element, "rfc822Name")))
            case DERReader.Tag.context(2): names.append(.domain(try Self.ascii(element, "dNSName")))
            case DERReader.Tag.context(6): names.append(.uri(try Self.uri(element)))
            case DERReader.Tag.context(7): names.append(.address(try Self.address(Array(element.content))))
            default: break
            }
        }
    }

    var mails: [String] { names.compactMap { if case .mail(let text) = $0 { text } else { nil } } }
    var domains: [String] { names.compactMap { if case .domain(let text) = $0 { text } else { nil } } }
    var uris: [URLText] { names.compactMap { if case .uri(let url) = $0 { url } else { nil } } }
    var addresses: [[UInt8]] { names.compactMap { if case .address(let bytes) = $0 { bytes } else { nil } } }

    private static func ascii(_ element: DERReader.Element, _ kind: String) throws(BuiltinError) -> String {
        guard element.content.allSatisfy({ $0 < 0x80 }) else { throw .failure("x509: SAN \(kind) is malformed") }
        return String(decoding: element.content, as: UTF8.self)
    }

    private static func uri(_ element: DERReader.Element) throws(BuiltinError) -> URLText {
        let text = try ascii(element, "uniformResourceIdentifier")
        let url: URLText
        do throws(URLError) {
            url = try URLText(text)
        } catch {
            throw .failure("x509: cannot parse URI \(GoText.quoted(text)): \(error.message)")
        }
        guard DomainName.labels(url.host) != nil else {
            throw .failure("x509: cannot parse URI \(GoText.quoted(text)): invalid domain")
        }
        return url
    }

    private static func address(_ bytes: [UInt8]) throws(BuiltinError) -> [UInt8] {
        guard bytes.count == 4 || bytes.count == 16 else {
            throw .failure("x509: cannot parse IP address of length \(bytes.count)")
        }
        if bytes.count == 16, IPAddress(bytes: bytes)?.isV4 == true {
            throw .failure("x509: SAN iPAddress contains IPv4-mapped IPv6 address")
        }
        return bytes
    }
}

extension IPAddress {
    /// From 4 or 16 bytes; nil for another count.
    init?(bytes: [UInt8]) {
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(high: 0, low: Self.v4Prefix | number(bytes[...]))
        case 16: self.init(high: number(bytes[..<8]), low: number(bytes[8...]))
        default: return nil
        }
    }
}

/// The names that an authority may, and may not, certify (RFC 5280, section 4.2.1.10).
struct NameConstraints {
    struct Subtrees {
        struct Range {
            let address: [UInt8]
            let mask: [UInt8]
        }

        fileprivate(set) var domains: [String] = []
        fileprivate(set) var ranges: [Range] = []
        fileprivate(set) var mails: [String] = []
        fileprivate(set) var uriDomains: [String] = []
        /// A kind of name is constrained that nothing here looks at.
        fileprivate(set) var hasOthers = false
    }

    private(set) var permitted = Subtrees()
    private(set) var excluded = Subtrees()
    var isCritical = false

    /// No constraint.
    init() {}

    init(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard var fields = outer.reader(), outer.isAtEnd else { throw Self.invalid }
        let permitted = fields.reader(DERReader.Tag.constructed(0))
        let excluded = fields.reader(DERReader.Tag.constructed(1))
        guard fields.isAtEnd else { throw Self.invalid }
        if permitted == nil && excluded == nil { throw .failure("x509: empty name constraints extension") }
        if permitted?.isAtEnd == true || excluded?.isAtEnd == true {
            throw .failure("x509: empty name constraints subtree sequence")
        }
        if let permitted { self.permitted = try Subtrees(permitted) }
        if let excluded { self.excluded = try Subtrees(excluded) }
    }

    fileprivate static let invalid = BuiltinError.failure("x509: invalid NameConstraints extension")
}

extension NameConstraints.Subtrees {
    fileprivate init(_ reader: DERReader) throws(BuiltinError) {
        var trees = reader
        while !trees.isAtEnd {
            guard var tree = trees.reader(), let base = tree.next() else { throw NameConstraints.invalid }
            switch base.tag {
            case DERReader.Tag.context(1): mails.append(try Self.mail(base))
            case DERReader.Tag.context(2): domains.append(try Self.domain(base, "dnsName"))
            case DERReader.Tag.context(6): uriDomains.append(try Self.uriDomain(base))
            case DERReader.Tag.context(7): ranges.append(try Self.range(Array(base.content)))
            default: hasOthers = true
            }
        }
    }

    private static func text(_ element: DERReader.Element) throws(BuiltinError) -> String {
        let text = String(decoding: element.content, as: UTF8.self)
        guard element.content.allSatisfy({ $0 < 0x80 }) else {
            throw .failure(
                "x509: invalid constraint value: x509: \(GoText.quoted(text)) cannot be encoded as an IA5String")
        }
        return text
    }

    private static func domain(_ element: DERReader.Element, _ kind: String) throws(BuiltinError) -> String {
        let text = try text(element)
        guard DomainName.isConstraint(text) else {
            throw .failure("x509: failed to parse \(kind) constraint \(GoText.quoted(text))")
        }
        return text
    }

    /// One mailbox, or the mailboxes of a domain.
    private static func mail(_ element: DERReader.Element) throws(BuiltinError) -> String {
        let text = try text(element)
        guard text.utf8.contains(UInt8(ascii: "@")) else { return try domain(element, "rfc822Name") }
        guard Mailbox(text) != nil else {
            throw .failure("x509: failed to parse rfc822Name constraint \(GoText.quoted(text))")
        }
        return text
    }

    private static func uriDomain(_ element: DERReader.Element) throws(BuiltinError) -> String {
        let text = try text(element)
        if IPAddress(text) != nil {
            throw .failure("x509: failed to parse URI constraint \(GoText.quoted(text)): cannot be IP address")
        }
        return try domain(element, "URI")
    }

    private static func range(_ bytes: [UInt8]) throws(BuiltinError) -> Range {
        guard bytes.count == 8 || bytes.count == 32 else {
            throw .failure("x509: IP constraint contained value of length \(bytes.count)")
        }
        let (address, mask) = (Array(bytes[..<(bytes.count / 2)]), Array(bytes[(bytes.count / 2)...]))
        let afterOnes = mask.drop { $0 == 0xff }
        let partial = afterOnes.first ?? 0
        guard (~partial &+ 1) & ~partial == 0, afterOnes.dropFirst().allSatisfy({ $0 == 0 }) else {
            let shown = String(decoding: Hexadecimal.encode(mask), as: UTF8.self)
            throw .failure("x509: IP constraint contained invalid mask \(shown)")
        }
        if address.count == 16, IPAddress(bytes: address)?.isV4 == true {
            throw .failure("x509: IP constraint contained IPv4-mapped IPv6 address")
        }
        return Range(address: address, mask: mask)
    }
}

/// The policies of a certificate and what it asks of those below (RFC 5280, sections 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14).
struct CertificatePolicies {
    /// nil without the extension.
    fileprivate(set) var policies: [ASN1ObjectIdentifier]?
    fileprivate(set) var mappings: [(issuer: ASN1ObjectIdentifier, subject: ASN1ObjectIdentifier)] = []
    fileprivate(set) var requireExplicit: Int?
    fileprivate(set) var inhibitMapping: Int?
    fileprivate(set) var inhibitAny: Int?

    // MARK: - Reading the extensions

    mutating func readPolicies(_ reader: DERReader) throws(BuiltinError) {
        var (outer, found) = (reader, [ASN1ObjectIdentifier]())
        guard var list = outer.reader() else { throw .failure("x509: invalid certificate policies") }
        while !list.isAtEnd {
            guard var information = list.reader(),
                let id = information.content(DERReader.Tag.objectIdentifier).flatMap(ASN1ObjectIdentifier.init),
                !found.contains(id), found.count < 256
            else { throw .failure("x509: invalid certificate policies") }
            found.append(id)
        }
        policies = found
    }

    mutating func readMappings(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard var list = outer.reader() else { throw .failure("x509: invalid policy mappings extension") }
        while !list.isAtEnd {
            guard var pair = list.reader(),
                let issuer = pair.content(DERReader.Tag.objectIdentifier).flatMap(ASN1ObjectIdentifier.init),
                let subject = pair.content(DERReader.Tag.objectIdentifier).flatMap(ASN1ObjectIdentifier.init),
                mappings.count < 256
            else { throw .failure("x509: invalid policy mappings extension") }
            mappings.append((issuer, subject))
        }
    }

    mutating func readConstraints(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard var fields = outer.reader() else { throw .failure("x509: invalid policy constraints extension") }
        for (number, path) in [(UInt8(0), \Self.requireExplicit), (1, \Self.inhibitMapping)] {
            let tag = DERReader.Tag.context(number)
            guard fields.nextTag == tag else { continue }
            guard let count = fields.smallInteger(tag) else {
                throw .failure("x509: invalid policy constraints extension")
            }
            self[keyPath: path] = count
        }
    }

    mutating func readInhibitAny(_ reader: DERReader) throws(BuiltinError) {
        var outer = reader
        guard let count = outer.smallInteger() else { throw .failure("x509: invalid inhibit any policy extension") }
        inhibitAny = count
    }
}

/// Whether a chain keeps to its policies when any policy will do (RFC 5280, section 6.1, with its default inputs).
///
/// Only whether a policy is left matters then, so the tree of the algorithm shrinks to the set of policies that the next
/// certificate may bear.
struct PolicyCheck {
    private static let anyPolicy = "2.5.29.32.0"

    /// The expected policies; nil once none is left.
    private var expected: Set<String>? = [anyPolicy]
    private var (explicit, mapping, any): (Int, Int, Int)

    /// - Parameter chain: the leaf first, the root last; the root's own policies do not count.
    static func isSatisfied(_ chain: [Certificate]) -> Bool {
        guard chain.count > 1 else { return true }
        var check = PolicyCheck(length: chain.count - 1)
        for (index, certificate) in chain.enumerated().dropLast().reversed() {
            guard check.take(certificate, isLeaf: index == 0) else { return false }
        }
        return check.explicit > 0 || check.expected != nil
    }

    private init(length: Int) { (explicit, mapping, any) = (length + 1, length + 1, length + 1) }

    private mutating func take(_ certificate: Certificate, isLeaf: Bool) -> Bool {
        let policies = certificate.policies
        let isSelfIssued = certificate.issuer.raw == certificate.subject.raw
        let borne = Set((policies.policies ?? []).map(\.text))
        if let before = expected {
            var now = borne.filter { $0 != Self.anyPolicy && (before.contains($0) || before.contains(Self.anyPolicy)) }
            if borne.contains(Self.anyPolicy), any > 0 || !isLeaf && isSelfIssued { now.formUnion(before) }
            expected = now.isEmpty ? nil : now
        }
        guard explicit > 0 || expected != nil else { return false }
        if !isLeaf {
            guard map(policies.mappings.map { ($0.issuer.text, $0.subject.text) }) else { return false }
            if !isSelfIssued { (explicit, mapping, any) = (max(0, explicit - 1), max(0, mapping - 1), max(0, any - 1)) }
            explicit = min(explicit, policies.requireExplicit ?? explicit)
            mapping = min(mapping, policies.inhibitMapping ?? mapping)
            any = min(any, policies.inhibitAny ?? any)
        } else {
            explicit = max(0, explicit - 1)
            if policies.requireExplicit == 0 { explicit = 0 }
        }
        return true
    }

    /// Replaces the policies of an issuer by those that it takes for the same.
    private mutating func map(_ pairs: [(issuer: String, subject: String)]) -> Bool {
        guard !pairs.contains(where: { $0.issuer == Self.anyPolicy || $0.subject == Self.anyPolicy }) else {
            return false
        }
        guard let before = expected else { return true }
        var now = before.subtracting(pairs.map(\.issuer))
        if mapping > 0 {
            for (issuer, subject) in pairs where before.contains(issuer) || before.contains(Self.anyPolicy) {
                now.insert(subject)
            }
        }
        expected = now.isEmpty ? nil : now
        return true
    }
}

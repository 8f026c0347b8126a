import RegoValues

/// X.509 certificates and requests.
enum CertificateBuiltins {
    static let family: Builtins.Family = [
        .init("crypto.x509.parse_certificates", parse), .init("crypto.x509.parse_certificate_request", parseRequest),
        .init("crypto.x509.parse_and_verify_certificates", verify),
        .init("crypto.x509.parse_and_verify_certificates_with_options", verifyWithOptions),
    ]

    static func parse(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        try values(try certificates(try a.bytes(0)), urls: true, context)
    }

    /// `[true, chain]`, the leaf first, at the evaluation's time; `[false, []]` when there is no chain.
    static func verify(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.bytes(0)
        guard let given = try? certificates(text),
            let chain = CertificateChain.verified(given, CertificateChain.Options(time: context.now))
        else { return context.heap.array([.false, .emptyArray]) }
        return context.heap.array([.true, try values(chain, urls: true, context)])
    }

    static func verifyWithOptions(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let (text, written) = (try a.bytes(0), try a.object(1))
        let given = try? certificates(text)
        guard let given else { return context.heap.array([.false, .emptyArray]) }
        let options = try CertificateChain.Options(written, now: context.now)
        guard let chain = CertificateChain.verified(given, options) else {
            return context.heap.array([.false, .emptyArray])
        }
        return context.heap.array([.true, try values(chain, urls: false, context)])
    }

    static func parseRequest(_ a: Arguments, _ context: BuiltinContext) throws(BuiltinError) -> Value {
        let text = try a.text(0)
        var bytes = Array(text.utf8)
        if !text.hasPrefix("-----BEGIN CERTIFICATE REQUEST-----") {
            bytes = try PrivateKeyBuiltins.base64(try a.bytes(0))
        }
        if let (block, _) = PEMBlock.first(in: String(decoding: bytes, as: UTF8.self)) {
            guard block.type == "CERTIFICATE REQUEST" else {
                throw .failure("invalid PEM-encoded certificate signing request")
            }
            bytes = block.bytes
        }
        let request = try CertificateRequest(der: bytes)
        try context.checkRoom(for: bytes.count * 32)
        return GoDocument(heap: context.heap).request(request)
    }

    private static func values(
        _ certificates: [Certificate], urls: Bool, _ context: BuiltinContext
    ) throws(BuiltinError) -> Value {
        try context.checkRoom(for: certificates.reduce(0) { $0 + $1.raw.count } * 32)
        let document = GoDocument(heap: context.heap)
        return context.heap.array(certificates.map { document.certificate($0, urls: urls) })
    }

    /// The certificates in PEM, in base64 of PEM, or in base64 of DER.
    private static func certificates(_ text: UnsafeBufferPointer<UInt8>) throws(BuiltinError) -> [Certificate] {
        var bytes = Array(text)
        if !bytes.starts(with: "-----BEGIN".utf8) { bytes = try PrivateKeyBuiltins.base64(text) }
        guard bytes.starts(with: "-----BEGIN".utf8) else { return try Certificate.all(der: bytes) }
        var der: [UInt8] = []
        for block in PEMBlock.all(in: String(decoding: bytes, as: UTF8.self)) {
            guard block.type == "CERTIFICATE" else {
                throw .failure("PEM block type is '\(block.type)', expected CERTIFICATE")
            }
            der += block.bytes
        }
        return try Certificate.all(der: der)
    }
}

extension CertificateChain.Options {
    private static let purposeNames = [
        "KeyUsageAny", "KeyUsageServerAuth", "KeyUsageClientAuth", "KeyUsageCodeSigning", "KeyUsageEmailProtection",
        "KeyUsageIPSECEndSystem", "KeyUsageIPSECTunnel", "KeyUsageIPSECUser", "KeyUsageTimeStamping",
        "KeyUsageOCSPSigning", "KeyUsageMicrosoftServerGatedCrypto", "KeyUsageNetscapeServerGatedCrypto",
        "KeyUsageMicrosoftCommercialCodeSigning", "KeyUsageMicrosoftKernelCodeSigning",
    ]

    /// - Throws: for an unknown option or a value of a wrong type.
    fileprivate init(_ written: Value, now: Int64) throws(BuiltinError) {
        time = now
        for entry in written.entries {
            let value = entry.value
            switch entry.key.string {
            case nil: continue
            case "DNSName":
                guard let text = value.string else { throw .failure("'DNSName' should be a string") }
                host = Self.unquoted(text)
            case "CurrentTime":
                guard value.kind == .number else { throw .failure("'CurrentTime' should be a number") }
                guard let nanoseconds = value.writtenInteger else {
                    throw .failure("'CurrentTime' should be a valid int64 number")
                }
                time = Int64(nanoseconds)
            case "MaxConstraintComparisons":
                guard value.kind == .number else { throw .failure("'MaxConstraintComparisons' should be a number") }
                guard let count = value.writtenInteger else {
                    throw .failure("'MaxConstraintComparisons' should be a valid number")
                }
                maximumComparisons = count
            case "KeyUsages": purposes = try Self.purposes(value)
            default: throw .failure("invalid key option")
            }
        }
    }

    private static func purposes(_ value: Value) throws(BuiltinError) -> [Int] {
        guard value.kind == .array || value.kind == .set else {
            throw .failure("'KeyUsages' should be an Array or Set")
        }
        let names = value.elements.compactMap(\.string).map(unquoted)
        let invalid = names.filter { !purposeNames.contains($0) }
        guard invalid.isEmpty else {
            throw .failure("invalid entries for 'KeyUsages' found: [\(invalid.joined(separator: " "))]")
        }
        return names.compactMap { purposeNames.firstIndex(of: $0) }
    }

    private static func unquoted(_ text: String) -> String {
        let bytes = text.utf8.drop { $0 == UInt8(ascii: "\"") }
        let kept = bytes.reversed().drop { $0 == UInt8(ascii: "\"") }.reversed()
        return String(decoding: Array(kept), as: UTF8.self)
    }
}

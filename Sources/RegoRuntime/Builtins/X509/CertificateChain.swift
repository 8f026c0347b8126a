/// Looks for a chain from a certificate to a trusted root (RFC 5280, section 6), with Go's choices where the RFC leaves
/// some: nested extended key usages, no SHA-1, no revocation lists, at most 100 signature checks.
struct CertificateChain {
    struct Options {
        /// The host that the leaf must be for; empty for any.
        var host = ""
        /// Nanoseconds since 1970.
        var time: Int64
        /// ``ExtendedKeyUsage``'s numbers, one of which must be allowed; empty for server authentication.
        var purposes: [Int] = []
        /// Of the name constraints of each authority.
        var maximumComparisons = 0
    }

    private enum Role { case leaf, intermediate, root }

    private static let maximumSignatureChecks = 100
    private static let defaultComparisons = 250_000
    /// Of all authorities together; Go has no such limit.
    private static let maximumComparisons = 1_000_000
    /// `keyCertSign` in the key usage.
    private static let certificateSigning = 1 << 5

    private let roots: [Certificate]
    private let intermediates: [Certificate]
    private let options: Options
    private var signatureChecks = 0
    private var comparisonsLeft = CertificateChain.maximumComparisons
    private var found: [[Certificate]] = []

    /// The first of the certificates is the root, the last the leaf, those between are authorities that may help.
    /// - Returns: the chain, leaf first; nil when there is none.
    static func verified(_ certificates: [Certificate], _ options: Options) -> [Certificate]? {
        guard certificates.count >= 2, let root = certificates.first, let leaf = certificates.last else { return nil }
        var chain = CertificateChain(
            roots: [root], intermediates: Array(certificates.dropFirst().dropLast()), options: options)
        guard chain.isUsable(leaf, as: .leaf, after: []) else { return nil }
        if !options.host.isEmpty && !HostName.matches(options.host, leaf.alternativeNames) { return nil }
        if root.raw == leaf.raw {
            chain.found = [[leaf]]
        } else {
            chain.extend([leaf], leaf)
        }
        let purposes = options.purposes.isEmpty ? [ExtendedKeyUsage.serverAuthentication] : options.purposes
        return chain.found.first { PolicyCheck.isSatisfied($0) && allows(purposes, $0) }
    }

    private init(roots: [Certificate], intermediates: [Certificate], options: Options) {
        (self.roots, self.options) = (roots, options)
        var seen: Set<[UInt8]> = []
        self.intermediates = intermediates.filter { seen.insert($0.raw).inserted }
    }

    // MARK: - Building

    /// - Parameter last: the chain's last certificate.
    private mutating func extend(_ chain: [Certificate], _ last: Certificate) {
        for (role, pool) in [(Role.root, roots), (.intermediate, intermediates)] {
            for candidate in Self.possibleIssuers(of: last, in: pool) where !Self.isIn(chain, candidate) {
                signatureChecks += 1
                guard signatureChecks <= Self.maximumSignatureChecks else { return }
                guard Self.isSigned(last, by: candidate), isUsable(candidate, as: role, after: chain) else { continue }
                if role == .root {
                    found.append(chain + [candidate])
                } else {
                    extend(chain + [candidate], candidate)
                }
            }
        }
    }

    /// Those with the right name; first with the right key identifier, then without one, then with another.
    private static func possibleIssuers(of certificate: Certificate, in pool: [Certificate]) -> [Certificate] {
        func rank(_ candidate: Certificate) -> Int {
            let (wanted, given) = (certificate.authorityKeyID ?? [], candidate.subjectKeyID ?? [])
            return wanted == given ? 0 : (wanted.isEmpty || given.isEmpty ? 1 : 2)
        }
        let named = pool.filter { $0.subject.raw == certificate.issuer.raw }
        return (0...2).flatMap { wanted in named.filter { rank($0) == wanted } }
    }

    /// Whether the same authority, perhaps in another certificate, is there already.
    private static func isIn(_ chain: [Certificate], _ candidate: Certificate) -> Bool {
        func names(_ certificate: Certificate) -> [UInt8]? {
            certificate.extensions.first { $0.id.standardExtension == 17 }?.value
        }
        return chain.contains { other in
            other.subject.raw == candidate.subject.raw && other.publicKey.raw == candidate.publicKey.raw
                && names(other) == names(candidate)
        }
    }

    private static func isSigned(_ certificate: Certificate, by issuer: Certificate) -> Bool {
        if let constraints = issuer.basicConstraints {
            guard constraints.isAuthority else { return false }
        } else if issuer.version == 3 {
            return false
        }
        guard issuer.keyUsage == 0 || issuer.keyUsage & certificateSigning != 0 else { return false }
        return certificate.signatureAlgorithm.isValid(
            certificate.signature, of: certificate.rawBody, by: issuer.publicKey.verifier)
    }

    // MARK: - Judging

    private mutating func isUsable(_ certificate: Certificate, as role: Role, after chain: [Certificate]) -> Bool {
        guard certificate.unhandledExtensions.isEmpty, !certificate.notBefore.isAfter(options.time),
            !certificate.notAfter.isBefore(options.time)
        else { return false }
        if role == .intermediate, certificate.basicConstraints?.isAuthority != true { return false }
        if let limit = certificate.basicConstraints?.maximumPathLength, chain.count - 1 > limit { return false }
        guard role != .leaf, !certificate.nameConstraints.isEmpty else { return true }
        let comparisons = options.maximumComparisons == 0 ? Self.defaultComparisons : options.maximumComparisons
        let limit = max(0, min(comparisons, comparisonsLeft))
        var budget = NameConstraints.Budget(left: limit)
        let isAllowed = (chain + [certificate]).allSatisfy {
            certificate.nameConstraints.allow($0.alternativeNames, &budget)
        }
        comparisonsLeft -= limit - max(0, budget.left)
        return isAllowed
    }

    /// Whether one of the purposes is allowed by every certificate that names purposes at all.
    private static func allows(_ purposes: [Int], _ chain: [Certificate]) -> Bool {
        if purposes.contains(ExtendedKeyUsage.any) { return true }
        return purposes.contains { purpose in
            chain.allSatisfy { certificate in
                guard let usage = certificate.extendedKeyUsage else { return true }
                if usage.purposes.isEmpty && usage.unknown.isEmpty { return true }
                return usage.purposes.contains(purpose) || usage.purposes.contains(ExtendedKeyUsage.any)
            }
        }
    }
}

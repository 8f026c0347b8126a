extension NameConstraints {
    /// Counts comparisons down, so that a certificate with very many names and constraints is refused early.
    struct Budget {
        var left: Int

        mutating func take(_ count: Int) -> Bool {
            left -= count
            return left >= 0
        }
    }

    var isEmpty: Bool {
        [permitted, excluded].allSatisfy {
            $0.domains.isEmpty && $0.ranges.isEmpty && $0.mails.isEmpty && $0.uriDomains.isEmpty
        }
    }

    /// Whether no name is excluded, and each one of a kind with permitted subtrees lies in one of them.
    func allow(_ names: AlternativeNames, _ budget: inout Budget) -> Bool {
        for name in names.names {
            let isAllowed =
                switch name {
                case .mail(let text): allows(mail: text, &budget)
                case .domain(let text): allows(domain: text, &budget)
                case .uri(let url): allows(uri: url, &budget)
                case .address(let bytes): allows(address: bytes, &budget)
                }
            guard isAllowed else { return false }
        }
        return true
    }

    /// - Parameter matches: whether a constraint covers the name; nil when they cannot be compared.
    private func allows<Constraint>(
        _ permitted: [Constraint], _ excluded: [Constraint], _ budget: inout Budget,
        _ matches: (Constraint, _ isExcluded: Bool) -> Bool?
    ) -> Bool {
        guard budget.take(excluded.count) else { return false }
        for constraint in excluded where matches(constraint, true) != false { return false }
        guard budget.take(permitted.count) else { return false }
        if permitted.isEmpty { return true }
        for constraint in permitted {
            guard let isMatch = matches(constraint, false) else { return false }
            if isMatch { return true }
        }
        return false
    }

    private func allows(domain: String, _ budget: inout Budget) -> Bool {
        guard DomainName.labels(domain) != nil else { return false }
        return allows(permitted.domains, excluded.domains, &budget) { constraint, isExcluded in
            DomainName.matches(domain, constraint, wildcards: isExcluded)
        }
    }

    private func allows(mail: String, _ budget: inout Budget) -> Bool {
        guard let mailbox = Mailbox(mail) else { return false }
        return allows(permitted.mails, excluded.mails, &budget) { constraint, _ in
            guard constraint.utf8.contains(UInt8(ascii: "@")) else {
                return DomainName.matches(mailbox.domain, constraint, wildcards: false)
            }
            guard let wanted = Mailbox(constraint) else { return nil }
            return mailbox.local == wanted.local && mailbox.domain.lowercased() == wanted.domain.lowercased()
        }
    }

    /// A URI without a host, or with an address for one, cannot be compared.
    private func allows(uri: URLText, _ budget: inout Budget) -> Bool {
        let host = uri.hostAndPort.host
        return allows(permitted.uriDomains, excluded.uriDomains, &budget) { constraint, _ in
            guard !host.isEmpty, !uri.host.hasPrefix("["), IPAddress(host) == nil else { return nil }
            return DomainName.matches(host, constraint, wildcards: false)
        }
    }

    private func allows(address: [UInt8], _ budget: inout Budget) -> Bool {
        allows(permitted.ranges, excluded.ranges, &budget) { range, _ in
            address.count == range.address.count
                && zip(zip(address, range.address), range.mask).allSatisfy { $0.0 & $1 == $0.1 & $1 }
        }
    }
}

/// Whether a certificate is for a host (RFC 6125, section 6.4): a name or an address among its alternative names.
enum HostName {
    /// - Parameter host: a name, or an address, perhaps in brackets.
    static func matches(_ host: String, _ names: AlternativeNames) -> Bool {
        let isBracketed = host.utf8.count >= 3 && host.hasPrefix("[") && host.hasSuffix("]")
        if let address = IPAddress(isBracketed ? String(host.dropFirst().dropLast()) : host) {
            return names.addresses.contains { IPAddress(bytes: $0) == address }
        }
        let name = lowercased(host)
        let isName = isValid(name[...], isPattern: false)
        return names.domains.contains { pattern in
            isName && isValid(pattern[...], isPattern: true)
                ? matches(pattern: pattern, name)
                : !["", "."].contains(pattern) && !["", "."].contains(name) && lowercased(pattern) == name
        }
    }

    /// ASCII letters only.
    private static func lowercased(_ text: String) -> String {
        String(decoding: text.utf8.map { 0x41...0x5a ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isValid(_ host: Substring, isPattern: Bool) -> Bool {
        let name = !isPattern && host.hasSuffix(".") ? host.dropLast() : host
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.enumerated().allSatisfy { index, label in
            if isPattern && index == 0 && label == "*" { return true }
            return !label.isEmpty && label.utf8.first != UInt8(ascii: "-")
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                    default: false
                    }
                }
        }
    }

    /// A first label of `*` stands for any one label.
    private static func matches(pattern: String, _ host: String) -> Bool {
        let wanted = lowercased(pattern).split(separator: ".", omittingEmptySubsequences: false)
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count == wanted.count else { return false }
        return zip(wanted, labels).enumerated().allSatisfy { index, pair in
            index == 0 && pair.0 == "*" || pair.0 == pair.1
        }
    }
}

/// The host of a tool's `match`: one host, every host below a domain (`*.acme.example`, the domain itself excepted), or
/// every host (`*`). As the policy language's `allowed_domains` means them.
enum HostPattern: Sendable, Hashable {
    case exact(String)
    /// The suffix, with its leading dot.
    case below(String)
    case every

    /// nil where `*` stands anywhere but as the whole first label.
    init?(_ text: String) {
        let text = text.lowercased()
        if text == "*" {
            self = .every
        } else if text.hasPrefix("*.") {
            self = .below(String(text.dropFirst()))
        } else {
            self = .exact(text)
        }
        guard !text.dropFirst().contains("*"), text != "*." else { return nil }
    }

    func matches(_ host: String) -> Bool {
        switch self {
        case .exact(let name): host == name
        case .below(let suffix): host.utf8.count > suffix.utf8.count && host.hasSuffix(suffix)
        case .every: true
        }
    }

    /// The more literal, the higher.
    var rank: Int {
        switch self {
        case .exact: 2
        case .below: 1
        case .every: 0
        }
    }
}

/// The `format`s that are checked. Where one is written it holds: a format that nobody looks at would only seem to protect.
enum TextFormatName: String, CaseIterable, Sendable {
    case dateTime = "date-time"
    case date, time, duration, email, hostname, ipv4, ipv6, uri
    case uriReference = "uri-reference"
    case uuid
    case jsonPointer = "json-pointer"

    /// Its predicate in `aegis/formats.rego`.
    var function: String { "is_" + rawValue.replacing("-", with: "_") }

    /// How messages call it.
    var title: String {
        switch self {
        case .dateTime: "a date and time (RFC 3339)"
        case .date: "a date (RFC 3339)"
        case .time: "a time with its offset (RFC 3339)"
        case .duration: "a duration (ISO 8601)"
        case .email: "an email address"
        case .hostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "a URI"
        case .uriReference: "a URI or a relative reference"
        case .uuid: "a UUID"
        case .jsonPointer: "a JSON pointer"
        }
    }
}

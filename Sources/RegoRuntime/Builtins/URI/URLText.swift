/// A URL in its parts, split as leniently and as strictly as Go's `url.Parse` does (RFC 3986).
struct URLText {
    private(set) var scheme = ""
    /// What follows the scheme when no slash does.
    private(set) var opaque = ""
    private(set) var user: UserInfo?
    /// With its port; an IPv6 address in brackets.
    private(set) var host = ""
    /// Unescaped; `rawPath` is set where the default escapes would not give it back.
    private(set) var path = ""
    private(set) var rawPath = ""
    private(set) var hasNoHost = false
    private(set) var hasEmptyQuery = false
    private(set) var rawQuery = ""
    private(set) var fragment = ""
    private(set) var rawFragment = ""

    struct UserInfo {
        let name: String
        let password: String?
    }

    /// The empty reference.
    init() {}

    /// - Throws: ``URLError`` with Go's text, `parse "URL": REASON`.
    init(_ text: String) throws(URLError) {
        let (main, written) = Self.cut(text[...], at: "#")
        try Self.naming(String(main)) { () throws(URLError) in try split(main) }
        guard let written, !written.isEmpty else { return }
        try Self.naming(text) { () throws(URLError) in
            fragment = try URLEscapes.unescape(written, in: .fragment)
        }
        rawFragment = URLEscapes.escape(fragment, in: .fragment) == written ? "" : String(written)
    }

    private static func naming(_ text: String, _ body: () throws(URLError) -> Void) throws(URLError) {
        do throws(URLError) {
            try body()
        } catch {
            throw URLError("parse \(GoText.quoted(text)): \(error.message)")
        }
    }

    /// The text before and after the first occurrence of a byte; no second part without it.
    private static func cut(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        let bytes = text.utf8
        guard let byte = separator.asciiValue, let place = bytes.firstIndex(of: byte) else { return (text, nil) }
        return (text[..<place], text[bytes.index(after: place)...])
    }

    private mutating func split(_ text: Substring) throws(URLError) {
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw URLError("net/url: invalid control character in URL")
        }
        if text == "*" {
            path = "*"
            return
        }
        var rest = try takeScheme(text)
        if rest.utf8.last == UInt8(ascii: "?"), rest.utf8.count(where: { $0 == UInt8(ascii: "?") }) == 1 {
            hasEmptyQuery = true
            rest = rest.dropLast()
        } else {
            let (before, query) = Self.cut(rest, at: "?")
            (rest, rawQuery) = (before, String(query ?? ""))
        }
        let isRooted = rest.utf8.first == UInt8(ascii: "/")
        if !isRooted {
            if !scheme.isEmpty {
                opaque = String(rest)
                return
            }
            if Self.cut(rest, at: "/").0.utf8.contains(UInt8(ascii: ":")) {
                throw URLError("first path segment in URL cannot contain colon")
            }
        }
        if rest.utf8.starts(with: "//".utf8), !scheme.isEmpty || !rest.utf8.starts(with: "///".utf8) {
            let (authority, after) = Self.cut(rest.dropFirst(2), at: "/")
            rest = after == nil ? "" : rest[authority.endIndex...]
            try readAuthority(authority)
        } else if !scheme.isEmpty, isRooted {
            hasNoHost = true
        }
        path = try URLEscapes.unescape(rest, in: .path)
        rawPath = URLEscapes.escape(path, in: .path) == rest ? "" : String(rest)
    }

    /// Takes a scheme and its colon; nothing when the text does not start with one.
    private mutating func takeScheme(_ text: Substring) throws(URLError) -> Substring {
        for (index, byte) in zip(text.utf8.indices, text.utf8) {
            switch byte {
            case 0x41...0x5a, 0x61...0x7a: continue
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == text.startIndex { return text }
            case UInt8(ascii: ":"):
                if index == text.startIndex { throw URLError("missing protocol scheme") }
                scheme = text[..<index].lowercased()
                return text[text.utf8.index(after: index)...]
            default: return text
            }
        }
        return text
    }

    // MARK: - Authority

    private mutating func readAuthority(_ authority: Substring) throws(URLError) {
        guard let at = authority.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            host = try Self.host(authority)
            return
        }
        host = try Self.host(authority[authority.utf8.index(after: at)...])
        let info = authority[..<at]
        let isAllowed = { (byte: UInt8) in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
            default: "-._:~!$&'()*+,;=%@".utf8.contains(byte)
            }
        }
        guard info.utf8.allSatisfy(isAllowed) else { throw URLError("net/url: invalid userinfo") }
        let (name, password) = Self.cut(info, at: ":")
        var decoded: String?
        if let password { decoded = try URLEscapes.unescape(password, in: .userInfo) }
        user = UserInfo(name: try URLEscapes.unescape(name, in: .userInfo), password: decoded)
    }

    private static func host(_ text: Substring) throws(URLError) -> String {
        let bytes = text.utf8
        guard let open = bytes.lastIndex(of: UInt8(ascii: "[")) else {
            if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) { try checkPort(text[colon...]) }
            return try URLEscapes.unescape(text, in: .host)
        }
        guard open == text.startIndex else { throw URLError("invalid IP-literal") }
        guard let close = bytes.lastIndex(of: UInt8(ascii: "]")) else { throw URLError("missing ']' in host") }
        let port = text[bytes.index(after: close)...]
        try checkPort(port)
        let literal = text[bytes.index(after: open)..<close]
        let (written, zone) = address(literal)
        let unescaped = try URLEscapes.unescape(written, in: .host)
        guard unescaped.utf8.contains(UInt8(ascii: ":")), IPAddress(unescaped) != nil else {
            throw URLError("invalid host: ParseAddr(\(GoText.quoted(unescaped))): unable to parse IP")
        }
        return "[\(unescaped)\(try URLEscapes.unescape(zone, in: .zone))]\(port)"
    }

    /// An address and its zone, which starts with `%25` (RFC 6874).
    private static func address(_ literal: Substring) -> (Substring, zone: Substring) {
        let (address, zone) = cut(literal, at: "%")
        guard let zone, zone.utf8.starts(with: "25".utf8) else { return (literal, "") }
        return (address, literal[address.endIndex...])
    }

    private static func checkPort(_ text: Substring) throws(URLError) {
        guard !text.isEmpty else { return }
        guard text.utf8.first == UInt8(ascii: ":"), text.utf8.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw URLError("invalid port \(GoText.quoted(String(text))) after host")
        }
    }

    /// The host without port and brackets, and the port.
    var hostAndPort: (host: String, port: String) {
        var (name, port) = (host[...], host[host.endIndex...])
        if let colon = host.utf8.lastIndex(of: UInt8(ascii: ":")) {
            let after = host[host.utf8.index(after: colon)...]
            if after.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) { (name, port) = (host[..<colon], after) }
        }
        if name.utf8.first == UInt8(ascii: "["), name.utf8.last == UInt8(ascii: "]") {
            name = name.dropFirst().dropLast()
        }
        return (String(name), String(port))
    }
}

/// A tool call as it stands on the wire: an HTTP request that an enforcement point holds back.
public struct WireRequest: Sendable {
    public var method: String
    public var host: String
    /// Path and query as sent.
    public var target: String
    public var contentType: String?
    public var contentEncoding: String?
    public var body: [UInt8]
    /// Whether the body is only the beginning of what was sent.
    public var isTruncated: Bool

    public init(
        method: String, host: String, target: String, contentType: String? = nil, contentEncoding: String? = nil,
        body: [UInt8] = [], isTruncated: Bool = false
    ) {
        self.method = method
        self.host = host
        self.target = target
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.body = body
        self.isTruncated = isTruncated
    }
}

extension RequestLine {
    /// The normal form, or nil where two readers could see two different requests: escapes of a slash, dot segments,
    /// empty segments, path parameters behind `;`, escapes of a `?`, backslashes, control characters, malformed escapes, an authority with
    /// user information, a method in lower case.
    public init?(method: String, host: String, target: String) {
        guard !method.isEmpty, method.utf8.allSatisfy(RequestLine.isMethodByte) else { return nil }
        guard let host = RequestLine.normalHost(host), let path = RequestLine.normalPath(target) else { return nil }
        self.init(method: method, host: host, path: path)
    }

    static func normalHost(_ text: String) -> String? {
        var name = ArraySlice(text.utf8.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 })
        if name.first == UInt8(ascii: "[") {
            guard let close = name.firstIndex(of: UInt8(ascii: "]")), name.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                return nil
            }
            let rest = name[(close + 1)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            return String(decoding: name[...close], as: UTF8.self)
        }
        if let colon = name.lastIndex(of: UInt8(ascii: ":")) {
            guard isPort(name[colon...]) else { return nil }
            name = name[..<colon]
        }
        let dot = UInt8(ascii: ".")
        if name.last == dot { name = name.dropLast() }
        guard !name.isEmpty, name.last != dot else { return nil }
        var previous = dot
        for byte in name {
            let isPlain =
                (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || (byte == dot && previous != dot)
            guard isPlain else { return nil }
            previous = byte
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: ":"), (2...6).contains(text.count) else { return false }
        var port = 0
        for digit in text.dropFirst() {
            guard (0x30...0x39).contains(digit) else { return false }
            port = port * 10 + Int(digit - 0x30)
        }
        return (1...65535).contains(port)
    }

    static func normalPath(_ target: String) -> String? { isPlain(target) ? target : decodedPath(target) }

    /// Whether a path is letters, digits, `-` and `_` between single slashes: everybody reads it as it stands.
    private static func isPlain(_ path: String) -> Bool {
        let slash = UInt8(ascii: "/")
        var previous: UInt8?
        for byte in path.utf8 {
            let isPlain =
                switch byte {
                case 0x61...0x7a, 0x41...0x5a, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"): previous != nil
                case slash: previous != slash
                default: false
                }
            guard isPlain else { return false }
            previous = byte
        }
        return previous != nil
    }

    static func decodedPath(_ target: String) -> String? {
        let raw = Array(target.utf8).prefix { $0 != UInt8(ascii: "?") }
        guard raw.first == UInt8(ascii: "/"), !raw.contains(UInt8(ascii: "#")), let bytes = decode(raw, plus: false)
        else { return nil }
        // Some servers drop what stands behind a `;`, and then read another path. An escaped `?` is a query to who decodes twice.
        let isAmbiguous: (UInt8) -> Bool = {
            $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "?")
        }
        guard !bytes.contains(where: isAmbiguous) else { return nil }
        let path = String(validating: bytes, as: UTF8.self)
        var start = 1
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "/")) {
            guard start < end, !isDots(bytes[start..<end]) else { return nil }
            start = end + 1
        }
        return isDots(bytes[start...]) ? nil : path
    }

    /// Whether a segment means another place in the tree: `.` or `..`.
    private static func isDots(_ segment: ArraySlice<UInt8>) -> Bool {
        (1...2).contains(segment.count) && segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }

    /// Percent-decodes; nil for malformed escapes and, in a path, for an escaped slash or percent sign.
    static func decode(_ text: some Sequence<UInt8>, plus: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.underestimatedCount)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            if plus, byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal)
                else { return nil }
                let decoded = high << 4 | low
                if !plus, decoded == UInt8(ascii: "/") || decoded == UInt8(ascii: "%") { return nil }
                bytes.append(decoded)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Methods are case-sensitive (RFC 9110, section 9.1), but not every server takes them so.
    private static func isMethodByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

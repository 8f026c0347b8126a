/// Finds the `package` of a Rego module, which decides where its rules stand under `data`.
enum RegoPackage {
    /// The package's path, such as `["aegis", "guards"]`; nil when the text does not begin with a package clause, after
    /// comments, that this reader takes whole: names, and strings without escapes in brackets.
    static func path(of module: [UInt8]) -> [String]? {
        var scanner = Scanner(text: module[...])
        scanner.skipSpaceAndComments()
        guard scanner.word() == "package", scanner.skipBlanks(), let first = scanner.word() else { return nil }
        var path = [first]
        while let part = scanner.part() { path.append(part) }
        return scanner.isAtEndOfClause ? path : nil
    }

    private struct Scanner {
        var text: ArraySlice<UInt8>

        mutating func skipSpaceAndComments() {
            while let byte = text.first {
                if byte == UInt8(ascii: "#") {
                    text = text.drop { $0 != 0x0a }
                } else if [0x20, 0x09, 0x0d, 0x0a].contains(byte) {
                    text = text.dropFirst()
                } else {
                    return
                }
            }
        }

        mutating func skipBlanks() -> Bool {
            let rest = text.drop { $0 == 0x20 || $0 == 0x09 }
            defer { text = rest }
            return rest.count < text.count
        }

        mutating func word() -> String? {
            let name = text.prefix { byte in
                (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == 0x5f
            }
            guard let first = name.first, !(0x30...0x39).contains(first) else { return nil }
            text = text[name.endIndex...]
            return String(decoding: name, as: UTF8.self)
        }

        /// `.name` or `["text"]`.
        mutating func part() -> String? {
            let start = text
            if text.first == UInt8(ascii: ".") {
                text = text.dropFirst()
                if let name = word() { return name }
            } else if text.starts(with: "[\"".utf8) {
                let name = text.dropFirst(2).prefix { $0 != 0x22 && $0 != 0x5c && $0 >= 0x20 }
                let rest = text[name.endIndex...]
                if rest.starts(with: "\"]".utf8) {
                    text = rest.dropFirst(2)
                    return String(decoding: name, as: UTF8.self)
                }
            }
            text = start
            return nil
        }

        var isAtEndOfClause: Bool {
            let rest = text.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
            guard let next = rest.first else { return true }
            return next == 0x0a || next == UInt8(ascii: "#")
        }
    }
}

/// The rules for keys, which are those of every store together.
enum ObjectKey {
    /// - Throws: `.keyInvalid` for an empty or overlong key and for parts that are empty, `.` or `..`, or hold control characters.
    static func check(_ key: String, in store: String) throws(ObjectStoreError) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        let isSound =
            key.utf8.count <= 900
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 200
                    && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") }
            }
        guard isSound else {
            throw ObjectStoreError(.keyInvalid, "`\(key)` cannot be the name of an object", location: store)
        }
    }

    /// Percent-encodes every byte but the unreserved ones of RFC 3986 and, in paths, the slash.
    static func escaped(_ text: String, keepingSlashes: Bool) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                result.append(byte)
            case UInt8(ascii: "/") where keepingSlashes: result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// - Returns: nil for broken escapes and what is not UTF-8 then.
    static func unescaped(_ text: some StringProtocol) -> String? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            result.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: result, as: UTF8.self)
    }
}

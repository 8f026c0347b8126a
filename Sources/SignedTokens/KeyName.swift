/// Key names become the `kid` of tokens and parts of file names, so they are plain: 1 to 64 characters out of letters,
/// digits, `.`, `_` and `-`, beginning with a letter or a digit.
enum KeyName {
    static func check(_ name: String) throws(TokenError) {
        let bytes = Array(name.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, isAlphanumeric(first),
            bytes.allSatisfy({ isAlphanumeric($0) || [0x2d, 0x2e, 0x5f].contains($0) })
        else {
            throw TokenError(
                .keyNameInvalid, "`\(name)` cannot name a key",
                fix: "use 1 to 64 letters, digits, `.`, `_` or `-`, beginning with a letter or a digit")
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

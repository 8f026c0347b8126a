/// Aliases of YAML multiply what a text says, and its reader compares keys by walking through all that they stand for.
public enum YAMLAliases {
    /// More of them may stand for more than can be walked through: `n` aliases for `e^(n/e)` values.
    public static let most = 32

    /// Whether so many may stand in a text. Counted are marks where an alias could be, also within texts.
    public static func areTooMany(in text: some Sequence<UInt8>) -> Bool {
        var (anchors, aliases) = (0, 0)
        var (before, mark) = (UInt8(ascii: "\n"), UInt8(0))
        for byte in text {
            let isName = byte > 0x20 && !",[]{}*&".utf8.contains(byte)
            if mark == UInt8(ascii: "&"), isName { anchors += 1 }
            if mark == UInt8(ascii: "*"), isName { aliases += 1 }
            mark = " \t\n\r[{,:-?".utf8.contains(before) ? byte : 0
            before = byte
        }
        return anchors > 0 && aliases > most
    }
}

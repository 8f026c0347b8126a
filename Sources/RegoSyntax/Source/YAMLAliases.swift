/// Aliases of YAML multiply what a text says, and its reader compares keys by walking through all that they stand for.
public enum YAMLAliases {
    /// `n` aliases stand for up to `e^(n/e)` values: with more than these, for more than can be walked through.
    public static let most = 32

    /// The byte of the first alias in a text where more than `most` may stand; nil where there are no more. Counted are marks where an
    /// anchor or an alias could be, also within texts, but not in lines of comments.
    public static func first(in text: some Sequence<UInt8>, ifMoreThan most: Int = most) -> Int? {
        var (anchors, aliases) = (0, 0)
        var first: Int?
        var (before, mark) = (UInt8(ascii: "\n"), UInt8(0))
        var (isIndent, isComment) = (true, false)
        for (offset, byte) in text.enumerated() {
            if isIndent, byte != UInt8(ascii: " ") { (isIndent, isComment) = (false, byte == UInt8(ascii: "#")) }
            let isName = byte > 0x20 && !",[]{}*&".utf8.contains(byte)
            if mark == UInt8(ascii: "&"), isName { anchors += 1 }
            if mark == UInt8(ascii: "*"), isName {
                aliases += 1
                first = first ?? offset - 1
            }
            mark = !isComment && " \t\n\r[{,:-?".utf8.contains(before) ? byte : 0
            before = byte
            if byte == UInt8(ascii: "\n") { (isIndent, isComment) = (true, false) }
        }
        return anchors > 0 && aliases > most ? first : nil
    }
}

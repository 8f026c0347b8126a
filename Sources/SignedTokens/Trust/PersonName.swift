/// The names of people in a trust root: what separation of duties compares. Small ASCII letters, digits, `.`, `_`, `-` and
/// `@`, beginning with a letter, so that no two names look alike by alphabet or by case.
public enum PersonName {
    public static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...64).contains(bytes.count), let first = bytes.first, (0x61...0x7a).contains(first) else {
            return false
        }
        return bytes.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || ".-_@".utf8.contains($0)
        }
    }

    /// Names with one skeleton are easily taken for each other: `marial` and `maria1`, `m.o` and `mo`, `arn` and `am`.
    /// Source: the ASCII part of UTS #39, section 4.
    public static func skeleton(_ name: String) -> String {
        var text = name.filter { !".-_".contains($0) }
        for (look, same) in [("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s")] {
            text = text.replacing(look, with: same)
        }
        return text
    }
}

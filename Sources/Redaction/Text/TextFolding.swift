/// A text in the form that detectors read: digits, spaces, hyphens and wide letters of every script as ASCII, invisible
/// characters gone, all else as it was; and where each byte came from.
struct FoldedText {
    var bytes: [UInt8]
    /// For each byte, and for the end, its place in the original.
    var origins: [Int32]

    /// The stretch of the original that a stretch of the folded text stands for. Invisible characters behind it go with it.
    func original(_ range: Range<Int>) -> Range<Int> {
        Int(origins[range.lowerBound])..<Int(origins[range.upperBound])
    }
}

enum TextFolding {
    /// Whether the text has nothing to fold, which is the usual case and found out eight bytes at a time.
    static func isASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return true }
        let raw = UnsafeRawPointer(base)
        var place = 0
        while place + 8 <= text.count {
            if raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
            place += 8
        }
        while place < text.count {
            if base[place] >= 0x80 { return false }
            place += 1
        }
        return true
    }

    static func fold(_ text: UnsafeBufferPointer<UInt8>) -> FoldedText {
        var bytes: [UInt8] = []
        var origins: [Int32] = []
        bytes.reserveCapacity(text.count)
        origins.reserveCapacity(text.count + 1)
        guard let base = text.baseAddress else { return FoldedText(bytes: [], origins: [0]) }
        var place = 0
        while place < text.count {
            if base[place] < 0x80 {
                bytes.append(base[place])
                origins.append(Int32(truncatingIfNeeded: place))
                place += 1
                continue
            }
            let (scalar, length) = UnicodeClass.scalar(in: base, at: place, text.count)
            if let byte = UnicodeClass.ascii(scalar) {
                bytes.append(byte)
                origins.append(Int32(truncatingIfNeeded: place))
            } else if !UnicodeClass.isInvisible(scalar) {
                for offset in 0..<length {
                    bytes.append(base[place + offset])
                    origins.append(Int32(truncatingIfNeeded: place + offset))
                }
            }
            place += length
        }
        origins.append(Int32(truncatingIfNeeded: text.count))
        return FoldedText(bytes: bytes, origins: origins)
    }
}

public import Crypto

/// Hexadecimal in lower case, the only form that logs and keys here are written in.
public enum Hex {
    /// Two digits a byte.
    @inlinable
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        bytes.withContiguousStorageIfAvailable { encode(buffer: $0) }
            ?? Array(bytes).withUnsafeBufferPointer { encode(buffer: $0) }
    }

    /// The 64 digits of a digest.
    /// - Parameter prefix: what stands before them, such as `sha256:`.
    public static func encode(_ digest: SHA256.Digest, behind prefix: StaticString = "") -> String {
        digest.withUnsafeBytes { $0.withMemoryRebound(to: UInt8.self) { encode(buffer: $0, behind: prefix) } }
    }

    @usableFromInline
    static func encode(buffer bytes: UnsafeBufferPointer<UInt8>, behind prefix: StaticString = "") -> String {
        prefix.withUTF8Buffer { prefix in
            String(unsafeUninitializedCapacity: prefix.count + 2 * bytes.count) { text in
                _ = text.initialize(from: prefix)
                let digits = UnsafeMutableBufferPointer(rebasing: text[prefix.count...])
                write(UnsafeRawBufferPointer(bytes), to: UnsafeMutableRawBufferPointer(digits))
                return prefix.count + 2 * bytes.count
            }
        }
    }

    /// Writes two digits a byte to the beginning of `text`, which must have room for them.
    static func write(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawBufferPointer) {
        let whole = bytes.count & ~3
        for place in stride(from: 0, to: whole, by: 4) {
            let word = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            text.storeBytes(of: eightDigits(of: word), toByteOffset: 2 * place, as: UInt64.self)
        }
        for place in whole..<bytes.count {
            text[2 * place] = digit(bytes[place] >> 4)
            text[2 * place + 1] = digit(bytes[place] & 15)
        }
    }

    /// The digits of a word, the highest first in memory: all eight at once, each in a byte of its own.
    @inlinable
    public static func eightDigits(of word: UInt32) -> UInt64 {
        var values = UInt64(word)
        values = (values | values << 16) & 0x0000_ffff_0000_ffff
        values = (values | values << 8) & 0x00ff_00ff_00ff_00ff
        values = (values | values << 4) & 0x0f0f_0f0f_0f0f_0f0f
        // One in each byte that is above 9: its digit is a letter, 0x27 further on.
        let letters = (values + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (values + 0x3030_3030_3030_3030 + letters * 0x27).bigEndian
    }

    /// Nil for an odd count or anything but `0-9a-f`.
    @inlinable
    public static func decode(_ digits: some Collection<UInt8>) -> [UInt8]? {
        digits.withContiguousStorageIfAvailable { decode(buffer: $0) }
            ?? Array(digits).withUnsafeBufferPointer { decode(buffer: $0) }
    }

    @usableFromInline
    static func decode(buffer digits: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var isValid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: digits.count / 2) { bytes, count in
            isValid = decode(digits, into: UnsafeMutableRawBufferPointer(bytes))
            count = isValid ? digits.count / 2 : 0
        }
        return isValid ? bytes : nil
    }

    /// Writes half as many bytes as there are digits, which must fit.
    /// - Returns: whether all were digits; else what is written means nothing.
    static func decode(_ digits: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        // Looked at all together in the end: a branch for each digit would cost most of the time.
        var all: UInt8 = 0
        for place in 0..<digits.count / 2 {
            let (high, low) = (value(digits[2 * place]), value(digits[2 * place + 1]))
            all |= high | low
            bytes[place] = high << 4 | low & 15
        }
        return all < 16
    }

    /// The digit for a value below 16.
    @inlinable
    public static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    // Above 15 for what is no digit.
    @inline(__always)
    private static func value(_ digit: UInt8) -> UInt8 {
        let (number, letter) = (digit &- 0x30, digit &- 0x61)
        return number < 10 ? number : letter < 6 ? letter &+ 10 : 0xff
    }
}

/// Standard base64 with padding (RFC 4648, section 4). Decoding takes only what encoding would write, so that one
/// signature has one spelling.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// Four characters for every started group of three bytes.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var held = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            held += 1
            if held == 3 {
                for shift in [18, 12, 6, 0] { text.append(alphabet[Int(group >> UInt32(shift)) & 63]) }
                (group, held) = (0, 0)
            }
        }
        if held == 1 {
            text += [alphabet[Int(group >> 2)], alphabet[Int(group << 4) & 63], padding, padding]
        } else if held == 2 {
            text += [alphabet[Int(group >> 10)], alphabet[Int(group >> 4) & 63]]
            text += [alphabet[Int(group << 2) & 63], padding]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for a wrong length, a foreign character, missing padding, or bits that encoding would not have set.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let unpadded = text.suffix(2).reversed().prefix { $0 == padding }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        for character in text.dropLast(unpadded) {
            guard let value = value(character) else { return nil }
            bits = (bits << 6 | value) & 0xffff
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        let leftover = bits & (1 << UInt32(held) - 1)
        return leftover == 0 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}

/// The kinds of value that certificates and keys are made of (X.690, section 8), in DER only.
extension DERReader {
    /// A bit string without its count of unused bits.
    struct BitString {
        let bytes: [UInt8]
        let unusedBits: Int

        func bit(_ position: Int) -> Bool {
            let index = position / 8
            return position < bytes.count * 8 - unusedBits && bytes[index] >> UInt8(7 - position % 8) & 1 == 1
        }

        /// The bits as a number whose last bit is the last of the string.
        var rightAligned: [UInt8] {
            guard unusedBits > 0 else { return bytes }
            var before: UInt8 = 0
            return bytes.map { byte in
                defer { before = byte }
                return before << UInt8(8 - unusedBits) | byte >> UInt8(unusedBits)
            }
        }
    }

    mutating func element(_ tag: UInt8) -> Element? { nextTag == tag ? next() : nil }

    mutating func reader(_ tag: UInt8 = Tag.sequence) -> DERReader? { content(tag).map { DERReader($0) } }

    /// The big-endian two's complement of an integer in its shortest form.
    mutating func integer(_ tag: UInt8 = Tag.integer) -> ArraySlice<UInt8>? {
        guard let bytes = content(tag), let first = bytes.first else { return nil }
        if bytes.count > 1 {
            let second = bytes[bytes.startIndex + 1]
            if first == 0 && second < 0x80 || first == 0xff && second >= 0x80 { return nil }
        }
        return bytes
    }

    /// An integer of at most 64 bits.
    mutating func smallInteger(_ tag: UInt8 = Tag.integer) -> Int? {
        guard let bytes = integer(tag), bytes.count <= 8, let first = bytes.first else { return nil }
        return bytes.reduce(first >= 0x80 ? -1 : 0) { $0 << 8 | Int($1) }
    }

    mutating func boolean() -> Bool? {
        guard let bytes = content(Tag.boolean), bytes.count == 1, let byte = bytes.first else { return nil }
        return byte == 0xff ? true : (byte == 0 ? false : nil)
    }

    mutating func bitString() -> BitString? {
        guard let bytes = content(Tag.bitString) else { return nil }
        return BitString(content: bytes)
    }

    /// An identifier whose numbers all have fewer than 32 bits.
    mutating func objectIdentifier() -> ASN1ObjectIdentifier? {
        guard let bytes = content(Tag.objectIdentifier), let identifier = ASN1ObjectIdentifier(bytes) else {
            return nil
        }
        return identifier.numbers == nil ? nil : identifier
    }
}

extension DERReader.BitString {
    /// - Parameter content: the count of unused bits, then the bytes; unused bits must be zero.
    init?(content: ArraySlice<UInt8>) {
        guard let unused = content.first, unused <= 7 else { return nil }
        let bytes = content.dropFirst()
        guard let last = bytes.last else {
            if unused != 0 { return nil }
            self.init(bytes: [], unusedBits: 0)
            return
        }
        guard last & (1 << unused - 1) == 0 else { return nil }
        self.init(bytes: Array(bytes), unusedBits: Int(unused))
    }
}

extension DERReader.Tag {
    static let boolean: UInt8 = 0x01
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let utf8String: UInt8 = 0x0c
    static let numericString: UInt8 = 0x12
    static let printableString: UInt8 = 0x13
    static let t61String: UInt8 = 0x14
    static let ia5String: UInt8 = 0x16
    static let utcTime: UInt8 = 0x17
    static let generalizedTime: UInt8 = 0x18
    static let bmpString: UInt8 = 0x1e
    static let set: UInt8 = 0x31

    /// `[number]`, primitive.
    static func context(_ number: UInt8) -> UInt8 { 0x80 | number }
    /// `[number]`, constructed.
    static func constructed(_ number: UInt8) -> UInt8 { 0xa0 | number }
}

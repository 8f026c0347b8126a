import Testing

@testable import SignedTokens

@Suite struct Base64Tests {
    /// RFC 4648, section 10, without padding; and the bytes where the alphabets differ.
    @Test(
        arguments: [
            ("", []), ("Zg", [0x66]), ("Zm8", [0x66, 0x6f]), ("Zm9v", [0x66, 0x6f, 0x6f]),
            ("Zm9vYmE", Array("fooba".utf8)),
            ("-_8", [0xfb, 0xff]), ("AA", [0]),
        ] as [(String, [UInt8])])
    func `bytes and their text go both ways`(text: String, bytes: [UInt8]) {
        #expect(Base64.encodeURL(bytes) == text)
        #expect(Base64.decodeURL(Array(text.utf8)) == bytes)
    }

    @Test(arguments: ["Zg==", "Zh", "Zm9", "A", "Zm 9", "Zm9v\n", "+/8", "Zm9vY", "Zm9.v", "Zmé"])
    func `text that is not the one form of some bytes is refused`(text: String) {
        #expect(Base64.decodeURL(Array(text.utf8)) == nil)
    }

    @Test func `every changed character decodes to other bytes or not at all`() {
        let bytes = (0..<64).map { UInt8($0 * 3) }
        let text = Array(Base64.encodeURL(bytes).utf8)
        for index in text.indices {
            for replacement in UInt8.min ... .max where replacement != text[index] {
                var changed = text
                changed[index] = replacement
                #expect(Base64.decodeURL(changed) != bytes)
            }
        }
    }

    @Test(arguments: [("Zg==", [0x66]), ("Zm8=", [0x66, 0x6f]), ("+/8=", [0xfb, 0xff])] as [(String, [UInt8])])
    func `the standard alphabet needs its padding`(text: String, bytes: [UInt8]) {
        #expect(Base64.encodeStandard(bytes) == text)
        #expect(Base64.decodeStandard(Array(text.utf8)) == bytes)
        #expect(Base64.decodeStandard(Array(text.utf8.dropLast())) == nil)
        #expect(Base64.decodeStandard(Array((text + "====").utf8)) == nil)
    }
}

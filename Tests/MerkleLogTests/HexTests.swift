import Crypto
import MerkleLog
import Testing

@Suite struct HexTests {
    @Test(arguments: 0...40)
    func `each byte is two digits, and they are read back`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count * 101) }
        let digits = Array("0123456789abcdef")
        let expected = String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        #expect(Hex.encode(bytes) == expected)
        #expect(Hex.encode(bytes.lazy.map { $0 }) == expected)
        #expect(Hex.decode(Array(expected.utf8)) == bytes)
    }

    @Test func `every byte has its digits in every place of a word`() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<4 {
                var bytes: [UInt8] = [0x09, 0xa0, 0xf9, 0x5e]
                bytes[place] = byte
                let expected = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                #expect(Hex.encode(bytes) == expected)
            }
        }
    }

    @Test func `a digest stands behind its prefix`() {
        let digest = SHA256.hash(data: Array("abc".utf8))
        #expect(
            Hex.encode(digest, behind: "sha256:")
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: ["0", "0g", "0A", "  ", "abc"])
    func `what is not two lower case digits a byte is none`(text: String) {
        #expect(Hex.decode(Array(text.utf8)) == nil)
    }
}

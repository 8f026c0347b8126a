@testable import PolicyBundles

/// Writes tar entries as they should not be, too.
struct TarBuilder {
    var bytes: [UInt8] = []

    static func tar(_ entries: (inout TarBuilder) -> Void) -> [UInt8] {
        var builder = TarBuilder()
        entries(&builder)
        return builder.bytes + [UInt8](repeating: 0, count: 1024)
    }

    mutating func add(
        _ name: String, _ content: String = "x", type: Unicode.Scalar = "0", size: String? = nil, prefix: String = "",
        magic: String = "ustar\u{0}00", checksum: String? = nil, pads: Bool = true
    ) {
        add(
            Array(name.utf8), Array(content.utf8), type: type, size: size, prefix: prefix, magic: magic,
            checksum: checksum, pads: pads)
    }

    mutating func add(
        _ name: [UInt8], _ content: [UInt8], type: Unicode.Scalar = "0", size: String? = nil, prefix: String = "",
        magic: String = "ustar\u{0}00", checksum: String? = nil, pads: Bool = true
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, _ offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        put(name.prefix(100), 0)
        put("0000644\u{0}".utf8, 100)
        put((size ?? String(content.count, radix: 8)).utf8, 124)
        put("00000000000\u{0}".utf8, 136)
        put("        ".utf8, 148)
        put([UInt8(ascii: type)], 156)
        put(magic.utf8, 257)
        put(prefix.utf8, 345)
        put((checksum ?? String(block.reduce(0) { $0 + Int($1) }, radix: 8)).utf8.prefix(7), 148)
        if checksum == nil { put([0], 154) }
        bytes += block + content
        if pads { bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512) }
    }

    /// A pax record `LENGTH KEY=VALUE\n`.
    static func pax(_ key: String, _ value: String) -> String {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length { length += 1 }
        return "\(length)\(rest)"
    }
}

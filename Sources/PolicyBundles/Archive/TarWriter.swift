/// Tar archives (POSIX ustar, with pax headers for long or non-ASCII names) that depend on the files alone: sorted by the
/// UTF-8 bytes of their names, mode 0644, owner 0, time 0.
enum TarWriter {
    static func archive(_ files: [BundleFile]) -> [UInt8] {
        var tar: [UInt8] = []
        tar.reserveCapacity(files.reduce(1024) { $0 + $1.bytes.count + 1024 })
        for file in files.sorted(by: BundleFile.precedes) { append(file, to: &tar) }
        tar += end
        return tar
    }

    /// What stands behind the last file.
    static let end = [UInt8](repeating: 0, count: 1024)

    /// Header and padded content of one file.
    static func append(_ file: BundleFile, to tar: inout [UInt8]) {
        let name = Array(file.path.utf8)
        if let parts = ustarName(name) {
            tar += header(name: parts.name, prefix: parts.prefix, size: file.bytes.count, type: "0")
        } else {
            let record = paxRecord("path", name)
            tar += header(name: Array("pax".utf8), prefix: [], size: record.count, type: "x")
            append(record, to: &tar)
            tar += header(name: Array("pax-named".utf8), prefix: [], size: file.bytes.count, type: "0")
        }
        append(file.bytes, to: &tar)
    }

    private static func append(_ content: [UInt8], to tar: inout [UInt8]) {
        tar += content
        tar += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// The name split over ustar's two fields at the first `/` that makes both fit, or nil.
    private static func ustarName(_ name: [UInt8]) -> (name: [UInt8], prefix: [UInt8])? {
        guard name.allSatisfy({ $0 < 0x80 }) else { return nil }
        if name.count <= 100 { return (name, []) }
        for index in name.indices where name[index] == UInt8(ascii: "/") {
            let (prefix, rest) = (name[..<index], name[(index + 1)...])
            if prefix.count <= 155, (1...100).contains(rest.count) { return (Array(rest), Array(prefix)) }
        }
        return nil
    }

    /// `LENGTH KEY=VALUE\n`, where the length counts itself (POSIX.1-2017, pax).
    private static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        return Array(String(length).utf8) + rest
    }

    private static func header(name: [UInt8], prefix: [UInt8], size: Int, type: Unicode.Scalar) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        put("0000644".utf8, at: 100)
        put("0000000".utf8, at: 108)
        put("0000000".utf8, at: 116)
        put(octal(size, digits: 11), at: 124)
        put("00000000000".utf8, at: 136)
        put("        ".utf8, at: 148)
        put([UInt8(ascii: type)], at: 156)
        put("ustar".utf8, at: 257)
        put("00".utf8, at: 263)
        put(prefix, at: 345)
        let checksum = block.reduce(0) { $0 + Int($1) }
        put(octal(checksum, digits: 6), at: 148)
        block[154] = 0
        return block
    }

    private static func octal(_ value: Int, digits: Int) -> [UInt8] {
        let text = Array(String(value, radix: 8).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - text.count)) + text
    }
}

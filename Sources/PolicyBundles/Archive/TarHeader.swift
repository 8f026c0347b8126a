/// One 512-byte tar header, checked.
struct TarHeader {
    enum EntryType {
        case file, paxHeader, gnuLongName
        /// Nothing of theirs is in a bundle.
        case directory
        /// Where it would be written, it would stand for something outside of the bundle.
        case link, device
        /// Global pax records and GNU long link names: read over.
        case ignoredExtension
    }

    let name: String
    let size: Int
    let type: EntryType

    /// - Returns: nil for a block of zeros, which ends an archive.
    init?(_ block: ArraySlice<UInt8>, at offset: Int) throws(BundleError) {
        if block.allSatisfy({ $0 == 0 }) { return nil }
        let base = block.startIndex
        func field(_ start: Int, _ length: Int) -> ArraySlice<UInt8> { block[base + start..<base + start + length] }
        let sum = block.reduce(0) { $0 + Int($1) } - field(148, 8).reduce(0) { $0 + Int($1) } + 8 * 0x20
        guard Self.octal(field(148, 8)) == sum else {
            throw BundleError(
                .archiveChecksum, "the tar header at byte \(offset) does not match its checksum",
                fix: "fetch the bundle again")
        }
        guard let size = Self.octal(field(124, 12)) else {
            throw BundleError(.archiveInvalid, "the tar header at byte \(offset) has no readable size")
        }
        self.size = size
        var name = try Self.text(field(0, 100).prefix { $0 != 0 }, at: offset)
        if field(257, 6).elementsEqual("ustar\0".utf8) {
            let prefix = try Self.text(field(345, 155).prefix { $0 != 0 }, at: offset)
            if !prefix.isEmpty { name = prefix + "/" + name }
        }
        self.name = name
        let flag = Unicode.Scalar(block[base + 156])
        switch flag {
        case "0", "\0": type = name.hasSuffix("/") ? .directory : .file
        case "x": type = .paxHeader
        case "L": type = .gnuLongName
        case "g", "K": type = .ignoredExtension
        case "1", "2": type = .link
        case "3", "4", "6": type = .device
        case "5": type = .directory
        default:
            throw BundleError(.archiveInvalid, "the tar entry at byte \(offset) is of a kind that is not supported")
        }
    }

    /// Octal digits with spaces before and space or NUL after; nil for anything else.
    static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        let rest = field[digits.endIndex...]
        guard !digits.isEmpty, digits.count <= 20, rest.allSatisfy({ $0 == 0x20 || $0 == 0 }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }

    static func text(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(BundleError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw BundleError(.pathUnsafe, "the name of the tar entry at byte \(offset) is not UTF-8")
        }
        return text
    }
}

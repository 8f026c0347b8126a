internal import Crypto

/// The files of sealed inputs, `00000001.sealed` and so on. All numbers are big-endian.
///
///     header  "aegis inputs v1\n" ‖ number (8) ‖ created (8) ‖ the file's key, sealed with the gateway's (60)
///     entry   length of the box (4) ‖ time (8) ‖ decision id (16) ‖ box: AES-256-GCM ciphertext and tag
///
/// Times are nanoseconds since 1970. Each file has a random key of its own, and an entry's nonce is its place in the file,
/// so none is ever used twice: a file is begun, appended to by one process, and never opened for writing again but to be
/// erased from. What stands before a box is authenticated with it. An erased box is all zeros.
enum SealedInputFormat {
    static let magic = Array("aegis inputs v1\n".utf8)
    static let headerBytes = 92
    static let entryHeaderBytes = 28
    static let tagBytes = 16
    /// The longest plain form that is kept.
    static let largestInput = 4 << 20

    static func fileName(_ number: UInt64) -> String {
        JournalFiles.segment(number).dropLast(6) + ".sealed"
    }

    static func fileNumber(_ name: String) -> UInt64? {
        guard name.hasSuffix(".sealed"), let number = UInt64(name.dropLast(7)), number > 0, fileName(number) == name
        else { return nil }
        return number
    }

    static func header(number: UInt64, created: Int64, key: SymmetricKey, sealedWith master: SymmetricKey) -> [UInt8]? {
        let clear = magic + bytes(number) + bytes(UInt64(bitPattern: created))
        let box = try? AES.GCM.seal(
            key.withUnsafeBytes { Array($0) }, using: master, authenticating: clear)
        return box?.combined.map { clear + $0 }
    }

    /// The header's facts, without its key; nil for a file that is none of these.
    static func created(_ header: [UInt8], number: UInt64) -> Int64? {
        guard header.count >= headerBytes, header.starts(with: magic + bytes(number)) else { return nil }
        return Int64(bitPattern: word(header[24..<32]))
    }

    static func key(_ header: [UInt8], openedWith master: SymmetricKey) -> SymmetricKey? {
        guard header.count >= headerBytes, let box = try? AES.GCM.SealedBox(combined: header[32..<headerBytes]),
            let key = try? AES.GCM.open(box, using: master, authenticating: header[..<32])
        else { return nil }
        return SymmetricKey(data: key)
    }

    /// Appends the entry that will stand at `offset` of its file.
    /// - Returns: false where the cipher refused.
    static func append(
        _ name: InputName, time: Int64, plain: [UInt8], key: SymmetricKey, at offset: Int, to buffer: inout [UInt8]
    ) -> Bool {
        let start = buffer.count
        append(UInt32(truncatingIfNeeded: plain.count + tagBytes), to: &buffer)
        append(UInt64(bitPattern: time), to: &buffer)
        append(name.high, to: &buffer)
        append(name.low, to: &buffer)
        guard let nonce = try? AES.GCM.Nonce(data: nonce(offset)),
            let box = try? AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: buffer[start...])
        else {
            buffer.removeLast(buffer.count - start)
            return false
        }
        buffer.append(contentsOf: box.ciphertext)
        buffer.append(contentsOf: box.tag)
        return true
    }

    /// The plain form of a box; nil where it was changed, or the key is another.
    static func open(header: [UInt8], box: [UInt8], key: SymmetricKey, at offset: Int) -> [UInt8]? {
        guard box.count >= tagBytes, let nonce = try? AES.GCM.Nonce(data: nonce(offset)),
            let sealed = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: box.dropLast(tagBytes), tag: box.suffix(tagBytes)),
            let plain = try? AES.GCM.open(sealed, using: key, authenticating: header)
        else { return nil }
        return Array(plain)
    }

    /// An entry as its header tells.
    struct Place {
        let name: InputName
        let time: Int64
        /// Where the header stands.
        let offset: Int
        let boxBytes: Int

        var boxOffset: Int { offset + entryHeaderBytes }
        var end: Int { boxOffset + boxBytes }
    }

    /// The entry at `offset`, as far as its header goes; nil at the end of what was written.
    static func place(at offset: Int, in file: [UInt8]) -> Place? {
        guard offset + entryHeaderBytes <= file.count else { return nil }
        let header = file[offset..<offset + entryHeaderBytes]
        let length = Int(word(header.prefix(4)))
        let place = Place(
            name: InputName(header.suffix(16)), time: Int64(bitPattern: word(header.dropFirst(4).prefix(8))),
            offset: offset, boxBytes: length)
        guard length >= tagBytes, length <= largestInput + tagBytes, place.end <= file.count else { return nil }
        return place
    }

    private static func nonce(_ offset: Int) -> [UInt8] { [0, 0, 0, 0] + bytes(UInt64(offset)) }

    private static func append(_ number: some FixedWidthInteger, to buffer: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { buffer.append(contentsOf: $0) }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

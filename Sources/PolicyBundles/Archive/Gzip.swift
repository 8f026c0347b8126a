import CZlib

/// Gzip (RFC 1952): any single member is read, and one fixed form is written.
enum Gzip {
    /// No name, no time, no level, system unknown.
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

    /// The one gzip form of `bytes`.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = bytes.withUnsafeBufferPointer { buffer in
            crc32_z(0, buffer.baseAddress, buffer.count)
        }
        var archive = header
        archive += Deflate.encode(bytes)
        appendLittleEndian(UInt32(truncatingIfNeeded: checksum), to: &archive)
        appendLittleEndian(UInt32(truncatingIfNeeded: bytes.count), to: &archive)
        return archive
    }

    /// The content of the one member that `archive` is.
    /// - Throws: `.gzipInvalid`, `.gzipTruncated`, `.archiveTooLarge` beyond `limit` bytes, `.trailingData`.
    static func expand(_ archive: [UInt8], limit: Int) throws(BundleError) -> [UInt8] {
        var stream = z_stream()
        let gzipOnly: Int32 = 15 + 16
        guard inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw BundleError(.gzipInvalid, "the gzip reader could not start")
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var status = Z_OK
        // zlib reads the input through a mutable pointer and does not write to it.
        archive.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = uInt(clamping: input.count)
            while status == Z_OK, output.count <= limit {
                output += [UInt8](unsafeUninitializedCapacity: 64 << 10) { chunk, count in
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = uInt(chunk.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    count = chunk.count - Int(stream.avail_out)
                }
            }
        }
        guard output.count <= limit else {
            throw BundleError(
                .archiveTooLarge, "the archive expands to more than \(limit) bytes",
                fix: "split the policies, or raise the limit if this size is meant")
        }
        switch status {
        case Z_STREAM_END: break
        case Z_BUF_ERROR:
            throw BundleError(.gzipTruncated, "the gzip stream ends too early", fix: "fetch the bundle again")
        default:
            throw BundleError(
                .gzipInvalid, "this is not a gzip archive, or it is damaged", fix: "fetch the bundle again")
        }
        guard stream.avail_in == 0 else {
            throw BundleError(.trailingData, "\(stream.avail_in) bytes follow the end of the gzip stream")
        }
        return output
    }

    private static func appendLittleEndian(_ value: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}

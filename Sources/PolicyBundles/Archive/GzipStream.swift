import CZlib

/// Expands gzip members that stand one after the other (RFC 1952, section 2.2), piece by piece.
final class GzipStream {
    private let read: (Int) throws -> [UInt8]
    private var stream = z_stream()
    private var input: [UInt8] = []
    private var used = 0
    // Whether bytes of a member have been read and its end has not.
    private var isInMember = false
    private var isAtEnd = false
    private static let chunk = 256 << 10

    init(read: @escaping (Int) throws -> [UInt8]) throws(BundleError) {
        self.read = read
        let gzipOnly: Int32 = 15 + 16
        guard inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw BundleError(.gzipInvalid, "the gzip reader could not start")
        }
    }

    deinit { inflateEnd(&stream) }

    /// The next `count` bytes; fewer only at the end of the last member.
    /// - Throws: `.gzipInvalid`, `.gzipTruncated`, or what reading throws.
    func expand(_ count: Int) throws -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(count, 1 << 20))
        while output.count < count {
            if used == input.count, !isAtEnd {
                input = try read(Self.chunk)
                used = 0
                isAtEnd = input.isEmpty
            }
            if isAtEnd, used == input.count, !isInMember { break }
            let before = output.count
            try inflateSome(into: &output, atMost: min(count - output.count, 1 << 20))
            guard output.count > before || !isAtEnd || !isInMember else { throw truncated }
        }
        return output
    }

    private func inflateSome(into output: inout [UInt8], atMost limit: Int) throws(BundleError) {
        var status = Z_OK
        isInMember = true
        output += input.withUnsafeBufferPointer { bytes in
            [UInt8](unsafeUninitializedCapacity: limit) { chunk, count in
                // zlib reads the input through a mutable pointer and does not write to it.
                stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress?.advanced(by: used))
                stream.avail_in = uInt(bytes.count - used)
                stream.next_out = chunk.baseAddress
                stream.avail_out = uInt(chunk.count)
                status = inflate(&stream, Z_NO_FLUSH)
                count = chunk.count - Int(stream.avail_out)
                used = bytes.count - Int(stream.avail_in)
            }
        }
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            isInMember = false
            inflateReset(&stream)
        default:
            throw BundleError(
                .gzipInvalid, "this is not a gzip archive, or it is damaged", fix: "fetch the archive again")
        }
    }

    private var truncated: BundleError {
        BundleError(.gzipTruncated, "the gzip stream ends too early", fix: "fetch the archive again")
    }
}

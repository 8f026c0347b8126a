import CZlib

/// Gzip (RFC 1952) at the fastest level: for what is sent once.
public enum GzipEncoder {
    /// - Returns: nil where zlib has no memory for it; then send it as it is.
    public static func encode(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        let gzip: Int32 = 15 + 16
        guard
            deflateInit2_(
                &stream, Z_BEST_SPEED, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, uLong(bytes.count)))
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            bytes.withUnsafeBufferPointer { input in
                // zlib reads the input through a mutable pointer and does not write to it.
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = uInt(clamping: input.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = uInt(clamping: buffer.count)
                status = deflate(&stream, Z_FINISH)
                count = buffer.count - Int(stream.avail_out)
            }
        }
        return status == Z_STREAM_END ? output : nil
    }
}

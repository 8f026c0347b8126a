internal import CZlib
internal import PolicyBundles

/// What holds for every archive that may be a bundle: it is read within bounds, or refused.
enum BundleProperty {
    private static let limits = ArchiveLimits(compressed: 1 << 20, expanded: 4 << 20, file: 1 << 20, entries: 200)

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        try check(archive: bytes)
        if let compressed = gzip(bytes) { try check(archive: compressed) }
    }

    private static func check(archive: [UInt8]) throws(FuzzFinding) {
        guard let bundle = try? UnverifiedBundle(archive: archive, name: "fuzz.tar.gz", limits: limits) else { return }
        let total = bundle.files.reduce(0) { $0 + $1.bytes.count }
        guard total <= limits.expanded, bundle.files.count <= limits.entries else {
            throw FuzzFinding("\(bundle.files.count) files of \(total) bytes came out of bounds")
        }
        guard Set(bundle.files.map(\.path)).count == bundle.files.count else {
            throw FuzzFinding("two files have one path")
        }
        for file in bundle.files where file.path.hasPrefix("/") || file.path.split(separator: "/").contains("..") {
            throw FuzzFinding("a path leads out: \(file.path)")
        }
    }

    /// The bytes in a gzip member, so that the fuzzer need not find checksums; nil when zlib refuses.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        let header = Int32(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, header) == Z_OK else {
            return nil
        }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        let status = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { return nil }
        output.removeLast(Int(stream.avail_out))
        return output
    }
}

/// The records of a pax extended header: `LENGTH KEY=VALUE\n` each (POSIX.1-2017, pax).
enum PaxRecords {
    /// The `path` among the records, if any. Records that change a file's size or make it sparse are refused.
    static func path(in content: ArraySlice<UInt8>, at offset: Int) throws(BundleError) -> String? {
        var rest = content
        var path: String?
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            let text = String(decoding: digits, as: UTF8.self)
            guard (1...7).contains(digits.count), let length = Int(text), length > digits.count + 3,
                length <= rest.count,
                rest[digits.endIndex] == UInt8(ascii: " "), rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
            else { throw malformed(offset) }
            let record = rest[(digits.endIndex + 1)..<(rest.startIndex + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { throw malformed(offset) }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            if key == "size" || key.hasPrefix("GNU.sparse.") {
                throw BundleError(
                    .archiveInvalid, "the pax header at byte \(offset) sets `\(key)`, which is not supported")
            }
            if key == "path" {
                guard path == nil else { throw malformed(offset) }
                let value = record[(equals + 1)...]
                guard !value.isEmpty, !value.contains(0) else { throw malformed(offset) }
                path = try TarHeader.text(value, at: offset)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return path
    }

    private static func malformed(_ offset: Int) -> BundleError {
        BundleError(.archiveInvalid, "the pax header at byte \(offset) is malformed")
    }
}

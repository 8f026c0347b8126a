import Crypto
import RegoValues
import SignedTokens

/// The hash that a bundle's signature lists for a file (OPA, "Signature Format"): of the bytes, or, for structured files,
/// of their JSON written in one fixed way.
enum StructuredHash {
    /// Whether OPA hashes the file by its JSON content: decided by the base name alone.
    static func isStructured(_ path: String) -> Bool {
        ["data.json", "data.yaml", "signatures.json", ".manifest"].contains(ArchivePath.baseName(path))
    }

    /// Hexadecimal SHA-256.
    /// - Throws: `.dataInvalid` when a structured file is not JSON; YAML data is not supported.
    static func hash(_ file: BundleFile) throws(BundleError) -> String {
        guard isStructured(file.path) else { return Hexadecimal.encode(SHA256.hash(data: file.bytes)) }
        return Hexadecimal.encode(SHA256.hash(data: try text(file)))
    }

    /// The one form of a structured file's JSON: keys by their UTF-8 bytes, no space, strings as Go's encoder writes them
    /// without HTML escapes, numbers as they were written.
    static func text(_ file: BundleFile) throws(BundleError) -> [UInt8] {
        let document = try parse(file)
        return withExtendedLifetime(document) { text(document.root) }
    }

    static func text(_ value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        write(value, to: &bytes)
        return bytes
    }

    /// Reads a JSON file of a bundle strictly: no duplicate names. Half a surrogate pair reads as U+FFFD, as in OPA.
    static func parse(_ file: BundleFile) throws(BundleError) -> Document {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var limits = JSONLimits.document
        limits.loneSurrogates = .replace
        do {
            return try Document(
                json: file.bytes.starts(with: mark) ? file.bytes.dropFirst(3) : file.bytes[...], limits: limits)
        } catch {
            throw BundleError(
                .dataInvalid, "this is not strict JSON: \(error)", in: file.path,
                fix: "write the file as JSON with unique names and build the bundle again")
        }
    }

    private static func write(_ value: Value, to bytes: inout [UInt8]) {
        switch value.kind {
        case .object:
            bytes.append(UInt8(ascii: "{"))
            for (index, entry) in value.entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                writeString(entry.key.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                write(entry.value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array, .set:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in value.elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element, to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string: writeString(value.utf8, to: &bytes)
        case .undefined, .null, .boolean, .number: JSONWriter.write(value, to: &bytes)
        }
    }

    /// Go escapes U+2028 and U+2029 even with HTML escaping off.
    private static func writeString(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let start = bytes.count
        JSONWriter.writeString(text, to: &bytes)
        guard bytes[start...].contains(0xe2) else { return }
        var escaped: [UInt8] = []
        var index = start
        while index < bytes.count {
            if index + 2 < bytes.count, bytes[index] == 0xe2, bytes[index + 1] == 0x80, bytes[index + 2] & 0xfe == 0xa8
            {
                escaped += (bytes[index + 2] == 0xa8 ? "\\u2028" : "\\u2029").utf8
                index += 3
            } else {
                escaped.append(bytes[index])
                index += 1
            }
        }
        bytes.replaceSubrange(start..., with: escaped)
    }
}

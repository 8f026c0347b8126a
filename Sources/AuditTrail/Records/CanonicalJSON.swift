internal import Crypto
internal import MerkleLog
internal import RegoValues

/// JSON text known to be in RFC 8785 canonical form, and therefore fit to stand inside a record as it is.
public struct CanonicalJSON: Sendable, Hashable {
    /// The UTF-8 text.
    public let bytes: [UInt8]

    init(trusted bytes: [UInt8]) { self.bytes = bytes }

    /// An object of texts; a key given twice keeps its last text.
    public init(texts: [String: String]) {
        let members = texts.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        var bytes = [UInt8(ascii: "{")]
        for (place, member) in members.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(quoted: member.key)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(quoted: member.value)
        }
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// An object of one whole number.
    public init(integer: Int, named name: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count + 24)
        bytes.append(UInt8(ascii: "{"))
        bytes.append(quoted: name)
        bytes.append(UInt8(ascii: ":"))
        JSONText.integer(Int64(integer), to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// A text that was written in canonical form. Debug builds check that it is.
    public init(canonical text: [UInt8]) {
        assert(CanonicalJSON.isCanonical(text), "not in canonical form: \(String(decoding: text, as: UTF8.self))")
        bytes = text
    }

    /// The JSON string of a text, with its quotes.
    public static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        bytes.append(quoted: text)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What stands in a record for JSON that would make it too long: `{"omitted_bytes":N,"sha256":"…"}`.
    static func omitted(_ json: CanonicalJSON) -> CanonicalJSON {
        var bytes = Array("{\"omitted_bytes\":".utf8)
        bytes.append(decimal: UInt64(json.bytes.count))
        bytes.append(contentsOf: ",\"sha256\":\"".utf8)
        bytes.append(contentsOf: MerkleHash(SHA256.hash(data: json.bytes)).hex.utf8)
        bytes.append(contentsOf: "\"}".utf8)
        return CanonicalJSON(trusted: bytes)
    }

    /// `[{"count":N,"detector":"…","path":"…"}]`, or nil for none.
    static func redactions(_ redactions: [AuditRedaction]) -> CanonicalJSON? {
        guard !redactions.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for (place, redaction) in redactions.enumerated() {
            bytes.append(UInt8(ascii: place == 0 ? "[" : ","))
            bytes.append(contentsOf: "{\"count\":".utf8)
            JSONText.integer(Int64(redaction.count), to: &bytes)
            bytes.append(contentsOf: ",\"detector\":".utf8)
            bytes.append(quoted: redaction.detector)
            bytes.append(contentsOf: ",\"path\":".utf8)
            bytes.append(quoted: redaction.path)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
        return CanonicalJSON(trusted: bytes)
    }
}

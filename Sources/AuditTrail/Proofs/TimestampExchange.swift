internal import Crypto

/// Asks a time-stamping authority to say that something existed, and holds its answer against the question. Whose signature the
/// answer bears is for `openssl ts -verify` to say, with the authority's certificate. Source: RFC 3161, section 2.4.
public struct TimestampExchange: Sendable {
    private let imprint: [UInt8]
    private let nonce: [UInt8]

    /// - Parameter data: what is to be stamped, such as a checkpoint.
    public init(data: [UInt8]) {
        imprint = Array(SHA256.hash(data: data))
        var source = SystemRandomNumberGenerator()
        // A positive INTEGER of eight bytes in its only form.
        let word = source.next() >> 1 | 1 << 62
        nonce = withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }

    /// The TimeStampReq, to be posted as `application/timestamp-query`.
    public var request: [UInt8] {
        let sha256: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00]
        let messageImprint = DER.sequence(DER.sequence(sha256) + DER.value(0x04, imprint))
        return DER.sequence([0x02, 0x01, 0x01] + messageImprint + DER.value(0x02, nonce) + [0x01, 0x01, 0xff])
    }

    /// Whether an authority's answer is about this data.
    public static func isAbout(_ data: [UInt8], _ response: [UInt8]) -> Bool {
        response.firstRange(of: DER.value(0x04, Array(SHA256.hash(data: data)))) != nil
    }

    /// Checks a TimeStampResp: granted, and about this very question.
    /// - Throws: ``AuditError`` `.malformed` saying what does not hold.
    public func check(_ response: [UInt8]) throws(AuditError) {
        guard let outer = DER.content(of: response[...], tag: 0x30), let status = DER.content(of: outer, tag: 0x30),
            let code = DER.content(of: status, tag: 0x02)
        else { throw AuditError(.malformed, "the authority's answer is no TimeStampResp") }
        guard code.elementsEqual([0]) || code.elementsEqual([1]) else {
            throw AuditError(.malformed, "the authority refused, with status \(code.reduce(0) { $0 << 8 | Int($1) })")
        }
        guard response.firstRange(of: DER.value(0x04, imprint)) != nil else {
            throw AuditError(.malformed, "the authority's answer is about something else")
        }
        guard response.firstRange(of: DER.value(0x02, nonce)) != nil else {
            throw AuditError(.malformed, "the authority's answer is not to this question: the nonce is missing")
        }
    }
}

/// The little of DER (X.690) that a question takes.
private enum DER {
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        // Nothing here is longer than 127 bytes.
        [tag, UInt8(truncatingIfNeeded: content.count)] + content
    }

    static func sequence(_ content: [UInt8]) -> [UInt8] { value(0x30, content) }

    /// The content of the value that stands first, where it has this tag and is all there.
    static func content(of bytes: ArraySlice<UInt8>, tag: UInt8) -> ArraySlice<UInt8>? {
        var rest = bytes
        guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let count = Int(first & 0x7f)
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        return rest.count >= length ? rest.prefix(length) : nil
    }
}

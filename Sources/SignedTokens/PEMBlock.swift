/// One PEM block (RFC 7468): a label and DER bytes. Text before or after the block and a second block are refused.
struct PEMBlock {
    let label: String
    let der: [UInt8]

    init(label: String, der: [UInt8]) {
        self.label = label
        self.der = der
    }

    init(text: String) throws(TokenError) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
            .map { $0.hasSuffix(" ") ? Substring($0.reversed().drop { $0 == " " }.reversed()) : $0 }
        var content = lines[...]
        while content.first?.isEmpty == true { content.removeFirst() }
        while content.last?.isEmpty == true { content.removeLast() }
        guard content.count >= 3, let first = content.first, let last = content.last,
            first.hasPrefix("-----BEGIN "), first.hasSuffix("-----"), first.count > 16
        else {
            throw TokenError(
                .keyInvalid, "the key is not one PEM block", fix: "store the key as PEM, nothing else in the file")
        }
        label = String(first.dropFirst(11).dropLast(5))
        guard last == "-----END \(label)-----" else {
            throw TokenError(.keyInvalid, "the PEM block `\(label)` has no matching end line")
        }
        guard let bytes = Base64.decodeStandard(Array(content.dropFirst().dropLast().joined().utf8)), !bytes.isEmpty
        else {
            throw TokenError(.keyInvalid, "the PEM block `\(label)` does not hold base64")
        }
        der = bytes
    }

    /// Lines of 64 characters, with a final newline.
    var text: String {
        var lines = ["-----BEGIN \(label)-----"]
        var rest = Base64.encodeStandard(der)[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        lines.append("-----END \(label)-----\n")
        return lines.joined(separator: "\n")
    }
}

extension Redactor {
    /// The detectors that look into ids. Their finds have a form or a checksum of their own; numbers, dates, addresses of machines
    /// and random letters are what ordinary ids are made of.
    public static let identifierDetectors: Set<String> = Set(detectorNames).subtracting([
        "high_entropy_secret", "phone", "ipv4", "ipv6", "date_of_birth",
    ])

    private static let identifierMask = DetectorNames(.none).mask(of: Array(identifierDetectors))
    private static let cardMask = DetectorNames(.none).mask(of: ["payment_card"])

    /// An id that somebody else chose, such as of a session, as it may be kept: itself, or the pseudonym of the whole id where
    /// something personal or secret stands in it. The same id has the same pseudonym; a pseudonym is its own.
    ///
    /// A find inside of a longer run of letters and digits is none, and in bare digits only card numbers are: ids have such parts
    /// by chance. A UUID at the end is not looked into.
    public func identifier(_ text: String, tenant: String) -> String {
        let looked = text.utf8.withContiguousStorageIfAvailable { look($0, tenant) }
        if let looked { return looked ?? text }
        return Array(text.utf8).withUnsafeBufferPointer { look($0, tenant) } ?? text
    }

    /// The pseudonym; nil where the id may stay.
    private func look(_ id: UnsafeBufferPointer<UInt8>, _ tenant: String) -> String? {
        let rest = UnsafeBufferPointer(rebasing: id.dropLast(UUIDForm.ends(id) ? UUIDForm.length : 0))
        guard !rest.isEmpty else { return nil }
        let isNumber = rest.allSatisfy(\.isDigit)
        let scanner = TextScanner(table: .shared, customs: .none)
        let nobody = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let find = scanner.finds(
            in: rest, mask: isNumber ? Redactor.cardMask : Redactor.identifierMask, key: nobody, keyContexts: 0
        ).first { standsAlone($0.range, in: rest) }
        guard let find else { return nil }
        var pseudonym: [UInt8] = []
        writer(tenant).write(
            id, detector: DetectorNames(.none).name(of: find.detector), form: .pseudonym, to: &pseudonym)
        return String(decoding: pseudonym, as: UTF8.self)
    }

    private func standsAlone(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let isJoined =
            range.lowerBound > 0 && text[range.lowerBound - 1].isAlphanumeric
            || range.upperBound < text.count && text[range.upperBound].isAlphanumeric
        return !isJoined
    }
}

/// `8-4-4-4-12` hexadecimal digits (RFC 9562, section 4).
private enum UUIDForm {
    static let length = 36

    /// Whether a text ends with one that stands alone.
    static func ends(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = text.count - length
        guard start >= 0, start == 0 || !text[start - 1].isAlphanumeric else { return false }
        for place in 0..<length {
            let byte = text[start + place]
            let isHyphen = place == 8 || place == 13 || place == 18 || place == 23
            guard isHyphen ? byte == UInt8(ascii: "-") : byte.isHexadecimal else { return false }
        }
        return true
    }
}

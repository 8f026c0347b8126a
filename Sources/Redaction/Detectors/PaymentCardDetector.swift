/// Payment card numbers: 12 to 19 digits of an issuer's range and length that pass the Luhn check, with single spaces, hyphens,
/// dots, underscores or slashes. In a longer run of groups, the longest number that begins and ends where a group does.
struct PaymentCardDetector: TextDetector {
    var name: String { "payment_card" }
    var triggers: DetectorTriggers {
        DetectorTriggers(bytes: DetectorTriggers.digits, position: .anywhere)
    }

    private static let longest = 19

    func match(_ text: ScannedText, at place: Int, _ contexts: Contexts) -> DetectorVerdict {
        guard !text[place - 1].isDigit else { return .nothing }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: PaymentCardDetector.longest) { digits in
            var count = 0
            var end = place
            var ends = InlineArray<20, Int>(repeating: 0)
            while count < PaymentCardDetector.longest, text[end].isDigit {
                digits.initializeElement(at: count, to: text[end] & 0x0f)
                count += 1
                end += 1
                if text[end].isDigit { continue }
                ends[count] = end
                if PaymentCardDetector.isSeparator(text[end]) { end += 1 }
            }
            guard count >= 12, let base = UnsafePointer(digits.baseAddress) else { return .nothing }
            let lengths = CardIssuers.lengths(base)
            guard lengths != 0 else { return .nothing }
            for length in stride(from: count, through: 12, by: -1) where lengths >> UInt32(length) & 1 != 0 {
                guard ends[length] > 0 else { continue }
                if Checksums.luhn(UnsafeBufferPointer(start: base, count: length)) {
                    return .found(place..<ends[length])
                }
            }
            return .nothing
        }
    }

    // Not tabs: a table of numbers would have cards in it by chance.
    @inline(__always) private static func isSeparator(_ byte: UInt8) -> Bool {
        byte.isGroupSeparator || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/")
    }
}

/// A JSON number's text as its digits: the value is 0.DDD… × 10^exponent, however long the text is, and however far its point and its
/// exponent pull apart.
public struct DecimalDigits: Sendable {
    /// 0 to 9, from the first that is no zero to the last; none for zero.
    public let digits: [UInt8]
    public let exponent: Int
    public let isNegative: Bool

    /// nil where the text is no JSON number (RFC 8259, section 6), or is of more than ten to the thousand millionth.
    public init?(_ text: some Sequence<UInt8>) {
        let bytes = Array(text)
        guard let scan = bytes.withUnsafeBufferPointer({ NumberScan($0) }) else { return nil }
        isNegative = bytes.first == UInt8(ascii: "-")
        guard scan.inlineInteger == nil else {
            let whole = isNegative ? bytes.dropFirst() : bytes[...]
            let last = whole.lastIndex { $0 != UInt8(ascii: "0") }
            digits = last.map { whole[...$0].map { $0 - UInt8(ascii: "0") } } ?? []
            exponent = whole.count
            return
        }
        digits = bytes[scan.firstDigit..<scan.lastDigit].filter { $0 != UInt8(ascii: ".") }.map {
            $0 - UInt8(ascii: "0")
        }
        exponent = Int(scan.exponent)
    }
}

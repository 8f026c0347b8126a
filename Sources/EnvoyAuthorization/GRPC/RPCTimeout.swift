import NIOCore

/// The value of `grpc-timeout`: at most eight digits and a unit (`H`, `M`, `S`, `m`, `u` or `n`).
/// Source: gRPC over HTTP/2, "Timeout".
enum RPCTimeout {
    /// - Returns: nil when `text` is not a timeout. A timeout too long to count is the longest there is.
    static func parse(_ text: String) -> TimeAmount? {
        let bytes = Array(text.utf8)
        guard let unit = bytes.last, (2...9).contains(bytes.count) else { return nil }
        var amount: Int64 = 0
        for digit in bytes.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            amount = amount * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        guard let nanosecondsPerUnit = nanoseconds(per: unit) else { return nil }
        let (product, overflow) = amount.multipliedReportingOverflow(by: nanosecondsPerUnit)
        return .nanoseconds(overflow ? .max : product)
    }

    private static func nanoseconds(per unit: UInt8) -> Int64? {
        switch unit {
        case UInt8(ascii: "H"): 3_600_000_000_000
        case UInt8(ascii: "M"): 60_000_000_000
        case UInt8(ascii: "S"): 1_000_000_000
        case UInt8(ascii: "m"): 1_000_000
        case UInt8(ascii: "u"): 1_000
        case UInt8(ascii: "n"): 1
        default: nil
        }
    }
}

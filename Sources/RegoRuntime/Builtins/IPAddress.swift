/// An IP address as a 128-bit number; IPv4 addresses are kept in the range ::ffff:0:0/96, as Go keeps them.
struct IPAddress: Comparable {
    var high: UInt64
    var low: UInt64

    static let v4Prefix: UInt64 = 0xffff_0000_0000

    var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }

    var next: IPAddress { IPAddress(high: low == .max ? high &+ 1 : high, low: low &+ 1) }
    var previous: IPAddress { IPAddress(high: low == 0 ? high &- 1 : high, low: low &- 1) }

    /// Keeps the first `length` of 128 bits.
    func masked(_ length: Int) -> IPAddress {
        if length >= 64 { return IPAddress(high: high, low: length == 64 ? 0 : low & (.max << UInt64(128 - length))) }
        return IPAddress(high: length == 0 ? 0 : high & (.max << UInt64(64 - length)), low: 0)
    }

    /// Sets the last `128 - length` bits.
    func filled(_ length: Int) -> IPAddress {
        if length >= 64 { return IPAddress(high: high, low: length == 128 ? low : low | (.max >> UInt64(length - 64))) }
        return IPAddress(high: length == 0 ? .max : high | (.max >> UInt64(length)), low: .max)
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Dotted decimal (no leading zeros) or RFC 4291, section 2.2; no zones.
    init?(_ text: some StringProtocol) {
        if !text.contains(":") {
            guard let number = IPAddress.dotted(text) else { return nil }
            self.init(high: 0, low: IPAddress.v4Prefix | number)
            return
        }
        let halves = IPAddress.splitOnGap(text)
        guard let front = IPAddress.groups(halves.0, mayEndInV4: halves.1 == nil) else { return nil }
        var groups = front
        if let rear = halves.1 {
            guard let back = IPAddress.groups(rear, mayEndInV4: true), front.count + back.count <= 7 else { return nil }
            groups += [UInt16](repeating: 0, count: 8 - front.count - back.count) + back
        }
        guard groups.count == 8 else { return nil }
        self.init(
            high: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private static func splitOnGap(_ text: some StringProtocol) -> (Substring, Substring?) {
        let text = Substring(text)
        var index = text.startIndex
        while index < text.endIndex {
            let after = text.index(after: index)
            if text[index] == ":", after < text.endIndex, text[after] == ":" {
                return (text[..<index], text[text.index(after: after)...])
            }
            index = after
        }
        return (text, nil)
    }

    private static func dotted(_ text: some StringProtocol) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt64 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isNumber }),
                part.count == 1 || part.first != "0", let byte = UInt8(part)
            else { return nil }
            number = number << 8 | UInt64(byte)
        }
        return number
    }

    private static func groups(_ text: Substring, mayEndInV4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, mayEndInV4, part.contains(".") {
                guard let number = dotted(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: number >> 16), UInt16(truncatingIfNeeded: number)]
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    /// Dotted decimal, or the text of RFC 5952.
    var text: String {
        if isV4 {
            return [24, 16, 8, 0].map { "\(low >> UInt64($0) & 255)" }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xffff } }
        var (bestStart, bestCount) = (8, 1)
        var index = 0
        while index < 8 {
            let run = groups[index...].prefix { $0 == 0 }.count
            if run > bestCount { (bestStart, bestCount) = (index, run) }
            index += max(1, run)
        }
        let front = groups.prefix(bestStart).map { String($0, radix: 16) }.joined(separator: ":")
        guard bestStart < 8 else { return front }
        let back = groups.dropFirst(bestStart + bestCount).map { String($0, radix: 16) }.joined(separator: ":")
        return "\(front)::\(back)"
    }
}

/// A block of addresses.
struct IPNetwork {
    /// As it was written, host bits included.
    let address: IPAddress
    /// Of 128 bits; for IPv4 96 more than written.
    let length: Int

    var first: IPAddress { address.masked(length) }
    var last: IPAddress { first.filled(length) }

    init(address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// `address/length`; nil for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].count),
            parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let written = Int(parts[1])
        else { return nil }
        let isDotted = !parts[0].contains(":")
        guard written <= (isDotted ? 32 : 128) else { return nil }
        self.init(address: address, length: isDotted ? written + 96 : written)
    }

    /// Whether an address lies in the block; IPv4 and IPv6 never mix.
    func contains(_ other: IPAddress) -> Bool {
        other.isV4 == first.isV4 && other.masked(length) == first
    }

    var text: String { "\(address.text)/\(address.isV4 && length >= 96 ? length - 96 : length)" }

    /// The fewest blocks that cover exactly the addresses from `first` to `last`.
    static func covering(_ first: IPAddress, _ last: IPAddress) -> [IPNetwork] {
        var blocks: [IPNetwork] = []
        var start = first
        while true {
            var length = 128
            let least = first.isV4 ? 96 : 0
            while length > least, start.masked(length - 1) == start, start.filled(length - 1) <= last { length -= 1 }
            blocks.append(IPNetwork(address: start, length: length))
            let end = start.filled(length)
            if end >= last { return blocks }
            start = end.next
        }
    }
}

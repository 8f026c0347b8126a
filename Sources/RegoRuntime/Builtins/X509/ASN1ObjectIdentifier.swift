internal import BigInt

/// An object identifier (X.690, section 8.19), at most 256 bytes long.
struct ASN1ObjectIdentifier: Hashable {
    private let content: [UInt8]

    init?(_ content: ArraySlice<UInt8>) {
        guard let last = content.last, last < 0x80, content.count <= 256 else { return nil }
        var isStart = true
        for byte in content {
            if isStart && byte == 0x80 { return nil }
            isStart = byte < 0x80
        }
        self.content = Array(content)
    }

    private var groups: [ArraySlice<UInt8>] {
        var groups: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in content.enumerated() where byte < 0x80 {
            groups.append(content[start...index])
            start = index + 1
        }
        return groups
    }

    /// Its numbers; nil when one has 32 bits or more.
    var numbers: [Int]? {
        var numbers: [Int] = []
        for group in groups {
            guard group.count <= 5 else { return nil }
            let number = group.reduce(0) { $0 << 7 | Int($1 & 0x7f) }
            guard number < 1 << 31 else { return nil }
            if numbers.isEmpty {
                let top = min(number / 40, 2)
                numbers = [top, number - top * 40]
            } else {
                numbers.append(number)
            }
        }
        return numbers
    }

    /// Numbers with dots between.
    var text: String {
        if let numbers { return numbers.map(String.init).joined(separator: ".") }
        var texts: [String] = []
        for group in groups {
            let number = group.reduce(BigUInt(0)) { $0 << 7 | BigUInt($1 & 0x7f) }
            if texts.isEmpty {
                let top = number < 80 ? (number < 40 ? 0 : 1) : 2
                texts = ["\(top)", "\(number - BigUInt(top * 40))"]
            } else {
                texts.append("\(number)")
            }
        }
        return texts.joined(separator: ".")
    }

    /// The last number of 2.5.29.N, the extensions of RFC 5280; nil for another identifier.
    var standardExtension: Int? {
        guard let numbers, numbers.count == 4, numbers.prefix(3) == [2, 5, 29] else { return nil }
        return numbers[3]
    }
}

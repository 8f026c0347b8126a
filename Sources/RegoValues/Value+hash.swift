extension Value: Hashable {
    public func hash(into hasher: inout Hasher) { hasher.combine(contentHash) }

    /// A hash that agrees with Rego's equality (`1`, `1.0` and `1e0` hash alike). Stable within one process only by contract.
    public var contentHash: UInt64 {
        switch kind {
        case .undefined: return 0
        case .null: return 0x51_7c_c1_b7
        case .boolean: return ContentHash.mix(payload &+ 0x2545_f491)
        case .number:
            guard isLiteral else { return ContentHash.mix(payload ^ 0x6a09_e667_f3bc_c908) }
            return literal.pointee.contentHash
        case .string: return ContentHash.of(utf8)
        case .array, .set:
            var hash = UInt64(kind.rawValue)
            for element in elements { hash = ContentHash.combine(hash, element.contentHash) }
            return hash
        case .object:
            var hash = UInt64(kind.rawValue)
            for entry in entries {
                hash = ContentHash.combine(hash, entry.key.contentHash)
                hash = ContentHash.combine(hash, entry.value.contentHash)
            }
            return hash
        }
    }
}

/// A quick 64-bit hash by multiply and fold.
enum ContentHash {
    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
        return product.high ^ product.low
    }

    @inline(__always)
    static func combine(_ hash: UInt64, _ next: UInt64) -> UInt64 {
        mix((hash << 5 | hash >> 59) ^ next &* 0x9e37_79b9_7f4a_7c15)
    }

    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let count = bytes.count
        var hash = UInt64(count) ^ 0x8ebc_6af0_9c88_c6e3
        guard let start = bytes.baseAddress, count > 0 else { return mix(hash) }
        let raw = UnsafeRawPointer(start)
        var offset = 0
        while offset + 8 <= count {
            hash = combine(hash, raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < count {
            rest = rest << 8 | UInt64(start[offset])
            offset += 1
        }
        return combine(hash, rest)
    }
}

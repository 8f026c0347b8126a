/// A 16-bit mark of a string's bytes, kept in the value, so that most unequal strings differ without a look at memory.
@usableFromInline
enum StringTag {
    @inlinable
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
        let count = bytes.count
        guard let start = bytes.baseAddress, count > 0 else { return 0 }
        var head: UInt64 = 0
        var tail: UInt64 = 0
        let raw = UnsafeRawPointer(start)
        if count >= 8 {
            head = raw.loadUnaligned(as: UInt64.self)
            tail = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            head = UInt64(raw.loadUnaligned(as: UInt32.self))
            tail = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else {
            head = UInt64(start[0]) | UInt64(start[count >> 1]) << 8 | UInt64(start[count - 1]) << 16
        }
        let mixed = (head ^ (tail << 29 | tail >> 35)) &* 0x9e37_79b9_7f4a_7c15
        return UInt16(truncatingIfNeeded: mixed >> 48)
    }
}

/// Every ASCII byte once, written before anyone sees it and never again (hence `nonisolated(unsafe)`), for one-character constants that have no storage of their own.
@usableFromInline
enum ASCIITable {
    nonisolated(unsafe) private static let bytes: UnsafeBufferPointer<UInt8> = {
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 128)
        for index in 0..<128 { storage.initializeElement(at: index, to: UInt8(index)) }
        return UnsafeBufferPointer(storage)  // lives as long as the program
    }()

    /// The text `0`.
    static var zero: UnsafePointer<UInt8> { bytes.baseAddress.unsafelyUnwrapped + 0x30 }

    @usableFromInline
    static func slice(_ byte: UInt8) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(byte & 0x7f)..<Int(byte & 0x7f) + 1])
    }
}

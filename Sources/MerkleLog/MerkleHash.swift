public import Crypto

/// A SHA-256 value: a leaf hash, a node of the tree, a root, or a link of a chain. 32 bytes held inline.
public struct MerkleHash: Sendable, Hashable {
    // The 32 bytes in memory order, so that copying and comparing need no allocation.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// 32 zero bytes: what the first record of a chain links to.
    public static let zero = MerkleHash()

    /// The root of the empty tree, `SHA-256("")`. Source: RFC 6962, section 2.1.
    public static let emptyRoot = MerkleHash(SHA256.hash(data: EmptyCollection<UInt8>()))

    private init() { words = (0, 0, 0, 0) }

    /// The bytes of a finished digest.
    public init(_ digest: SHA256.Digest) {
        self.init()
        digest.withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: source) }
        }
    }

    /// Exactly 32 bytes, or nil.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// 64 hexadecimal digits in lower case, or nil.
    @inlinable
    public init?(hex: some Collection<UInt8>) {
        guard
            let hash = hex.withContiguousStorageIfAvailable({ MerkleHash(digits: $0) })
                ?? Array(hex).withUnsafeBufferPointer({ MerkleHash(digits: $0) })
        else { return nil }
        self = hash
    }

    @usableFromInline
    init?(digits: UnsafeBufferPointer<UInt8>) {
        guard digits.count == 64 else { return nil }
        self.init()
        guard Swift.withUnsafeMutableBytes(of: &words, { Hex.decode(digits, into: $0) }) else { return nil }
    }

    /// 64 hexadecimal digits in lower case, or nil.
    public init?(hex: String) { self.init(hex: Array(hex.utf8)) }

    /// Standard base64 with padding of exactly 32 bytes, or nil.
    public init?(base64: some Collection<UInt8>) {
        guard let bytes = Base64.decode(base64) else { return nil }
        self.init(bytes: bytes)
    }

    /// A copy of the 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
    /// 64 lower case hexadecimal digits.
    public var hex: String { withUnsafeBytes { Hex.encode($0) } }
    /// Standard base64 with padding: 44 characters.
    public var base64: String { withUnsafeBytes { Base64.encode($0) } }

    /// Lends the 32 bytes without copying.
    @inlinable
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try _withBytes(body)
    }

    @usableFromInline
    func _withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Swift.withUnsafeBytes(of: words) { (bytes: UnsafeRawBufferPointer) throws(Failure) -> Result in
            try body(bytes)
        }
    }

    public static func == (a: MerkleHash, b: MerkleHash) -> Bool {
        a.words.0 == b.words.0 && a.words.1 == b.words.1 && a.words.2 == b.words.2 && a.words.3 == b.words.3
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension MerkleHash: CustomStringConvertible {
    public var description: String { hex }
}

extension MerkleHash {
    /// `SHA-256(0x00 ‖ data)`. Source: RFC 6962, section 2.1.
    public static func leaf(_ data: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        Swift.withUnsafeBytes(of: UInt8(0)) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: data)
        return MerkleHash(hasher.finalize())
    }

    /// `SHA-256(0x00 ‖ data)`. Source: RFC 6962, section 2.1.
    public static func leaf(_ data: [UInt8]) -> MerkleHash { data.withUnsafeBytes { leaf($0) } }

    /// `SHA-256(0x01 ‖ left ‖ right)`. Source: RFC 6962, section 2.1.
    public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { input in
            input[0] = 1
            left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: input[1..<33]).copyMemory(from: $0) }
            right.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: input[33..<65]).copyMemory(from: $0) }
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(input))
            return MerkleHash(hasher.finalize())
        }
    }
}

extension MerkleHash {
    /// Writes 64 lower case hexadecimal digits over the first 64 bytes of `target`, which must be that long.
    public func writeHex(to target: UnsafeMutableRawBufferPointer) {
        withUnsafeBytes { Hex.write($0, to: target) }
    }
}

/// A Rego value in 16 bytes: small values inline, the others as a pointer into memory that a ``Heap`` or a ``Document`` owns.
///
/// A value is trivially copyable and never owns anything: it stays valid as long as the heap it was made in lives and is
/// not reset. Equality, hashing and order are Rego's: numbers by exact value, strings by their UTF-8 bytes.
///
/// Layout: `payload` holds a boolean, a 64-bit integer or an address; `meta` holds, from the high byte down,
/// the kind (8 bits), flags (8 bits), a tag (16 bits) and a count (32 bits).
@frozen
public struct Value: BitwiseCopyable, Sendable {
    /// The kinds of value in Rego's order; `undefined` is no value and sorts before all.
    public enum Kind: UInt8, Sendable {
        case undefined, null, boolean, number, string, array, object, set
    }

    @usableFromInline let payload: UInt64
    @usableFromInline let meta: UInt64

    @inlinable
    init(payload: UInt64, meta: UInt64) {
        self.payload = payload
        self.meta = meta
    }

    /// A number whose digits are in memory (``NumberLiteral``) instead of inline.
    @usableFromInline static let literalFlag: UInt64 = 1 << 48
    /// An object or set that has a hash index behind its entries.
    @usableFromInline static let indexedFlag: UInt64 = 1 << 49

    @inlinable
    static func meta(_ kind: Kind, count: Int = 0) -> UInt64 {
        UInt64(kind.rawValue) << 56 | UInt64(truncatingIfNeeded: count) & 0xffff_ffff
    }

    @inlinable public static var undefined: Value { Value(payload: 0, meta: 0) }
    @inlinable public static var null: Value { Value(payload: 0, meta: meta(.null)) }
    @inlinable public static var `true`: Value { Value(payload: 1, meta: meta(.boolean)) }
    @inlinable public static var `false`: Value { Value(payload: 0, meta: meta(.boolean)) }
    @inlinable public static var emptyArray: Value { Value(payload: 0, meta: meta(.array)) }
    @inlinable public static var emptyObject: Value { Value(payload: 0, meta: meta(.object)) }
    @inlinable public static var emptySet: Value { Value(payload: 0, meta: meta(.set)) }
    @inlinable public static var emptyString: Value { string("") }

    @inlinable
    public static func boolean(_ value: Bool) -> Value { value ? .true : .false }

    @inlinable
    public static func integer(_ value: Int64) -> Value {
        Value(payload: UInt64(bitPattern: value), meta: meta(.number))
    }

    @inlinable
    public static func integer(_ value: Int) -> Value { integer(Int64(value)) }

    /// A string constant of the program; it needs no heap, since its bytes are part of the program.
    @inlinable
    public static func string(_ constant: StaticString) -> Value {
        guard constant.hasPointerRepresentation else { return emptyScalar(constant) }
        return string(borrowing: UnsafeBufferPointer(start: constant.utf8Start, count: constant.utf8CodeUnitCount))
    }

    /// The rare constant that the compiler stores as one ASCII scalar: its text is looked up in a static table.
    @usableFromInline
    static func emptyScalar(_ constant: StaticString) -> Value {
        let byte = UInt8(truncatingIfNeeded: constant.unicodeScalar.value)
        return string(borrowing: ASCIITable.slice(byte))
    }

    /// A string over memory that the caller keeps alive and unchanged as long as the value is used.
    @inlinable
    public static func string(borrowing bytes: UnsafeBufferPointer<UInt8>) -> Value {
        let tag = UInt64(StringTag.of(bytes)) << 32
        return Value(
            payload: UInt64(UInt(bitPattern: bytes.baseAddress)), meta: meta(.string, count: bytes.count) | tag)
    }

    @inlinable
    public var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: meta >> 56), to: Kind.self) }

    @inlinable public var isUndefined: Bool { meta == 0 }

    /// Rego's truth: defined and not `false`.
    @inlinable
    public var isTruthy: Bool { !isUndefined && !isFalse }

    @inlinable var isFalse: Bool { meta == Value.meta(.boolean) && payload == 0 }

    @inlinable
    public var boolValue: Bool? { kind == .boolean ? payload != 0 : nil }

    @inlinable var isLiteral: Bool { meta & Value.literalFlag != 0 }
    @inlinable var isIndexed: Bool { meta & Value.indexedFlag != 0 }

    /// The exact integer value, also of `1.0` and `1e2`; nil for other numbers and kinds.
    @inlinable
    public var int64: Int64? {
        guard kind == .number else { return nil }
        return isLiteral ? literal.pointee.integer : Int64(bitPattern: payload)
    }

    /// Elements of an array, object or set; bytes of a string; 0 for the others.
    @inlinable
    public var count: Int { isLiteral ? 0 : Int(truncatingIfNeeded: meta & 0xffff_ffff) }

    @inlinable
    var address: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: UInt(truncatingIfNeeded: payload)) }

    /// A string's bytes; empty for other kinds.
    @inlinable
    public var utf8: UnsafeBufferPointer<UInt8> {
        guard kind == .string else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(
            start: address?.assumingMemoryBound(to: UInt8.self), count: address == nil ? 0 : count)
    }

    /// A copy of a string's text, malformed UTF-8 repaired; nil for other kinds.
    public var string: String? { kind == .string ? String(decoding: utf8, as: UTF8.self) : nil }

    /// An array's elements in order, a set's in Rego's order; empty for other kinds.
    @inlinable
    public var elements: UnsafeBufferPointer<Value> {
        guard kind == .array || kind == .set, let address else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: address.assumingMemoryBound(to: Value.self), count: count)
    }

    /// An object's members sorted by key; empty for other kinds.
    @inlinable
    public var entries: UnsafeBufferPointer<Entry> {
        guard kind == .object, let address else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: address.assumingMemoryBound(to: Entry.self), count: count)
    }
}

/// One member of an object.
@frozen
public struct Entry: BitwiseCopyable, Sendable {
    public let key: Value
    public let value: Value

    @inlinable
    public init(key: Value, value: Value) {
        self.key = key
        self.value = value
    }
}

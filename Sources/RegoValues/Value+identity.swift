extension Value {
    /// Whether both are equal scalars or the very same memory: a quick answer that may miss equal composites.
    public func isSameArgument(as other: Value) -> Bool {
        if payload == other.payload && meta == other.meta { return true }
        return kind == other.kind && (kind == .string || kind == .number) && self == other
    }

    /// Equal for values that ``isSameArgument(as:)`` takes for the same; cheap also for large ones.
    public var argumentHash: UInt64 {
        switch kind {
        case .string: count <= 64 ? contentHash : meta
        case .number: contentHash
        default: payload ^ meta
        }
    }
}

internal import MerkleLog

/// What a sealed input is found by: the 128 bits of its decision's id, a UUID.
public struct InputName: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil where `decisionID` is not a UUID in its usual form.
    public init?(decisionID: String) {
        let groups = decisionID.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12], let bytes = Hex.decode(groups.flatMap { Array($0) }) else {
            return nil
        }
        self.init(bytes[...])
    }

    init(_ bytes: ArraySlice<UInt8>) {
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// When the decision was begun, in nanoseconds since 1970: such ids are of version 7 (RFC 9562, section 5.7). What anybody
    /// writes there may be later than records can be; then it is the last moment.
    public var time: Int64 {
        let (time, isBeyond) = Int64(high >> 16).multipliedReportingOverflow(by: 1_000_000)
        return isBeyond ? .max : time
    }
}

public import MerkleLog

/// What an append promises: the record is on disk, and so is a signed checkpoint that covers it.
public struct AuditReceipt: Sendable, Hashable {
    /// `GATEWAY/TENANT`.
    public let log: String
    /// The record's place in its log, from 0.
    public let index: UInt64
    /// The Merkle leaf hash of the record's line.
    public let leafHash: MerkleHash
    /// The size of a durable checkpoint of this log that covers the record; more than `index`.
    public let checkpointSize: UInt64

    public init(log: String, index: UInt64, leafHash: MerkleHash, checkpointSize: UInt64) {
        self.log = log
        self.index = index
        self.leafHash = leafHash
        self.checkpointSize = checkpointSize
    }
}

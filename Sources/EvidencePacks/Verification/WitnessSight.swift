import AuditTrail
import Foundation
import MerkleLog

/// What a witness has seen of a log, by its cosignature.
public struct WitnessSight: Sendable, Hashable {
    /// The witness.
    public let name: String
    /// Its vkey: several may have one name.
    public let key: String
    /// Records of the log.
    public let size: UInt64
    /// By the witness's clock: RFC 3339 in UTC, whole seconds with nine zeros, so that it compares with records and periods.
    public let time: String

    // The end of the year 9999: what stands beyond has no such form.
    private static let lastSecond: UInt64 = 253_402_300_799

    /// - Parameter seconds: since 1970.
    init(_ witness: CosignatureVerifier, size: UInt64, seconds: UInt64) {
        name = witness.name
        key = witness.text
        self.size = size
        time = Self.time(seconds)
    }

    /// In whole seconds.
    static func time(_ seconds: UInt64) -> String {
        PackPeriod.text(Date(timeIntervalSince1970: Double(min(seconds, Self.lastSecond))))
    }

    init(_ head: CosignedHead) {
        self.init(head.witness, size: head.checkpoint.size, seconds: head.time)
    }

    /// `witness `aegis-witness` saw 36 records at 2026-…`.
    public var summary: String { "witness `\(name)` saw \(size) records at \(time)" }
}

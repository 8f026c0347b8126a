public import AuditTrail
public import MerkleLog
public import SignedTokens

/// Where a pack's evidence comes from.
public struct PackSources: Sendable {
    /// The journal's directory.
    public var journal: String
    /// `GATEWAY/TENANT`.
    public var log: String
    /// The journal's public keys.
    public var logKeys: [NoteVerifier]
    /// What a witness has seen of the log; taken before the journal is read.
    public var witnessed: CosignedHead?
    /// Checkpoints of the log that an authority has stamped, the oldest first.
    public var stamped: [StampedHead]
    /// The archive of a policy version, or nil when the store does not have it.
    public var archive: @Sendable (_ tenant: String, _ version: Int) throws -> [UInt8]?
    /// Who may have signed policies, and approved them.
    public var policyTrust: KeyRing

    public init(
        journal: String, log: String, logKeys: [NoteVerifier], witnessed: CosignedHead? = nil,
        stamped: [StampedHead] = [],
        policyTrust: KeyRing,
        archive: @escaping @Sendable (_ tenant: String, _ version: Int) throws -> [UInt8]?
    ) {
        self.journal = journal
        self.log = log
        self.logKeys = logKeys
        self.witnessed = witnessed
        self.stamped = stamped
        self.policyTrust = policyTrust
        self.archive = archive
    }

    var tenant: String { String(log[log.index(after: log.lastIndex(of: "/") ?? log.startIndex)...]) }
    var gateway: String { String(log[..<(log.lastIndex(of: "/") ?? log.startIndex)]) }
}

import Crypto
public import MerkleLog
public import SignedTokens

/// What whoever verifies a pack knows from elsewhere. Where nothing is known, the pack's own keys are believed: that finds
/// damage, and no forger who has made the whole pack.
public struct PackExpectation: Sendable {
    /// A checkpoint that the log must reach.
    public struct KnownCheckpoint: Sendable {
        public let note: [UInt8]
        /// Where it comes from, for the report.
        public let source: String

        public init(note: [UInt8], source: String) {
            self.note = note
            self.source = source
        }
    }

    /// Keys that may sign the log; empty: those of the pack.
    public var logKeys: [NoteVerifier] = []
    /// Keys that may sign the pack; empty: those of the pack.
    public var packKeys: [VerificationKey] = []
    /// Keys that may sign policies; empty: those of the pack.
    public var policyKeys: [VerificationKey] = []
    /// Keys that may sign approvals of policies; empty: those of the pack.
    public var reviewKeys: [VerificationKey] = []
    /// Witnesses that must have seen all records of the pack, and the log after the period.
    public var witnessKeys: [CosignatureVerifier] = []
    public var checkpoints: [KnownCheckpoint] = []

    public init() {}

    /// Fingerprints of the keys named for a use; nil where none are.
    func fingerprints(_ use: PackKey.Use) -> Set<String>? {
        let named: [String] =
            switch use {
            case .checkpoints: logKeys.compactMap(\.publicKey.fingerprint)
            case .pack: packKeys.map(\.fingerprint)
            case .policies: policyKeys.map(\.fingerprint)
            case .witness: witnessKeys.compactMap(\.publicKey.fingerprint)
            case .reviews: reviewKeys.map(\.fingerprint)
            }
        return named.isEmpty ? nil : Set(named)
    }
}

extension Curve25519.Signing.PublicKey {
    /// As keys are listed: SHA-256 of the SPKI bytes.
    var fingerprint: String? { try? VerificationKey(ed25519: rawRepresentation, name: "key").fingerprint }
}

/// What the pack's signer says: these files belong together and are evidence for this log and period.
/// Source: in-toto Attestation Framework v1, Statement.
struct InTotoStatement: Codable, Sendable, Hashable {
    static let statementType = "https://in-toto.io/Statement/v1"
    static let packType = "https://aegis.example/attestations/evidence-pack/v1"

    struct Subject: Codable, Sendable, Hashable {
        struct Digest: Codable, Sendable, Hashable { var sha256: String }
        /// The path in the pack.
        var name: String
        var digest: Digest
    }

    struct Predicate: Codable, Sendable, Hashable {
        var tenant: String
        var log: String
        var from: String
        var to: String
        var builtAt: String
        var builtBy: String
        var records: PackManifest.Records
        var head: PackManifest.Head
    }

    var type = statementType
    /// In the order of the archive.
    var subject: [Subject]
    var predicateType = packType
    var predicate: Predicate

    enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }
}

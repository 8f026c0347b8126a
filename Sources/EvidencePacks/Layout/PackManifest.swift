/// `manifest.json`: what a pack is about, and where its records stand in their log.
struct PackManifest: Codable, Sendable, Hashable {
    /// The versions of the layout; what each means never changes. The second has lines of removed records in the log, and the
    /// retention records that say so; a pack without any is still of the first.
    static let schemas = 1...2

    struct Period: Codable, Sendable, Hashable {
        /// RFC 3339 in UTC with nine digits; the first instant.
        var from: String
        /// The first instant after it.
        var to: String

        /// Whether it is two instants, in their order. They are compared as texts, and shown to people: any other text may sort where it
        /// does not seem to.
        var isOne: Bool { PackPeriod.isInstant(from) && PackPeriod.isInstant(to) && from < to }
    }

    /// The log just before the first record of the pack.
    struct Start: Codable, Sendable, Hashable {
        /// Records before.
        var size: UInt64
        /// The `hash` of the last of them, which the first record here links to.
        var hash: String
        /// The edge of the Merkle tree over them: roots of its perfect subtrees, largest first, in base64.
        var frontier: [String]
    }

    struct Records: Codable, Sendable, Hashable {
        /// The index of the first record here.
        var first: UInt64
        /// The index after the last.
        var end: UInt64
        /// How many of them are of the period.
        var inPeriod: Int
        /// How many of those are decisions.
        var decisions: Int
        /// How many more of the records here retention has removed, by kind and class: `decision (soc2)`; nil: none.
        var removed: [String: Int]?
    }

    /// A checkpoint of the log over all records of the pack.
    struct Head: Codable, Sendable, Hashable {
        var size: UInt64
        var root: String
        /// Whether a time-stamping authority's answer about it is in the pack; nil: no.
        var stamped: Bool?
    }

    /// A policy version that a record of the period names, or that was in force at its start.
    struct Policy: Codable, Sendable, Hashable {
        var policyVersion: String
        /// Of the archive.
        var digest: String
        var file: String
        /// The name of the key.
        var signedBy: String
    }

    var schema: Int
    var tenant: String
    var gateway: String
    /// `GATEWAY/TENANT`.
    var log: String
    var period: Period
    /// The end of the second in which the pack was begun: nothing in a pack is newer, unless its period was not over then.
    var builtAt: String
    var builtBy: String
    var start: Start
    var records: Records
    var head: Head
    var policies: [Policy]
    /// What was asked for: names of frameworks, ids of controls.
    var controls: [String]
    /// Whether the plain inputs of decisions are in the pack.
    var hasInputs: Bool

    /// Whether the period was over when the pack was made: else it cannot hold all of its records.
    var isPeriodOver: Bool { builtAt >= period.to }
}

/// `removals/INDEX.json`: a retention record, and what shows that the head covers it. Source: RFC 6962, section 2.1.1.
struct PackRemoval: Codable, Sendable, Hashable {
    /// The line of the log.
    var record: String
    /// Base64.
    var hashes: [String]
}

/// `log/consistency.json`: what shows that the records here are a prefix of the log that the head covers.
/// Source: RFC 6962, section 2.1.2.
struct PackConsistency: Codable, Sendable, Hashable {
    var from: UInt64
    var to: UInt64
    /// Base64.
    var hashes: [String]
}

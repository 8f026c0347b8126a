/// What verification found.
public struct PackReport: Sendable {
    /// A key that the pack was checked with.
    public struct Key: Sendable, Hashable {
        public let name: String
        /// `checkpoints`, `policies`, `reviews`, `pack` or `witness`.
        public let use: String
        public let fingerprint: String
        /// Whether it is one that was named from elsewhere.
        public let isNamed: Bool
    }

    /// What is wrong, in the order of the archive.
    public internal(set) var faults: [PackError] = []
    /// What whoever reads the pack should know though it is no fault: a period that was not over, clocks that were set back, times
    /// without records.
    public internal(set) var notes: [String] = []

    static func early(_ builtAt: String) -> String {
        "built before the period was over (\(builtAt)): later records are not in it"
    }

    static let unnamedPackKey = "report, OSCAL and controls rest on a pack key that you did not name"
    public internal(set) var log = ""
    public internal(set) var from = ""
    public internal(set) var to = ""
    /// When the pack was made, by its maker's word.
    public internal(set) var builtAt = ""
    /// Whether the period was over then: else its later records are not in the pack.
    public internal(set) var isPeriodOver = true
    /// Records of the period, and how many of them are decisions.
    public internal(set) var records = 0
    public internal(set) var decisions = 0
    /// How many more there were in the period, which retention removed, by kind and class: `decision (soc2)`.
    public internal(set) var removed: [String: Int] = [:]
    public internal(set) var checkpoints = 0
    public internal(set) var policyVersions: [String] = []
    /// Those of them that no signed approval stands in.
    public internal(set) var unapproved: [String] = []
    public internal(set) var samples = 0
    public internal(set) var files = 0
    public internal(set) var keys: [Key] = []
    /// What each witness has seen of the log at most, by its vkey.
    public internal(set) var witnesses: [String: WitnessSight] = [:]
    /// What became of the decisions that were evaluated again; nil where nobody asked for it.
    public internal(set) var replay: ReplayCount?

    /// Decisions that were evaluated again.
    public struct ReplayCount: Sendable, Hashable {
        /// Those that could be; each that came to something else is a fault.
        public internal(set) var replayed = 0
        /// Those among them whose record commits to their parameters alone, as older programs wrote it: nothing but the word of
        /// who made the pack stands for the rest of the input.
        public internal(set) var boundByParameters = 0
        /// Those that could not, by why.
        public internal(set) var notReplayable: [String: Int] = [:]

        /// `replayed: 15 decisions; not replayable: 1 (its input was erased: 1)`.
        public var summary: String {
            let total = notReplayable.values.reduce(0, +)
            return "replayed: \(replayed) decisions"
                + (boundByParameters == 0 ? "" : " (the record commits to the parameters alone: \(boundByParameters))")
                + "; not replayable: \(total)" + (total == 0 ? "" : " (\(reasons))")
        }

        var reasons: String {
            notReplayable.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        }
    }

    public var isWhole: Bool { faults.isEmpty }

    /// One line: `whole: 36 records of …` or `broken: 2 faults`.
    public var summary: String {
        guard isWhole else { return "broken: \(faults.count) fault\(faults.count == 1 ? "" : "s")" }
        return "whole: \(records) records of `\(log)` from \(from) to \(to), \(decisions) of them decisions; "
            + (removed.isEmpty ? "" : "\(removed.total) more removed by retention: \(removed.list); ")
            + "\(checkpoints) checkpoints, \(policyVersions.count) policy versions\(unapproved.isEmpty ? "" : " (without a signed approval: \(unapproved.count))"), \(samples) samples, \(files) files"
            + witnesses.values.sorted { $0.name < $1.name }.map { "; \($0.summary)" }.joined()
    }
}

/// What is wrong with an evidence pack, or why none could be made: what, where, and how to fix it.
public struct PackError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One code per kind of evidence; `verify.py` reports the same.
    public enum Code: String, Sendable, CaseIterable {
        /// The archive cannot be read, or holds what no pack holds.
        case archive = "pack.archive"
        /// A file is missing, strange, or not the one that was attested.
        case file = "pack.file"
        case attestation = "pack.attestation"
        case manifest = "pack.manifest"
        case key = "pack.key"
        case record = "pack.record"
        case checkpoint = "pack.checkpoint"
        /// The records are not all those of the period.
        case range = "pack.range"
        case policy = "pack.policy"
        case controls = "pack.controls"
        /// A record is gone, and nothing shows that retention removed it.
        case removal = "pack.removal"
        /// A sample's proof.
        case sample = "pack.sample"
        /// The log is not the one that somebody saw before.
        case known = "pack.known"
        /// A witness has not seen the log, or not all that it should.
        case witness = "pack.witness"
        /// A time stamp is of something else.
        case timestamp = "pack.timestamp"
        /// The policy in force gives another answer than the recorded one.
        case replay = "pack.replay"
        /// The journal cannot be read, or is damaged.
        case journal = "pack.journal"
        case usage = "pack.usage"
        case signing = "pack.signing"
        case output = "pack.output"
    }

    public let code: Code
    public let message: String
    /// The file in the pack, with its line where there is one.
    public let place: String?
    public let fix: String?

    public init(_ code: Code, _ message: String, at place: String? = nil, fix: String? = nil) {
        self.code = code
        self.message = message
        self.place = place
        self.fix = fix
    }

    /// `PLACE: error: MESSAGE [CODE]`, and the fix on a line of its own.
    public var description: String {
        "\(place ?? "pack"): error: \(message) [\(code.rawValue)]\(fix.map { "\nfix: \($0)" } ?? "")"
    }
}

/// Why the audit trail could not do its work: what, where, and how to fix it.
public struct AuditError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The record is not durable and the answer must not leave. Reason code `audit_unavailable`.
        case unavailable = "audit_unavailable"
        /// The record cannot be brought under 65 535 bytes.
        case recordTooLarge = "record_too_large"
        /// A gateway or tenant name that cannot name a log.
        case invalidName = "invalid_name"
        /// Something that was durable is wrong or gone.
        case damaged = "audit_damaged"
        /// Another process writes this journal.
        case locked = "audit_locked"
        /// A key is missing, malformed, or not the journal's.
        case key = "audit_key"
        /// What was asked for is not in the trail.
        case notFound = "audit_not_found"
        /// A proof, an answer or a rule that is not in its form.
        case malformed = "audit_malformed"
        /// The file system refused.
        case storage = "audit_storage"
    }

    public let code: Code
    public let message: String
    /// The place, where there is one: what `message` speaks of.
    public let place: AuditPlace?
    public let fix: String?

    public init(_ code: Code, _ message: String, place: AuditPlace? = nil, fix: String? = nil) {
        self.code = code
        self.message = message
        self.place = place
        self.fix = fix
    }

    /// `FILE:LINE: MESSAGE [CODE]`, and the fix on a second line.
    public var description: String {
        let line = "\(place.map { "\($0): " } ?? "")\(message) [\(code.rawValue)]"
        return fix.map { "\(line)\nfix: \($0)" } ?? line
    }
}

/// A line in a journal's files, counted from 1.
public struct AuditPlace: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    public let line: Int

    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    public var description: String { "\(file):\(line)" }
}

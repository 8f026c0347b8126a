/// Something that happened to an approval: each is told to the channels, and recorded in the audit trail, once.
public struct ApprovalEvent: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The call was held, and people are asked.
        case asked
        /// One of several approvals that the quorum takes.
        case voted
        /// More people may decide, because nobody has for a while.
        case escalated
        case approved, denied, withdrawn, expired

        /// Whether nothing is left to decide after it.
        public var isFinal: Bool {
            switch self {
            case .asked, .voted, .escalated: false
            case .approved, .denied, .withdrawn, .expired: true
            }
        }
    }

    /// Counts up from 0 within the approval.
    public let number: Int
    public let kind: Kind
    public let at: Timestamp
    /// The person or agent whose doing it was; nil for the clock's.
    public let by: String?
    public let roles: [String]
    /// Where the person did it: `api`, `slack` or `teams`.
    public let via: String?
    public let comment: String?

    init(
        number: Int, kind: Kind, at: Timestamp, by: String? = nil, roles: [String] = [], via: String? = nil,
        comment: String? = nil
    ) {
        self.number = number
        self.kind = kind
        self.at = at
        self.by = by
        self.roles = roles
        self.via = via
        self.comment = comment
    }
}

extension Approval {
    /// What names the event once and for all: `apr_…/2`.
    public func name(of event: ApprovalEvent) -> String { "\(id)/\(event.number)" }

    mutating func note(
        _ kind: ApprovalEvent.Kind, at: Timestamp, by: String? = nil, roles: [String] = [], via: String? = nil,
        comment: String? = nil
    ) {
        events.append(
            ApprovalEvent(
                number: events.count, kind: kind, at: at, by: by, roles: roles, via: via, comment: comment))
    }
}

/// Why an approval could not be changed or used.
public struct ApprovalError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        case notFound = "approval_not_found"
        case notPending = "approval_not_pending"
        case notApproved = "approval_not_approved"
        case expired = "approval_expired"
        case notEntitled = "approver_not_entitled"
        case selfApproval = "self_approval"
        case alreadyVoted = "already_voted"
        case notRequester = "not_the_requester"
        case alreadyRedeemed = "token_used"
        case invalidToken = "token_invalid"
        case linkUsed = "link_used"
        case invalidLink = "link_invalid"
        case signing = "token_not_signed"
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(message) [\(code.rawValue)]" }
}

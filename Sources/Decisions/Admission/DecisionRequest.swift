import Redaction
public import RegoValues

/// One call that wants a decision, with the memory that its values live in.
///
/// `@unchecked Sendable`: a request has one owner at a time; it is handed to the decision point and not touched again.
public final class DecisionRequest: @unchecked Sendable {
    /// What is asked: a tool by name, or a request on the wire that the tenant's catalog has yet to name.
    public enum Subject {
        case tool(name: String, parameters: Value, request: RequestLine?)
        case wire(WireRequest)
    }

    public let heap: Heap
    public let subject: Subject
    /// Whom the body says the caller is; must be who the credential proves.
    public let claimedAgent: String?
    /// Once it is known whose call it is, without what must not be kept; so is ``idempotencyKey``.
    public private(set) var sessionID: String?
    /// An object.
    public let context: Value
    public let delegation: String?
    public let overrideToken: String?
    public private(set) var idempotencyKey: String?
    public let isDryRun: Bool
    public let credentials: Credentials
    public let point: EnforcementPoint
    public let trace: TraceContext?

    public init(
        heap: Heap, subject: Subject, claimedAgent: String? = nil, sessionID: String? = nil,
        context: Value = .emptyObject, delegation: String? = nil, overrideToken: String? = nil,
        idempotencyKey: String? = nil, isDryRun: Bool = false, credentials: Credentials, point: EnforcementPoint,
        trace: TraceContext? = nil
    ) {
        self.heap = heap
        self.subject = subject
        self.claimedAgent = claimedAgent
        self.sessionID = sessionID
        self.context = context
        self.delegation = delegation
        self.overrideToken = overrideToken
        self.idempotencyKey = idempotencyKey
        self.isDryRun = isDryRun
        self.credentials = credentials
        self.point = point
        self.trace = trace
    }

    /// Puts pseudonyms in the place of ids in which something personal or secret stands: they are kept, sent on and shown in clear.
    func hideIdentifiers(by redactor: Redactor, tenant: String) {
        sessionID = sessionID.map { redactor.identifier($0, tenant: tenant) }
        idempotencyKey = idempotencyKey.map { redactor.identifier($0, tenant: tenant) }
    }

    func dropIdentifiers() { (sessionID, idempotencyKey) = (nil, nil) }
}

/// Where the answer is enforced, and what can be done there.
public struct EnforcementPoint: Sendable, Hashable {
    /// Such as `decision-api`, `envoy`.
    public var name: String
    /// Whether it can put rewritten parameters in the place of the caller's, and a redacted result in that of the tool's.
    public var rewritesParameters: Bool
    /// The tenant that the listener is set up for, where it is: must be the credential's.
    public var tenant: String?

    public init(name: String, rewritesParameters: Bool, tenant: String? = nil) {
        self.name = name
        self.rewritesParameters = rewritesParameters
        self.tenant = tenant
    }
}

/// The first line of a call on the wire, in the one form that policies see.
public struct RequestLine: Sendable, Hashable {
    /// As sent; methods are case-sensitive.
    public var method: String
    /// Lowercase, without port and trailing dot.
    public var host: String
    /// Percent-decoded, without query; starts with `/` and has no empty, `.` or `..` segments.
    public var path: String

    init(method: String, host: String, path: String) {
        self.method = method
        self.host = host
        self.path = path
    }
}

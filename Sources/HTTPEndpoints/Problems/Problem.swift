public import AccessControl
public import Approvals
public import Decisions
public import HTTPTypes
public import Hummingbird

/// An answer that is not what was asked for, as a problem document.
/// Source: RFC 9457.
public struct Problem: Error, Equatable {
    public var status: HTTPResponse.Status
    /// The reason's stable name, also the end of `type`.
    public var code: String
    public var title: String
    public var detail: String
    public var decisionID: String?
    /// When it is worth asking again.
    public var retryAfter: Duration?

    public init(_ status: HTTPResponse.Status, _ code: String, _ title: String, _ detail: String) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
    }

    public init(_ error: AdmissionError) {
        self.init(HTTPResponse.Status(code: error.status), error.code.rawValue, error.title, error.detail)
    }

    public init(_ error: ApprovalError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .notFound: .notFound
            case .notPending, .notApproved, .expired, .alreadyVoted, .alreadyRedeemed, .linkUsed: .conflict
            case .notEntitled, .selfApproval, .notRequester: .forbidden
            case .invalidToken, .invalidLink: .badRequest
            case .signing: .internalServerError
            }
        self.init(status, error.code.rawValue, "the approval cannot be shown or changed", error.message)
    }

    public init(_ error: AccessError) {
        let (status, title): (HTTPResponse.Status, String) =
            switch error.code {
            case .unauthenticated: (.unauthorized, "nobody proved who calls")
            case .notFound: (.notFound, "there is nothing here")
            case .notAPerson, .forbidden, .beyondOwnRights: (.forbidden, "this is not yours to do")
            case .exists, .conflict: (.conflict, "it cannot be changed like this")
            case .invalid: (.badRequest, "the request cannot be read")
            }
        self.init(status, error.code.rawValue, title, error.message)
    }

    public static let notFound = Problem(
        .notFound, "not_found", "there is nothing here", "see the API's reference for its paths")
    public static let fault = Problem(
        .internalServerError, "internal_error", "a fault of the gateway",
        "nothing was permitted; the gateway's log says more")

    public var response: Response {
        var response = documentResponse
        if let retryAfter { response.headers[.retryAfter] = String(max(1, retryAfter.components.seconds)) }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = #"Bearer realm="aegis""# }
        return response
    }

    private var documentResponse: Response {
        var json = JSONText()
        json.object { json in
            json.field("type", "urn:aegis:problem:\(code)")
            json.field("title", title)
            json.field("status", Int64(status.code))
            json.field("code", code)
            json.field("detail", detail)
            if let decisionID { json.field("decision_id", decisionID) }
        }
        return Response(status: status, json: json.bytes, contentType: "application/problem+json")
    }
}

extension Response {
    /// One JSON value, its fields in the order in which they are written.
    public static func json(
        _ status: HTTPResponse.Status = .ok, _ write: (inout JSONText) throws -> Void
    ) rethrows -> Response {
        var json = JSONText()
        try write(&json)
        return Response(status: status, json: json.bytes)
    }

    public init(status: HTTPResponse.Status = .ok, json: [UInt8], contentType: String = "application/json") {
        self.init(
            status: status, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

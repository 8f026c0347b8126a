public import AccessControl
public import HTTPTypes

/// What one method of one path does, who may ask for it, and what it takes and answers.
public struct Operation: Sendable {
    /// Who may ask.
    public enum Access: Sendable, Hashable {
        /// Anybody who reaches the port.
        case anybody
        /// Whoever proves a credential; the operation itself says who may do what.
        case caller
        /// A proven agent.
        case agent
        /// A person whose roles in the tenant give this.
        case person(Permission)
        /// A proof of its own, such as a signature of the whole request.
        case other(String)
    }

    public struct Parameter: Sendable {
        public enum Place: String, Sendable { case path, query, header }

        let name: String
        let place: Place
        let schema: Schema
        let summary: String

        public init(_ name: String, in place: Place, _ schema: Schema, _ summary: String) {
            self.name = name
            self.place = place
            self.schema = schema
            self.summary = summary
        }
    }

    public struct Answer: Sendable {
        let status: Int
        let summary: String
        let schema: Schema?
        let contentType: String
        let headers: [String]

        public init(
            _ status: Int, _ summary: String, _ schema: Schema? = nil, contentType: String = "application/json",
            headers: [String] = []
        ) {
            self.status = status
            self.summary = summary
            self.schema = schema
            self.contentType = contentType
            self.headers = headers
        }

        public static func ok(_ summary: String, _ schema: Schema, headers: [String] = []) -> Answer {
            Answer(200, summary, schema, headers: headers)
        }
    }

    public let method: HTTPRequest.Method
    /// Such as `/v1/approvals/{id}`.
    public let path: String
    public let id: String
    public let tag: String
    public let access: Access
    public let summary: String
    let parameters: [Parameter]
    let body: (schema: Schema, isRequired: Bool, contentType: String)?
    let answers: [Answer]
    /// Statuses that are answered with a problem, beside those that follow from `access`.
    let problems: [Int]

    public init(
        _ method: HTTPRequest.Method, _ path: String, id: String, tag: String, access: Access, summary: String,
        parameters: [Parameter] = [], body: Schema? = nil, bodyIsRequired: Bool = true,
        bodyType: String = "application/json", answers: [Answer], problems: [Int] = []
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.tag = tag
        self.access = access
        self.summary = summary
        self.parameters = parameters
        self.body = body.map { ($0, bodyIsRequired, bodyType) }
        self.answers = answers
        self.problems = problems
    }

    /// The path as the router writes it: `/v1/approvals/:id`.
    var routerPath: String {
        path.split(separator: "/").map { part in
            part.hasPrefix("{") && part.hasSuffix("}") ? ":" + part.dropFirst().dropLast() : part
        }.joined(separator: "/")
    }
}

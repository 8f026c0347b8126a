import AccessControl
import Approvals
import HTTPTypes

/// The description of the whole HTTP API, from the same operations that the routes come from.
/// Source: OpenAPI 3.1.
public struct OpenAPIDocument: Sendable {
    public let json: [UInt8]

    /// - Parameter version: of the program.
    public init(_ sets: [any EndpointSet], version: String) {
        let operations = sets.flatMap { $0.endpoints.map(\.operation) }
        let own =
            operations.contains { $0.path == DescriptionRoute.operation.path }
            ? [] : [DescriptionRoute.operation]
        let paths = Dictionary(grouping: operations + own, by: \.path).sorted { $0.key < $1.key }
        var schemas: [String: Schema] = ["Problem": Self.problem]
        for set in sets { schemas.merge(set.schemas) { first, _ in first } }
        var json = JSONText()
        json.object { json in
            json.field("openapi", "3.1.0")
            json.key("info")
            json.object { json in
                json.field("title", "Aegis")
                json.field("version", version)
                json.field(
                    "summary", "Decisions about agents' tool calls, approvals, and the administration of both.")
                json.key("license")
                json.object { json in
                    json.field("name", "Apache-2.0")
                    json.field("identifier", "Apache-2.0")
                }
            }
            json.key("servers")
            json.array { json in json.object { $0.field("url", "/") } }
            json.key("security")
            json.array { json in
                json.object { json in
                    json.key("apiKey")
                    json.array { _ in }
                }
                json.object { json in
                    json.key("bearer")
                    json.array { _ in }
                }
            }
            json.key("paths")
            json.object { json in
                for (path, operations) in paths {
                    json.key(path)
                    json.object { json in
                        for operation in operations.sorted(by: { $0.method.rawValue < $1.method.rawValue }) {
                            json.key(operation.method.rawValue.lowercased())
                            operation.write(to: &json)
                        }
                    }
                }
            }
            json.key("components")
            json.object { json in
                json.key("schemas")
                json.object { json in
                    for (name, schema) in schemas.sorted(by: { $0.key < $1.key }) {
                        json.key(name)
                        schema.write(to: &json)
                    }
                }
                json.key("securitySchemes")
                json.object { json in
                    json.key("apiKey")
                    json.object { json in
                        json.field("type", "apiKey")
                        json.field("in", "header")
                        json.field("name", "x-aegis-api-key")
                    }
                    json.key("bearer")
                    json.object { json in
                        json.field("type", "http")
                        json.field("scheme", "bearer")
                        json.field("description", "An API key, or a token of a configured issuer.")
                    }
                }
            }
        }
        self.json = json.bytes
    }

    private static let problem = Schema.object(
        [
            .init("type", .text(), "urn:aegis:problem: and the code."),
            .init("title", .text()), .init("status", .integer(400...599)), .init("code", .text()),
            .init("detail", .text()),
            .init("decision_id", .text(), required: false, "Where the request is on record as a decision."),
        ], open: true)
}

extension Operation {
    func write(to json: inout JSONText) {
        json.object { json in
            json.field("operationId", id)
            json.field("tags", [tag])
            json.field("summary", summary)
            if let description { json.field("description", description) }
            if !needsCredential {
                json.key("security")
                json.array { _ in }
            }
            if case .person(let permission) = access {
                json.field("x-aegis-permission", permission.rawValue)
                json.field("x-aegis-roles", Role.allCases.filter { $0.gives(permission) }.map(\.rawValue))
            }
            if !parameters.isEmpty {
                json.key("parameters")
                json.array { json in
                    for parameter in parameters {
                        json.object { json in
                            json.field("name", parameter.name)
                            json.field("in", parameter.place.rawValue)
                            json.field("description", parameter.summary)
                            if parameter.place == .path {
                                json.key("required")
                                json.boolean(true)
                            }
                            json.key("schema")
                            parameter.schema.write(to: &json)
                        }
                    }
                }
            }
            if let body {
                json.key("requestBody")
                json.object { json in
                    json.key("required")
                    json.boolean(body.isRequired)
                    write(content: body.contentType, body.schema, to: &json)
                }
            }
            json.key("responses")
            json.object { json in
                for answer in answers {
                    json.key(String(answer.status))
                    json.object { json in
                        json.field("description", answer.summary)
                        if !answer.headers.isEmpty {
                            json.key("headers")
                            json.object { json in
                                for header in answer.headers {
                                    json.key(header)
                                    json.object { json in
                                        json.key("schema")
                                        Schema.text().write(to: &json)
                                    }
                                }
                            }
                        }
                        if let schema = answer.schema { write(content: answer.contentType, schema, to: &json) }
                    }
                }
                for status in allProblems {
                    json.key(String(status))
                    json.object { json in
                        json.field("description", Self.meaning(of: status))
                        write(content: "application/problem+json", .named("Problem"), to: &json)
                    }
                }
            }
        }
    }

    private func write(content type: String, _ schema: Schema, to json: inout JSONText) {
        json.key("content")
        json.object { json in
            json.key(type)
            json.object { json in
                json.key("schema")
                schema.write(to: &json)
            }
        }
    }

    private var needsCredential: Bool {
        switch access {
        case .anybody, .other: false
        case .caller, .agent, .person: true
        }
    }

    private var description: String? {
        switch access {
        case .anybody, .caller: nil
        case .agent: "For agents."
        case .person(let permission):
            "For people with a role that gives `\(permission.rawValue)` in the tenant. To everybody else of another tenant the tenant is not there: 404."
        case .other(let proof): proof
        }
    }

    /// Every problem that may come, ascending and each once.
    private var allProblems: [Int] {
        var statuses = Set(problems)
        switch access {
        case .anybody, .other: break
        case .caller, .agent: statuses.insert(401)
        case .person: statuses.formUnion([401, 403, 404])
        }
        if body != nil { statuses.formUnion([400, 413]) }
        if parameters.contains(where: { $0.place != .path }) { statuses.insert(400) }
        if parameters.contains(where: { $0.place == .path }) { statuses.insert(404) }
        statuses.subtract(answers.map(\.status))
        return statuses.sorted()
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 400: "The request cannot be read."
        case 401: "Nobody proved who calls."
        case 403: "Not the caller's to do."
        case 404: "There is nothing here, for this caller."
        case 409: "It cannot be done as things stand."
        case 412: "It has changed since the caller looked at it."
        case 413: "The request is too large."
        case 422: "The policies are not valid."
        case 429: "Too much within a time; it goes on later."
        case 428: "The request has to say what it changes: `If-Match`."
        case 503: "A fault of the gateway; nothing was permitted."
        default: "A problem."
        }
    }
}

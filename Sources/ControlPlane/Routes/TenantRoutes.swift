import AccessControl
import Approvals
import HTTPEndpoints
import Hummingbird

/// Who one is here, and the tenants that one may know of.
struct TenantRoutes: EndpointSet {
    let gate: AccessGate
    let directory: any TenantDirectory

    static let me = Operation(
        .get, "/v1/me", id: "whoAmI", tag: "tenants", access: .caller,
        summary: "Who a person is here, and what they may do where.",
        answers: [.ok("The person.", .named("Principal"))], problems: [403])
    static let list = Operation(
        .get, "/v1/tenants", id: "listTenants", tag: "tenants", access: .caller,
        summary: "The tenants in which a person has a role, and their own.", parameters: Page.parameters,
        answers: [.ok("The tenants.", Page.schema("tenants", of: .named("Tenant")))], problems: [403])
    static let show = Operation(
        .get, "/v1/tenants/{tenant}", id: "showTenant", tag: "tenants", access: .caller,
        summary: "One tenant: what serves it.", parameters: [.tenant],
        answers: [.ok("The tenant.", .named("Tenant"))], problems: [403])

    var schemas: [String: Schema] {
        [
            "Principal": .object(
                [
                    .init("name", .text()), .init("tenant", .text(), "The tenant that vouches for the person."),
                    .init("identity", .text(), "How the person was proven."),
                    .init("tenants", .list(.named("OwnRights"))),
                ], open: true),
            "OwnRights": .object(
                [
                    .init("tenant", .text()), .init("roles", .list(.text())), .init("permissions", .list(.text())),
                ], open: true),
            "Tenant": .object(
                [
                    .init("tenant", .text()), .init("policy_version", .nullable(.text())),
                    .init("mode", .nullable(.choice(["enforce", "shadow"]))),
                    .init("activated_at", .nullable(.text())),
                    .init("rejected", .nullable(.text()), "Why the newest bundle was refused, where it was."),
                    .init("roles", .list(.text()), "The caller's own."),
                ], open: true),
        ]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(Self.me) { request, _ in Self.view(try gate.principal(of: request)) },
            Endpoint(Self.list) { request, _ in
                let person = try gate.principal(of: request)
                let (names, next) = try Page(request).cut(person.tenants)
                var states: [(String, TenantState?)] = []
                for name in names { states.append((name, try await directory.state(of: name))) }
                var json = JSONText()
                json.object { json in
                    json.key("tenants")
                    json.array { json in
                        for (name, state) in states { Self.write(name, state, person, to: &json) }
                    }
                    json.field("next", next)
                }
                return Response(json: json.bytes)
            },
            Endpoint(Self.show) { request, context in
                let (person, tenant) = try gate.enter(Self.show, request, context)
                var json = JSONText()
                Self.write(tenant, try await directory.state(of: tenant), person, to: &json)
                return Response(json: json.bytes)
            },
        ]
    }

    private static func view(_ person: Principal) -> Response {
        var json = JSONText()
        json.object { json in
            json.field("name", person.name)
            json.field("tenant", person.home)
            json.field("identity", person.identity)
            json.key("tenants")
            json.array { json in
                for tenant in person.tenants {
                    json.object { json in
                        json.field("tenant", tenant)
                        json.field("roles", person.roles(in: tenant).sorted())
                        json.field(
                            "permissions",
                            Permission.allCases.filter { person.may($0, in: tenant) }.map(\.rawValue))
                    }
                }
            }
        }
        return Response(json: json.bytes)
    }

    private static func write(_ name: String, _ state: TenantState?, _ person: Principal, to json: inout JSONText) {
        json.object { json in
            json.field("tenant", name)
            json.field("policy_version", state?.policyVersion)
            json.field("mode", state?.mode)
            json.field("activated_at", state?.activatedAt)
            json.field("rejected", state?.refusal)
            json.field("roles", person.roles(in: name).sorted())
        }
    }
}

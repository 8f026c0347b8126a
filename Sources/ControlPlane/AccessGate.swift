import AccessControl
import Decisions
import HTTPEndpoints
import Hummingbird

/// Every operation's way in: who calls, and whether they may do this in the tenant of the path.
///
/// Invariant: nothing is looked up for a caller before this has let them pass.
struct AccessGate: Sendable {
    let prover: any IdentityProver

    func principal(of request: Request) throws -> Principal {
        switch prover.examine(request.credentials) {
        case .proven(let caller): return try Principal(caller)
        case .absent: throw AccessError(.unauthenticated, "no valid credential came with the call")
        case .refused(let why):
            throw AccessError(.unauthenticated, "no valid credential came with the call: \(why)")
        }
    }

    /// The person, and the tenant of the path where they may do what `operation` asks for.
    func enter(
        _ operation: Operation, _ request: Request, _ context: BasicRequestContext
    ) throws -> (person: Principal, tenant: String) {
        let person = try principal(of: request)
        let tenant = context.parameters.get("tenant") ?? ""
        if case .person(let permission) = operation.access {
            try person.require(permission, in: tenant)
        } else if !person.tenants.contains(tenant) {
            throw AccessError.noTenant(tenant)
        }
        return (person, tenant)
    }
}

import AccessControl
import Decisions
import Foundation
import RegoSyntax
import StateStoreSQLite

/// Finds the agent that a switch is about. A misspelt name or the wrong data must not look like a stop.
struct AgentSearch {
    let data: DataDirectory
    /// Those that were ever switched: policies may have lost them since.
    private let switched: Set<Place>
    private let tenants: [String]

    struct Place: Hashable {
        let tenant: String
        let agent: String
    }

    init(data: DataDirectory, store: SQLiteStateStore) async throws {
        self.data = data
        switched = Set(try await store.agentStops().map { Place(tenant: $0.stop.tenant, agent: $0.stop.agent) })
        tenants = try AgentRegistry.tenants(data: data)
    }

    /// The one tenant that has the agent.
    /// - Parameter tenant: the one to look in; nil: all whose policies were ever active here.
    func tenant(of agent: String, in tenant: String?) throws -> String {
        let places = tenant.map { [$0] } ?? Set(tenants).union(switched.map(\.tenant)).sorted()
        guard !places.isEmpty else {
            throw CommandFailure(
                "no policies were ever active in `\(data.url.path)`, so no gateway that serves an agent keeps its data there",
                fix: "name the gateway's data with --data-dir or AEGIS_DATA_DIR")
        }
        var known: Set<String> = []
        var found: [String] = []
        for place in places {
            if switched.contains(Place(tenant: place, agent: agent)) {
                found.append(place)
                continue
            }
            // Where the tenant was named, that it has no policies here is the error to tell.
            guard tenant != nil || tenants.contains(place) else { continue }
            let agents = try AgentRegistry(data: data, tenant: place).agents
            if agents[agent] != nil { found.append(place) }
            known.formUnion(agents.keys)
        }
        guard let first = found.first else {
            let whose = places.map { "`\($0)`" }.joined(separator: ", ")
            let near = NearMiss.of(agent, among: known.sorted()).map { "did you mean `\($0)`? " } ?? ""
            throw CommandFailure(
                "there is no agent `\(agent)` in the active policies of \(whose); nothing was switched",
                fix: "\(near)list them: aegis agents list --tenant \(places[0])")
        }
        guard found.count == 1 else {
            throw CommandFailure(
                "\(found.map { "`\($0)`" }.joined(separator: ", ")) have an agent `\(agent)` each; nothing was switched",
                fix: "say whose: --tenant TENANT", exitCode: 2)
        }
        return first
    }
}

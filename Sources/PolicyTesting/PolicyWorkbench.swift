package import Decisions
public import PolicyDocuments
import RegoRuntime
import RegoSyntax
import RegoValues

/// A tree of policies, compiled and ready to be tried: by its tests, and call by call.
public struct PolicyWorkbench: Sendable {
    package let catalog: PolicyCatalog
    package let policies: CompiledPolicies
    package let active: ActivePolicy
    let program: Program
    let data: Document
    let probe: ConditionProbe
    private let decision: PreparedQuery
    private let verdicts: PreparedQuery
    private let restraints: PreparedQuery
    private let guards: PreparedQuery
    private let probes: PreparedQuery

    /// - Throws: everything that is wrong in the tree, tests included.
    public init(_ tree: PolicyTree, tenant: String? = nil) throws {
        let findings = Findings(files: tree.files)
        catalog = PolicyCatalog(tree, findings: findings)
        let tenant = tenant ?? catalog.tenants.first?.name ?? "default"
        policies = try PolicyCompiler(tenant: tenant).compile(tree)
        data = try Document(json: policies.data)
        program = try Program(modules: policies.modules, data: data)
        active = try ActivePolicy(program: program, data: data, tenant: tenant)
        decision = try program.prepare("data.aegis.decision")
        verdicts = try program.prepare("data.aegis.verdicts")
        restraints = try program.prepare("data.aegis.restraints")
        guards = try program.prepare("data.aegis.guards")
        probe = ConditionProbe(catalog)
        let probed = try Program(modules: policies.modules + probe.modules, data: data)
        probes = try probed.prepare("data.aegis.probes")
    }

    /// What the rules alone say: `data.aegis.decision` as JSON, which every engine can be asked for.
    func verdict(on input: [UInt8]) throws -> [UInt8] {
        let heap = Heap()
        let document = try Document(json: input)
        let now = document.root.lookup("now").int64 ?? 0
        return try withExtendedLifetime((heap, document)) {
            var text: [UInt8] = []
            JSONWriter.write(
                try decision.value(input: document.root, heap: heap, environment: EvaluationEnvironment(now: now)),
                to: &text)
            return text
        }
    }

    /// What every policy that speaks about a call has found in it.
    func findings(in input: [UInt8]) throws -> CallFindings {
        let heap = Heap()
        let document = try Document(json: input)
        let now = document.root.lookup("now").int64 ?? 0
        let environment = EvaluationEnvironment(now: now, randomSeed: UInt64(bitPattern: now))
        func value(_ query: PreparedQuery) throws -> Value {
            try query.value(input: document.root, heap: heap, environment: environment)
        }
        return try withExtendedLifetime((heap, document)) {
            CallFindings(
                verdicts: try value(verdicts), restraints: try value(restraints), guards: try value(guards),
                probes: try value(probes))
        }
    }
}

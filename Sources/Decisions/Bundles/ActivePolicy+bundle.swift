public import Approvals
public import PolicyBundles
public import RegoRuntime
import RegoSyntax
public import RegoValues

extension ActivePolicy {
    /// The query that every decision asks.
    static let query = "data.aegis.decision"
    /// What is asked where that one fails and shadow policies may be why. Bundles of older programs do not answer it.
    private static let queryWithoutShadow = "data.aegis.decision_without_shadow"

    /// Compiles a verified bundle. Only what passed the verifier comes here, and what does not compile never gets out.
    /// - Parameter deadline: the longest that one evaluation may take.
    public convenience init(_ bundle: VerifiedBundle, deadline: Duration = .milliseconds(250)) throws(PolicyError) {
        let version = bundle.policyVersion
        let program: Program
        do throws(Diagnostics) {
            let sources = bundle.modules.map { SourceFile(name: $0.path, text: $0.bytes) }
            program = try Program(modules: sources, data: bundle.data)
        } catch {
            throw PolicyError(error, of: version)
        }
        let metadata = bundle.manifest.metadata
        try self.init(
            program: program, data: bundle.data, tenant: metadata.tenant, version: version, sequence: metadata.version,
            bundleDigest: bundle.digest.description, region: metadata.region, deadline: deadline)
    }

    /// Policies that are no bundle yet: to be tried, never to be served.
    /// - Parameter data: the data that the program was compiled over.
    public convenience init(program: Program, data: Document, tenant: String) throws(PolicyError) {
        try self.init(
            program: program, data: data, tenant: tenant, version: "\(tenant)/draft", sequence: 0, bundleDigest: "",
            region: nil, deadline: .seconds(5))
    }

    private convenience init(
        program: Program, data: Document, tenant: String, version: String, sequence: Int, bundleDigest: String,
        region: String?, deadline: Duration
    ) throws(PolicyError) {
        let prepared: PreparedQuery
        do throws(Diagnostics) {
            prepared = try program.prepare(ActivePolicy.query)
        } catch {
            throw PolicyError(error, of: version)
        }
        let written = HandWrittenRego(modules: program.modules, data: data)
        let strictSources = written.enforced
        let withoutShadow = written.hasShadowPolicies ? try? program.prepare(ActivePolicy.queryWithoutShadow) : nil
        do throws(CatalogError) {
            try self.init(
                tenant: tenant, version: version, sequence: sequence, bundleDigest: bundleDigest, region: region,
                data: data, sessionInterest: SessionView.Interest(of: program.modules.map(\.source)),
                evaluation: { input, heap, now in
                    let end = ContinuousClock.now.advanced(by: deadline)
                    func ask(
                        _ query: PreparedQuery, memory: Int = .max, until end: ContinuousClock.Instant = end
                    ) throws -> Value {
                        try query.value(
                            input: input, heap: heap,
                            environment: EvaluationEnvironment(
                                now: now.nanoseconds, randomSeed: UInt64(bitPattern: now.nanoseconds),
                                strictSources: strictSources,
                                limits: EvaluationLimits(memory: memory, deadline: end)))
                    }
                    guard let withoutShadow else { return try ask(prepared) }
                    // The other halves are for the enforced policies alone.
                    do {
                        return try ask(prepared, memory: heap.freeBytes / 2, until: .now.advanced(by: deadline / 2))
                    } catch {
                        guard let enforced = try? ask(withoutShadow), !enforced.isUndefined else { throw error }
                        return enforced
                    }
                })
        } catch {
            throw PolicyError(version: version, message: error.message, code: "catalog_invalid")
        }
    }
}

/// Why a verified bundle cannot become active.
public struct PolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    public let version: String
    public let message: String
    public let code: String

    public var description: String { "\(version): \(message) [\(code)]" }

    /// Another policy became active meanwhile.
    public static func notNewer(_ version: String) -> PolicyError {
        PolicyError(version: version, message: "is not newer than what is active", code: "bundle_not_newer")
    }
}

extension PolicyError {
    fileprivate init(_ diagnostics: Diagnostics, of version: String) {
        self.init(
            version: version, message: diagnostics.all.map(\.rendered).joined(separator: "\n"),
            code: "bundle_not_compiled")
    }
}

extension PolicyRegistry {
    /// Compiles the bundle and makes it active. Where that fails the one before stays, and the status says why.
    public func activate(_ bundle: VerifiedBundle, now: Timestamp) throws(PolicyError) {
        do throws(PolicyError) {
            let policy = try ActivePolicy(bundle)
            guard activate(policy, now: now) else { throw PolicyError.notNewer(policy.version) }
        } catch {
            noteFailure(
                tenant: bundle.manifest.metadata.tenant,
                code: "policy.\(error.code.replacing("_", with: "-"))", message: error.message, now: now)
            throw error
        }
    }
}

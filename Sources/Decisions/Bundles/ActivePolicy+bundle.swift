public import Approvals
public import PolicyBundles
import RegoRuntime
import RegoSyntax
import RegoValues

extension ActivePolicy {
    /// The query that every decision asks.
    static let query = "data.aegis.decision"

    /// Compiles a verified bundle. Only what passed the verifier comes here, and what does not compile never gets out.
    /// - Parameter deadline: the longest that one evaluation may take.
    public init(_ bundle: VerifiedBundle, deadline: Duration = .milliseconds(250)) throws(PolicyError) {
        let version = bundle.policyVersion
        let prepared: PreparedQuery
        let strictSources: Set<String>
        do throws(Diagnostics) {
            let sources = bundle.modules.map { SourceFile(name: $0.path, text: $0.bytes) }
            let program = try Program(modules: sources, data: bundle.data)
            prepared = try program.prepare(ActivePolicy.query)
            strictSources = HandWrittenRego(modules: program.modules, data: bundle.data).enforced
        } catch {
            throw PolicyError(
                version: version, message: error.all.map(\.rendered).joined(separator: "\n"),
                code: "bundle_not_compiled")
        }
        do throws(CatalogError) {
            try self.init(
                tenant: bundle.manifest.metadata.tenant, version: version, sequence: bundle.manifest.metadata.version,
                bundleDigest: bundle.digest.description, region: bundle.manifest.metadata.region, data: bundle.data,
                evaluation: { input, heap, now in
                    try prepared.value(
                        input: input, heap: heap,
                        environment: EvaluationEnvironment(
                            now: now.nanoseconds, randomSeed: UInt64(bitPattern: now.nanoseconds),
                            strictSources: strictSources,
                            limits: EvaluationLimits(deadline: .now.advanced(by: deadline))))
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
}

extension PolicyRegistry {
    /// Compiles the bundle and makes it active. Where that fails the one before stays, and the status says why.
    public func activate(_ bundle: VerifiedBundle, now: Timestamp) throws(PolicyError) {
        do throws(PolicyError) {
            let policy = try ActivePolicy(bundle)
            guard activate(policy, now: now) else {
                throw PolicyError(
                    version: policy.version, message: "is not newer than what is active", code: "bundle_not_newer")
            }
        } catch {
            noteFailure(tenant: bundle.manifest.metadata.tenant, message: error.message, now: now)
            throw error
        }
    }
}

import AegisTesting
import Decisions
import PolicyBundles
import PolicyDocuments
import RegoSyntax
import SignedTokens

extension DecisionFixture {
    /// Compiles these documents for `acme`, signs, verifies and activates them: the whole way that policies take.
    /// - Parameter watch: stands between each decision and the policies.
    func activate(
        _ yaml: String, version: Int = 1, deadline: Duration? = nil,
        watch: ((@escaping ActivePolicy.Evaluation) -> ActivePolicy.Evaluation)? = nil
    ) throws {
        let compiled = try PolicyCompiler(tenant: "acme").compile(
            PolicyTree(files: [SourceFile(name: "policies.yaml", text: Array(yaml.utf8))]))
        let key = try SigningKey(generating: .edDSA, name: "ops")
        let built = try BundleBuilder(
            metadata: BundleMetadata(
                tenant: "acme", version: version, createdAt: "2026-11-25T00:00:00Z", author: "jane"),
            files: compiled.files.map { BundleFile(path: $0.path, bytes: $0.bytes) }
        ).build(signedBy: key, at: 1_795_409_000)
        let verifier = try BundleVerifier(trust: KeyRing([TrustedKey(key.verificationKey)]), tenant: "acme")
        let bundle = try verifier.verify(
            UnverifiedBundle(archive: built.archive, name: "acme.tar.gz"), now: 1_795_409_523)
        if let watch {
            _ = policies.activate(try ActivePolicy(bundle).watched(by: watch), now: clock.now)
            return
        }
        guard let deadline else { return try policies.activate(bundle, now: clock.now) }
        _ = policies.activate(try ActivePolicy(bundle, deadline: deadline), now: clock.now)
    }
}

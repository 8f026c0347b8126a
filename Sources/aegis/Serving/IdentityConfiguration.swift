import Approvals
import Decisions
import Foundation
import Logging
import PolicyDocuments
import RegoSyntax
import ServiceLifecycle

/// How this gateway's callers prove who they are, and what has to run for it.
struct IdentityConfiguration {
    let prover: any IdentityProver
    /// Those that keep issuers' keys fresh.
    let services: [any Service]

    /// - Parameter path: a document of kind `Identity`; nil: API keys alone.
    init(path: String?, apiKeys: any IdentityProver, logger: Logger) throws {
        guard let path else {
            prover = apiKeys
            services = []
            return
        }
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("`\(path)` cannot be read", fix: "check --identity and your rights to the file")
        }
        var provers: [any IdentityProver] = []
        var services: [any Service] = []
        for provider in try IdentityDocument(SourceFile(name: path, text: Array(bytes))).providers {
            switch provider {
            case .apiKey: provers.append(apiKeys)
            case .mutualTLS(let domain, let tenant):
                provers.append(MutualTLSProver(trustDomain: domain, tenant: tenant))
            case .token(let issuer, let audience, let tenant, let source, let people):
                let keys = try IssuerKeyKeeper(source, issuer: issuer, beside: path, logger: logger)
                services.append(keys)
                provers.append(
                    TokenProver(
                        issuer: issuer, audience: audience, tenant: tenant,
                        people: people.map { Self.claims($0, of: tenant) }, keys: keys,
                        now: { Timestamp.current().seconds }))
            }
        }
        prover = OrderedProver(provers)
        self.services = services
    }

    private static func claims(_ people: IdentityDocument.People, of tenant: String) -> PeopleClaims {
        PeopleClaims(
            audience: people.audience, nameClaim: people.nameClaim, groupsClaim: people.groupsClaim,
            grants: people.grants.map { grant in
                PeopleClaims.Grant(group: grant.group, role: grant.role, tenant: grant.tenant ?? tenant)
            })
    }
}

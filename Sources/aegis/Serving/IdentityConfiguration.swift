import Approvals
import Decisions
import Foundation
import Logging
import PolicyDocuments
import RegoSyntax
import ServiceLifecycle
import SignedTokens

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
        var provers: [any IdentityProver] = []
        var services: [any Service] = []
        for provider in try Self.document(path).providers {
            switch provider {
            case .apiKey: provers.append(apiKeys)
            case .mutualTLS(let domain, let tenant):
                provers.append(MutualTLSProver(trustDomain: domain, tenant: tenant))
            case .token(let issuer, let audience, let tenant, let source, let people):
                let keys = try Self.keys(source, of: issuer, in: path, logger: logger)
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

    private static func document(_ path: String) throws -> IdentityDocument {
        try IdentityDocument(
            SourceFile(name: path, text: InputFile.read(path, as: "identity configuration", exitCode: 2)))
    }

    /// - Parameter path: the configuration's, which failures name beside the file of keys.
    private static func keys(
        _ source: IdentityDocument.KeySource, of issuer: String, in path: String, logger: Logger
    ) throws -> IssuerKeyKeeper {
        guard case .file(let name) = source else {
            return try IssuerKeyKeeper(source, issuer: issuer, beside: path, logger: logger)
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let file = URL(fileURLWithPath: name, relativeTo: folder).path
        func failure(_ why: String, fix: String) -> CommandFailure {
            CommandFailure("\(path): `jwks_file` of `\(issuer)`: \(why)", fix: fix, exitCode: 2)
        }
        do {
            return try IssuerKeyKeeper(source, issuer: issuer, beside: path, logger: logger)
        } catch let unread as CommandFailure {
            throw failure(unread.message, fix: "correct `jwks_file`: a relative path is relative to `\(folder.path)`")
        } catch {
            let why = (error as? TokenError)?.message ?? "\(error)"
            throw failure(
                "`\(file)`: \(why)",
                fix:
                    "put the issuer's JSON Web Key Set there, with a `kid` for each key that verifies ES256, EdDSA or RS256"
            )
        }
    }

    private static func claims(_ people: IdentityDocument.People, of tenant: String) -> PeopleClaims {
        PeopleClaims(
            audience: people.audience, nameClaim: people.nameClaim, groupsClaim: people.groupsClaim,
            grants: people.grants.map { grant in
                PeopleClaims.Grant(group: grant.group, role: grant.role, tenant: grant.tenant ?? tenant)
            })
    }
}

import AccessControl
import ArgumentParser
import Approvals
import Decisions
import Foundation
import PolicyBundles
import StateStoreSQLite

struct KeysIssue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issue an API key. It is shown once; only its hash is kept.",
        discussion: """
            An agent's key is named in its policy document: identities: [{api_key: KEY-ID}]. A person's key carries roles, and is
            named as the person unless --name says otherwise. Roles are those that policies ask approvals of, such as treasurer, and
            those of administration: author, reviewer, publisher, approver, auditor, operator. ROLE holds in the key's own tenant;
            ROLE@TENANT gives it in another one. A running server takes new keys up by itself. Who issued a key is in the audit trail.

            EXAMPLES
              aegis keys issue shop-1
              aegis keys issue lea --person --role support-lead
              aegis keys issue olga --person --tenant mssp --role operator@acme --role auditor@globex --expires-in 90d
            """)

    @OptionGroup var data: DataDirectory

    @Argument(help: "The key id: letters, digits and hyphens.")
    var keyID: String

    @Option(help: "The tenant that the key speaks for.")
    var tenant = "default"

    @Flag(help: "The key is a person's, who decides approvals.")
    var person = false

    @Option(help: "The person's name (default: the key id).")
    var name: String?

    @Option(help: "A role of the person, such as treasurer or auditor@globex; may be given more than once.")
    var role: [String] = []

    @Option(help: "A right beyond calling, such as dry_run; may be given more than once.")
    var grant: [String] = []

    @Option(help: "How long the key proves anybody, such as 12h or 90d (default: until it is revoked).")
    var expiresIn: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard APIKeyEntry.isKeyID(keyID) else {
            throw ValidationError("`\(keyID)` cannot be a key id; use letters, digits and hyphens")
        }
        guard BundleMetadata.isTenantName(tenant) else {
            throw ValidationError("`\(tenant)` cannot be the name of a tenant")
        }
        for word in role where !RoleGrants.isWord(word) {
            throw ValidationError("`\(word)` cannot be a role; write ROLE or ROLE@TENANT")
        }
        for word in grant where !KeyRequest.knownGrants.contains(word) {
            throw ValidationError(
                "there is no grant `\(word)`; known is \(KeyRequest.knownGrants.joined(separator: ", "))")
        }
        if let expiresIn, Self.life(expiresIn) == nil {
            throw ValidationError("--expires-in `\(expiresIn)` is not a time such as 90m, 12h or 90d")
        }
        guard person || (role.isEmpty && name == nil) else {
            throw ValidationError(
                "--role and --name are for people; add --person, or name the agent in its policy document")
        }
    }

    func run() async throws {
        guard let key = APIKey.generate(keyID: keyID) else {
            throw CommandFailure("`\(keyID)` cannot be a key id", exitCode: 2)
        }
        let roles = RoleGrants(words: role)
        let caller = Caller(
            tenant: tenant, kind: person ? .person : .agent, name: person ? name ?? keyID : nil, keyID: keyID,
            roles: roles.own, rolesElsewhere: roles.elsewhere, grants: Set(grant), method: .apiKey)
        let now = Timestamp.current()
        let entry = APIKeyEntry(
            keyID: keyID, digest: key.digest, caller: caller,
            expiresAt: expiresIn.flatMap(Self.life).map(now.advanced(bySeconds:)))
        _ = try await data.withStateStore { store in
            try await store.issue(entry, by: .commandLine, now: now)
        }
        let revocation = "aegis keys revoke \(keyID) --tenant \(tenant)"
        if json {
            return try ShownSecret.show(
                Output.jsonText {
                    $0.object {
                        $0.field("api_key", key.text)
                        $0.field("expires_at", entry.expiresAt?.description)
                        $0.field("key_id", keyID)
                        $0.field("kind", caller.kind.rawValue)
                        $0.field("roles", role)
                        $0.field("tenant", tenant)
                    }
                }, fix: "revoke it: \(revocation)")
        }
        try ShownSecret.show(key.text, fix: "revoke it: \(revocation)")
        ErrorOutput.write(
            "note: keep it now, it is not shown again; revoke it with: \(revocation)")
    }

    /// Seconds.
    private static func life(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (1...1_000_000).contains(count)
        else { return nil }
        return count * unit
    }
}

import ArgumentParser
import Decisions
import StateStoreSQLite

struct KeysIssue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Issue an API key. It is shown once; only its hash is kept.",
        discussion: """
            An agent's key is named in its policy document: identities: [{api_key: KEY-ID}]. A person's key carries the roles that
            approvals ask for, and is named as the person unless --name says otherwise. A running server takes new keys up by itself.

            EXAMPLES
              aegis keys issue shop-1
              aegis keys issue lea --person --role support-lead
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

    @Option(help: "A role of the person, such as treasurer; may be given more than once.")
    var role: [String] = []

    @Option(help: "A right beyond calling, such as dry_run; may be given more than once.")
    var grant: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        let isPlain =
            !keyID.isEmpty && keyID.utf8.count <= 64
            && keyID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        guard isPlain else { throw ValidationError("`\(keyID)` cannot be a key id; use letters, digits and hyphens") }
        for word in role + grant where word.isEmpty || word.contains(where: \.isWhitespace) {
            throw ValidationError("`\(word)` cannot be a role or grant; it has to be one word")
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
        let caller = Caller(
            tenant: tenant, kind: person ? .person : .agent, name: person ? name ?? keyID : nil, keyID: keyID,
            roles: role,
            grants: Set(grant), method: .apiKey)
        try await data.withStateStore { store in
            try await store.add(APIKeyEntry(keyID: keyID, digest: key.digest, caller: caller), now: .current())
        }
        if json {
            return Output.json([
                "api_key": key.text, "key_id": keyID, "tenant": tenant, "kind": caller.kind.rawValue, "roles": role,
            ])
        }
        Output.line(key.text)
        ErrorOutput.write("note: keep it now, it is not shown again; revoke it with: aegis keys revoke \(keyID)")
    }
}

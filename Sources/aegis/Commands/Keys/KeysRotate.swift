import AccessControl
import Approvals
import ArgumentParser
import Decisions
import StateStoreSQLite

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give an API key a new secret under the same key id. It is shown once; only its hash is kept.",
        discussion: """
            Policies and records name the key id, so nothing else has to change; rights and expiry stay as they are. The secret of before holds
            beside the new one for --overlap, so that callers can be changed one by one; rotating again ends that. A secret that somebody
            may have seen is rotated with --immediately: a running server refuses it within a second. Who rotated a key is in the audit trail.

            EXAMPLES
              aegis keys rotate shop-1
              aegis keys rotate shop-1 --tenant acme --overlap 2h
              aegis keys rotate shop-1 --immediately
            """)

    @OptionGroup var data: DataDirectory

    @Argument(help: "The key id.")
    var keyID: String

    @Option(help: "The key's tenant; needed where several have a key of this id.")
    var tenant: String?

    @Option(help: "How long the secret of before holds too, such as 30m or 7d, at most 30d (default: 24h).")
    var overlap: String?

    @Flag(help: "The secret of before is worthless from now on.")
    var immediately = false

    @Flag(help: "Print JSON.")
    var json = false

    private static let usualOverlap: Int64 = 86_400
    private static let longestOverlap: Int64 = 30 * 86_400

    func validate() throws {
        guard overlap == nil || !immediately else {
            throw ValidationError("--overlap and --immediately exclude each other")
        }
        if let overlap, !(1...Self.longestOverlap).contains(TimeSpan.seconds(overlap) ?? 0) {
            throw ValidationError("--overlap `\(overlap)` is not a time such as 30m, 24h or 7d, of at most 30d")
        }
    }

    func run() async throws {
        guard let secret = APIKey.generate(keyID: keyID) else {
            throw CommandFailure("`\(keyID)` cannot be a key id", exitCode: 2)
        }
        let now = Timestamp.current()
        let span = overlap.flatMap { TimeSpan.seconds($0) } ?? Self.usualOverlap
        let end = immediately ? nil : now.advanced(bySeconds: span)
        let owner = try await data.withStateStore { store in
            let owner = try await store.oneKey(keyID, tenant: tenant).entry.caller.tenant
            _ = try await store.rotate(
                keyID, tenant: owner, to: secret.digest, previousUntil: end, endsOverlap: true,
                by: .commandLine, now: now)
            return owner
        }
        let fix = "rotate it again: aegis keys rotate \(keyID) --tenant \(owner)"
        if json {
            return try ShownSecret.show(
                Output.jsonText {
                    $0.object {
                        $0.field("api_key", secret.text)
                        $0.field("key_id", keyID)
                        $0.field("previous_until", (end ?? now).description)
                        $0.field("tenant", owner)
                    }
                }, fix: fix)
        }
        try ShownSecret.show(secret.text, fix: fix)
        let before = end.map { "holds until \($0)" } ?? "is worthless now"
        ErrorOutput.write("note: keep it now, it is not shown again; the secret of before \(before)")
    }
}

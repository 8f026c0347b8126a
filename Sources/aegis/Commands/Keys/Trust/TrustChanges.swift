import ArgumentParser
import Foundation
import SignedTokens

struct TrustAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Name a key: who holds it, in which roles, for which tenants, until when.",
        discussion: """
            Roles are author, reviewer, approver, publisher, emergency, operator (switches agents off and on), and whatever else a quorum
            asks for. A key that is named already gets the new roles and tenants in place of its old ones.
            """)

    @OptionGroup var edit: TrustEdit

    @Argument(help: "The public key, NAME.pub.pem; NAME is its id.")
    var key: String

    @Option(help: "Who holds it: small letters, digits, `.`, `_`, `-`, `@`.")
    var person: String

    @Option(help: "What the person may do with it. May be repeated.")
    var role: [String]

    @Option(help: "A tenant that it may sign for (default: all). May be repeated.")
    var tenant: [String] = []

    @Option(help: "From when on it is valid, such as 2026-11-23T00:00:00Z.", transform: TrustTime.read)
    var validFrom: UTCTime?

    @Option(help: "Until when it is valid.", transform: TrustTime.read)
    var validUntil: UTCTime?

    func run() async throws {
        try await edit.change { root in
            let added = try KeyFile.verificationKey(at: key)
            let entry = TrustedKey(
                added, tenants: tenant.isEmpty ? nil : Set(tenant), person: person, roles: Set(role),
                validFrom: validFrom, validUntil: validUntil)
            if let former = root[added.name] {
                guard former.key == added, former.person == person, former.revocation == nil else {
                    throw CommandFailure(
                        "the name `\(added.name)` is taken by another key or person, or by a revoked key",
                        fix: "give the new key another name")
                }
                if !(former.roles ?? []).isSubset(of: role) || !entry.coversTenants(of: former) {
                    ErrorOutput.write(
                        "warning: `\(added.name)` may do less from now on, and bundles and approvals that it signed before count less for gateways that have not taken them yet; to end a key, revoke it"
                    )
                }
                root.keys.removeAll { $0.key.name == added.name }
            }
            root.keys.append(entry)
        }
    }
}

struct TrustQuorum: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quorum", abstract: "Say how many people, in which roles, approve a tenant's policies.")

    @OptionGroup var edit: TrustEdit

    @Option(help: "The tenant (default: all that have no quorum of their own).")
    var tenant = ReviewRulebook.otherTenants

    @Option(help: "ROLE=PEOPLE, such as approver=2. May be repeated.")
    var need: [String]

    @Flag(help: "Whoever publishes must be none of the authors either.")
    var separatePublisher = false

    private static let stricter = """
        warning: these rules ask for more than those before. Gateways keep what is active there, and say so (`below_rules` in their
        status); one that starts with an empty data directory takes only what meets the new rules, and denies every call until then.
        Have the policies that are in force approved and published again.
        """

    func run() async throws {
        try await edit.change { root in
            var quorum: [String: Int] = [:]
            for text in need {
                let parts = text.split(separator: "=")
                guard parts.count == 2, let count = Int(parts[1]),
                    quorum.updateValue(count, forKey: String(parts[0])) == nil
                else {
                    throw CommandFailure("`\(text)` is not ROLE=PEOPLE", fix: "write it as approver=2", exitCode: 2)
                }
            }
            var rules = root.reviewRules.byTenant
            let next = ReviewRules(quorum: quorum, separatesPublisher: separatePublisher)
            if next.asksMore(than: root.reviewRules[tenant]) { ErrorOutput.write(Self.stricter) }
            rules[tenant] = next
            root.reviewRules = ReviewRulebook(byTenant: rules)
            for (role, count) in quorum {
                let people = Set(root.keys.filter { $0.mayAct(as: role) && $0.revocation == nil }.compactMap(\.person))
                if people.count < count {
                    ErrorOutput.write(
                        "warning: \(count) \(role) are asked for, and \(people.count) people have that role")
                }
            }
        }
    }
}

struct TrustRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Let a new key take the place of an old one; for a while both are valid.")

    @OptionGroup var edit: TrustEdit

    @Argument(help: "The name of the old key.")
    var old: String

    @Option(help: "The new public key, NAME.pub.pem.")
    var to: String

    @Option(help: "How long the old one stays valid, such as 14d or 12h.")
    var overlap = "14d"

    func run() async throws {
        let units: [Character: Int64] = ["h": 3600, "d": 86_400]
        guard let unit = overlap.last.flatMap({ units[$0] }), let count = Int64(overlap.dropLast()),
            (0...100_000).contains(count)
        else {
            throw CommandFailure("--overlap `\(overlap)` is no time", fix: "write it as 14d or 12h", exitCode: 2)
        }
        try await edit.change { root in
            guard let former = root[old], former.revocation == nil else {
                throw CommandFailure(
                    "there is no key `\(old)` that could be rotated", fix: "list them: aegis keys trust show")
            }
            let end = root.issuedAt.adding(seconds: count * unit)
            root.keys.removeAll { $0.key.name == old }
            root.keys.append(former.changed(validUntil: min(former.validUntil ?? end, end)))
            root.keys.append(
                TrustedKey(
                    try KeyFile.verificationKey(at: to), scope: former.scope, tenants: former.tenants,
                    person: former.person, roles: former.roles, validFrom: root.issuedAt))
        }
    }
}

struct TrustRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Say that a key counts no more, since when, and why.",
        discussion: """
            What a revoked key signed before stays valid, unless --compromised: then gateways take nothing that it ever signed, since
            whoever has the key can write any date. Histories judge by the place in the chain: what stands before counts.
            """)

    @OptionGroup var edit: TrustEdit

    @Argument(help: "The key's name.")
    var key: String

    @Option(help: "Why.")
    var reason: String

    @Flag(help: "Somebody else may have had it.")
    var compromised = false

    func run() async throws {
        try await edit.change { root in
            guard let former = root[key], former.revocation == nil else {
                throw CommandFailure(
                    "there is no key `\(key)` that could be revoked", fix: "list them: aegis keys trust show")
            }
            root.keys.removeAll { $0.key.name == key }
            root.keys.append(
                former.changed(
                    validUntil: former.validUntil,
                    revocation: Revocation(at: root.issuedAt, reason: reason, isCompromised: compromised)))
        }
    }
}

struct TrustShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a trust root, after checking its signatures; or one that waits for some.",
        discussion: """
            EXAMPLES
              aegis keys trust show trust-root.json
              aegis keys trust show trust-root.json.unsigned     (before you sign it)
            """)

    @Argument(help: "The trust root, a .json file, or what waits for signatures beside it, a .unsigned file.")
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await LifecycleFailure.reporting {
            let waits = file.hasSuffix(".unsigned")
            let signed =
                try waits ? TrustFiles.waiting(at: file) : TrustFiles.root(at: file)
            let root = signed.root
            if json {
                let object = try JSONSerialization.jsonObject(with: Data(signed.bytes)) as? [String: Any] ?? [:]
                return Output.json(object)
            }
            Output.line(
                "trust root \(root.version) of \(root.issuedAt), \(waits ? "not in force; " : "")signed by \(signed.signerNames.joined(separator: ", "))"
            )
            for key in root.rootKeys { Output.line("root key        \(key.name)  \(key.fingerprint)") }
            Output.line("threshold       \(root.threshold) of \(root.rootKeys.count)")
            for (tenant, rules) in root.reviewRules.byTenant.sorted(by: { $0.key < $1.key }) {
                let quorum = rules.quorum.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                Output.line(
                    "quorum          \(tenant): \(quorum.joined(separator: ", "))\(rules.separatesPublisher ? ", publisher is no author" : "")"
                )
            }
            if root.keys.isEmpty { return }
            Output.table(
                ["KEY", "PERSON", "ROLES", "TENANTS", "ALGORITHM", "STATE"],
                root.keys.map { entry in
                    [
                        entry.key.name, entry.person ?? "-", (entry.roles ?? []).sorted().joined(separator: ","),
                        entry.tenants?.sorted().joined(separator: ",") ?? "all", entry.key.algorithm.rawValue,
                        state(entry),
                    ]
                })
        }
    }

    private func state(_ entry: TrustedKey) -> String {
        if let revocation = entry.revocation {
            return "revoked \(revocation.at): \(revocation.reason)\(revocation.isCompromised ? " (compromised)" : "")"
        }
        let period = [entry.validFrom.map { "from \($0)" }, entry.validUntil.map { "until \($0)" }].compactMap { $0 }
        return period.isEmpty ? "valid" : "valid \(period.joined(separator: " "))"
    }
}

enum TrustTime {
    static func read(_ text: String) throws -> UTCTime {
        guard let time = UTCTime(text) else {
            throw ValidationError("`\(text)` is no time such as 2026-11-23T00:00:00Z")
        }
        return time
    }
}

import PolicyBundles
import PolicyLifecycle
import SignedTokens

/// The people of the tests, their keys, and the trust root that names them.
struct Cast {
    static let start = UTCTime(seconds: 1_795_409_600)

    let rootKey: SigningKey
    let keys: [String: SigningKey]
    var root: SignedTrustRoot

    /// maria writes; lea, omar and nils approve; pia publishes; eve may publish without waiting.
    init(
        quorum: [String: Int] = [PolicyRole.approver: 1], separatesPublisher: Bool = false,
        changing change: (inout [TrustedKey], [String: SigningKey]) throws -> Void = { _, _ in }
    ) throws {
        let people: [(name: String, roles: Set<String>)] = [
            ("maria", [PolicyRole.author, PolicyRole.approver]), ("lea", [PolicyRole.approver]),
            ("omar", [PolicyRole.approver, "security"]), ("nils", [PolicyRole.approver]),
            ("pia", [PolicyRole.publisher]), ("eve", [PolicyRole.publisher, PolicyRole.emergency]),
        ]
        rootKey = try SigningKey(generating: .edDSA, name: "root-a")
        var keys: [String: SigningKey] = [:]
        var trusted: [TrustedKey] = []
        for (person, roles) in people {
            let key = try SigningKey(generating: person == "lea" ? .es256 : .edDSA, name: "\(person)-2026")
            keys[person] = key
            trusted.append(TrustedKey(key.verificationKey, tenants: ["acme"], person: person, roles: roles))
        }
        try change(&trusted, keys)
        self.keys = keys
        root = try Self.sign(
            TrustRoot(
                issuedAt: Self.start, rootKeys: [rootKey.verificationKey], keys: trusted,
                reviewRules: ReviewRulebook(byTenant: [
                    "acme": ReviewRules(quorum: quorum, separatesPublisher: separatesPublisher)
                ])), by: [rootKey])
    }

    static func sign(_ root: TrustRoot, by keys: [SigningKey], after former: TrustRoot? = nil) throws -> SignedTrustRoot
    {
        var signed = try SignedTrustRoot(root)
        for key in keys { try signed.sign(with: key, allowing: former) }
        return signed
    }

    /// The next version of the root, changed.
    func nextRoot(_ change: (inout TrustRoot) throws -> Void) throws -> SignedTrustRoot {
        var next = root.root
        next.version += 1
        try change(&next)
        return try Self.sign(next, by: [rootKey])
    }

    func key(_ person: String) throws -> SigningKey {
        guard let key = keys[person] else { throw TokenError(.keyUnknown, "nobody is called \(person)") }
        return key
    }

    /// A history with the root adopted.
    func open(_ store: MemoryHistoryStore) async throws -> PolicyHistory {
        var history = try await PolicyHistory.open(tenant: "acme", in: store)
        try await history.adopt(root, by: key("maria"), at: Self.start)
        return history
    }

    static func draft(_ title: String = "Limit payments", limit: Int = 100) -> ProposalDraft {
        ProposalDraft(
            title: title,
            files: [
                BundleFile(path: "aegis/decision.rego", text: "package aegis\n\nlimit := \(limit)\n"),
                BundleFile(path: "data.json", text: #"{"aegis":{"limit":\#(limit)}}"#),
                BundleFile(path: "policies/pay.yaml", text: "aegis: v1\nkind: Policy\nlimit: \(limit)\n"),
            ], controls: ["SOC2:CC6.1": ["pay"]])
    }

    func propose(
        _ history: inout PolicyHistory, limit: Int = 100, by person: String = "maria", revises: String? = nil
    ) async throws -> String {
        var draft = Self.draft(limit: limit)
        draft.revises = revises
        return try await history.propose(draft, by: key(person), at: Self.start).event.id
    }

    func approve(_ history: inout PolicyHistory, _ id: String, by person: String, as role: String = "approver")
        async throws
    {
        _ = try await history.approve(id, as: role, comment: "fine", by: key(person), at: Self.start)
    }

    /// Proposed, approved, signed and confirmed.
    @discardableResult
    func publish(_ history: inout PolicyHistory, limit: Int, by person: String = "pia") async throws -> VerifiedBundle {
        let id = try await propose(&history, limit: limit)
        try await approve(&history, id, by: "lea")
        return try await release(&history, id, by: person)
    }

    @discardableResult
    func release(
        _ history: inout PolicyHistory, _ id: String, by person: String = "pia", emergency: String? = nil
    ) async throws -> VerifiedBundle {
        let bundle = try await history.sign(id, emergency: emergency, by: key(person), at: Self.start)
        _ = try await history.confirm(publishedTo: "memory", by: key(person), at: Self.start)
        return bundle
    }
}

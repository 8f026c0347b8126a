import PolicyDocuments
import RegoSyntax
import Testing

@Suite struct EnforcingTests {
    private static let text = """
        # mode: shadow stands in a comment
        aegis: v1
        kind: Agent
        name: a
        identities: [{api_key: k}]
        scopes: ["t.*"]
        ---
        aegis: v1
        kind: Policy
        name: first
        mode: shadow   # until the traffic says it is fine
        description: "mode: shadow"
        agents: [a]
        tools: ["t.*"]
        effect: deny
        ---
        {aegis: v1, kind: Policy, name: second, mode: "shadow", agents: [a], tools: ["t.*"], effect: deny}
        ---
        aegis: v1
        kind: Policy
        name: third
        agents: [a]
        tools: ["t.*"]
        effect: allow

        """

    private func tree() -> PolicyTree {
        PolicyTree(files: [SourceFile(name: "a.yaml", text: Array(Self.text.utf8))])
    }

    private func enforced(_ names: [String]) throws -> String {
        String(decoding: try tree().enforcing(names).files[0].text, as: UTF8.self)
    }

    @Test func `one word of each named policy changes and nothing else`() throws {
        #expect(
            try enforced(["first"])
                == Self.text.replacing("mode: shadow   #", with: "mode: enforce   #"))
        #expect(
            try enforced(["second", "first"])
                == Self.text.replacing("mode: shadow   #", with: "mode: enforce   #")
                .replacing(#"mode: "shadow""#, with: #"mode: "enforce""#))
        #expect(try enforced([]) == Self.text)
    }

    @Test(arguments: [
        ("third", "the policy `third` is not in shadow"), ("fourth", "there is no policy `fourth`"),
    ])
    func `what is no shadow policy is refused`(name: String, message: String) {
        let refused = #expect(throws: Diagnostics.self) { try tree().enforcing([name]) }
        #expect(refused?.all.map(\.message) == [message])
    }
}

import RegoSyntax
import Testing

@testable import PolicyDocuments

@Suite struct ReadingTests {
    static let hostile: [(String, String)] = [
        ("a bomb of aliases", "a: &a [x, x]\n" + (1..<30).map { "b\($0): &b\($0) [*a, *a, *a]\n" }.joined()),
        ("a bomb in a key", "? &a [x]\n: 1\n" + (0..<20).map { "? &k\($0) [*a, *a]\n: 1\n" }.joined()),
        ("an alias to nothing", "a: *b"),
        ("brackets without an end", String(repeating: "[", count: 100_000)),
        ("dashes without an end", String(repeating: "- ", count: 100_000) + "x"),
        ("braces nested deep", String(repeating: "{a: ", count: 5_000) + "1" + String(repeating: "}", count: 5_000)),
        ("a mapping for a key", "? {a: b}\n: 1"),
        ("a null character", "a: \"\0\""), ("a lone surrogate", #"a: "\ud800""#),
        ("control characters", "a: \u{1}\u{7F}"),
        ("a directive", "%YAML 9.9\n---\na: b"), ("document markers alone", "---\n---\n...\n---"),
        ("a merge key", "<<: {a: b}"), ("many duplicates", (0..<200).map { _ in "a: 1\n" }.joined()),
        ("a tab for indentation", "a:\n\tb: c"), ("a byte order mark", "\u{FEFF}aegis: v1"),
        ("CRLF", "aegis: v1\r\nkind: Tool\r\nkind: Tool\r\n"),
        ("an exponent", "aegis: v1\nkind: Policy\nmax_amount: 1e999999999"),
    ]

    @Test(arguments: hostile)
    func `hostile text ends in diagnostics with a place`(_ name: String, _ text: String) {
        let found = PolicyCompiler.lint(PolicyTree(text))
        #expect(!found.isEmpty)
        for diagnostic in found {
            #expect(diagnostic.location.line >= 1 && diagnostic.location.column >= 1)
            #expect(diagnostic.fix?.isEmpty == false)
        }
    }

    @Test func `bytes that are no text are told`() {
        let tree = PolicyTree(files: [SourceFile(name: "a.yaml", text: [0x61, 0x3A, 0xFF])])
        #expect(PolicyCompiler.lint(tree).map(\.code) == ["policy.not-utf8"])
        let large = PolicyTree(files: [
            SourceFile(name: "a.yaml", text: [UInt8](repeating: 0x20, count: PolicyTree.largestFile + 1))
        ])
        #expect(PolicyCompiler.lint(large).map(\.code) == ["policy.file-too-large"])
    }

    @Test(arguments: ["\n", "\r\n"])
    func `a byte order mark at the beginning moves no place`(_ end: String) {
        let lines = ["aegis: v1", "kind: Policy", "name: p", "agents: [a]", "tools: [t]", "effect: alow", "é: 1"]
        let text = lines.joined(separator: end)
        let plain = PolicyCompiler.lint(PolicyTree(text))
        let marked = PolicyCompiler.lint(PolicyTree("\u{FEFF}" + text))
        #expect(!plain.isEmpty)
        #expect(marked.map(\.message) == plain.map(\.message))
        #expect(marked.map(\.location.description) == plain.map(\.location.description))
        let wrong = PolicyCompiler.lint(PolicyTree("\u{FEFF}aegis: v9\nkind: Tool\nname: t"))
        #expect(wrong.map(\.code) == ["policy.unknown-version"])
        #expect(wrong.first?.location.line == 1 && wrong.first?.location.column == 8)
    }

    @Test func `a byte order mark alone is an empty file`() {
        #expect(PolicyCompiler.lint(PolicyTree("\u{FEFF}")).map(\.code) == ["policy.empty-tree"])
    }

    @Test(arguments: [
        ("a.yaml", true), ("a.YAML", true), ("b/a.Yml", true), ("A.JSON", true), ("a.rego", true), ("a.REGO", false),
        ("a.yaml.orig", false), ("yaml", false),
    ])
    func `documents are known by their endings, in capitals too`(_ name: String, _ isRead: Bool) {
        #expect(PolicyTree.reads(name) == isRead)
    }

    /// Cuts, swaps and repeats of a good tree: an answer always comes, and never a crash.
    @Test func `damaged documents never get further than a diagnostic`() {
        let good = Array(StarterSet.all.flatMap(\.files).map(\.text).joined(separator: "---\n").utf8)
        var seed: UInt64 = 0x5EED
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let pieces = [
            "[", "]", "{", "}", ": ", "- ", "&a ", "*a", "!!x ", "\n", "\"", "'", "|", ">", "#", "---\n", "params.",
            "not ", "1e5", "\u{E9}",
        ]
        for _ in 0..<400 {
            var bytes = good
            for _ in 0...next(4) {
                let place = next(bytes.count)
                switch next(3) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(40)))
                case 1: bytes.insert(contentsOf: Array(pieces[next(pieces.count)].utf8), at: place)
                default: bytes[place] = UInt8(32 + next(95))
                }
            }
            for diagnostic in PolicyCompiler.lint(PolicyTree(files: [SourceFile(name: "x.yaml", text: bytes)])) {
                #expect(diagnostic.location.line >= 1, "\(diagnostic.rendered)")
            }
        }
    }

    @Test func `plain words that other YAML readers take for booleans are text`() {
        let tree = Catalog.tree("tools: [payments.transfer]\neffect: deny\nrequire: {purpose: yes, on: 5, off: true}")
        #expect(PolicyCompiler.lint(tree).filter { $0.severity == .error }.isEmpty)
        let text = (try? tree.compiled().text("aegis/policies/p1.rego")) ?? ""
        #expect(text.contains(#"input.context.purpose == "yes""#))
        #expect(text.contains("input.context.off == true"))
    }

    @Test(arguments: [
        ("0", "0", 0), ("1", "1.0", 0), ("1e2", "100", 0), ("-0", "0", 0), ("0.1", "0.10", 0), ("1", "2", -1),
        ("-1", "1", -1),
        ("-2", "-1", -1), ("9007199254740993", "9007199254740992", 1), ("0.000001", "0", 1), ("10", "9", 1),
        ("1e-3", "0.002", -1),
    ])
    func `numbers compare by their exact value`(_ a: String, _ b: String, _ expected: Int) throws {
        let (x, y) = (try #require(ExactDecimal(a)), try #require(ExactDecimal(b)))
        #expect((x < y ? -1 : y < x ? 1 : 0) == expected)
        #expect((x == y) == (expected == 0))
    }

    @Test(arguments: [
        "", "+1", "01", ".5", "5.", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity", "1,000", "--1", "1e401",
    ])
    func `what is no JSON number is none`(_ text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test(arguments: [
        ("$20", 20_000_000, "USD"), ("20 USD", 20_000_000, "USD"), ("€0.50", 500_000, "EUR"),
        ("£1.000001", 1_000_001, "GBP"),
        ("0.000001 CHF", 1, "CHF"),
    ])
    func `money is exact in micro-units`(_ text: String, _ micros: Int64, _ currency: String) {
        #expect(Money(text)?.micros == micros)
        #expect(Money(text)?.currency == currency)
    }

    @Test(arguments: [
        "$", "$0", "$-1", "20", "20USD", "20  USD", "20 usd", "$1.0000001", "$1e3", "$1,000", "US$5",
        "$99999999999999999999", " $5",
    ])
    func `what is no money is none`(_ text: String) {
        #expect(Money(text) == nil)
    }

    @Test(arguments: [
        ("payments.*", "payments.transfer", true), ("payments.*", "payments", false), ("*", "x", true),
        ("a*c", "abbc", true),
        ("a*c", "abcd", false), ("*.transfer", "payments.eu.transfer", true), ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false),
        ("ab", "ab", true), ("ab", "abc", false),
    ])
    func `a star in a name is any run of characters`(_ glob: String, _ name: String, _ expected: Bool) {
        #expect(NameGlob(glob).matches(name) == expected)
    }
}

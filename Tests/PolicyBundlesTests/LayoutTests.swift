import RegoValues
import Testing

@testable import PolicyBundles

@Suite struct LayoutTests {
    @Test(arguments: [
        ("package aegis", ["aegis"]), ("package aegis.guards\nimport x", ["aegis", "guards"]),
        ("# c\n\n \t# d\r\npackage\taegis # why\n", ["aegis"]), (#"package aegis["a-b"].c"#, ["aegis", "a-b", "c"]),
        ("package aegis\r\n", ["aegis"]), ("package _a1.B", ["_a1", "B"]),
        (#"package aegis["a/b"]"#, ["aegis", "a/b"]),
    ])
    func `the package of a module is found`(text: String, path: [String]) {
        #expect(RegoPackage.path(of: Array(text.utf8)) == path)
    }

    @Test(arguments: [
        "", "# package aegis", "package", "package 1a", "package aegis.", "package aegis foo",
        "import x\npackage aegis",
        #"package aegis["a\u0062"]"#, #"package aegis["a]"#, "packageaegis", "package aegis; x", "package aegis.1",
        "package\naegis", "package aegis[x]",
    ])
    func `a module without a plain package clause has no package`(text: String) {
        #expect(RegoPackage.path(of: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        (["aegis"], ["aegis"]), (["/aegis/"], ["aegis"]), (["a/b", "a/c"], ["a/b", "a/c"]), ([""], [""]),
        (["ab", "a"], ["ab", "a"]),
    ])
    func `roots are trimmed`(roots: [String], trimmed: [String]) throws {
        #expect(try Roots.checked(roots) == trimmed)
    }

    @Test(
        arguments: [
            ([], "`roots` names nothing that the bundle owns"), (["a", "a"], "the roots `a` and `a` overlap"),
            (["a/b", "a"], "the roots `a/b` and `a` overlap"), (["", "x"], "the roots `` and `x` overlap"),
            (["x", "a/b/c", "a/b"], "the roots `a/b/c` and `a/b` overlap"),
        ] as [([String], String)])
    func `roots that overlap are refused`(roots: [String], message: String) {
        let error = #expect(throws: BundleError.self) { try Roots.checked(roots) }
        #expect(error?.description == ".manifest:1:1: error: \(message) [bundle.manifest-invalid]")
    }

    @Test(
        arguments: [
            (#"{"aegis":{"x":1}}"#, ["aegis"], nil), ("{}", ["aegis"], nil), (#"{"aegis":1}"#, ["aegis"], nil),
            (#"{"other":1}"#, ["aegis"], "/other"), (#"{"aegisx":{}}"#, ["aegis"], "/aegisx"), ("[]", ["aegis"], "/"),
            (#"{"a":{"b":1}}"#, ["a/b"], nil), (#"{"a":{"b":1,"c":2}}"#, ["a/b"], "/a/c"), (#"{"a":1}"#, ["a/b"], "/a"),
            (#"{"a/b":1}"#, ["a/b"], "/"), (#"{"x":1}"#, [""], nil),
            (#"{"aegis":{},"b":{"c":{}}}"#, ["aegis", "b/c"], nil),
        ] as [(String, [String], String?)])
    func `data stays under the roots`(json: String, roots: [String], violation: String?) throws {
        let data = try Document(json: Array(json.utf8))
        #expect(Roots.violation(in: data.root, roots: roots) == violation)
        withExtendedLifetime(data) {}
    }

    @Test(arguments: [
        "x/data.json", "data.yaml", "policies/data.yml", "policies/data.yaml", "plan.json", "policy.wasm",
        "x/.manifest",
        "my.manifest", "x/.signatures.json", "signatures.json", "mysignatures.json", "x/patch.json",
    ])
    func `files that OPA would read in its own way are refused`(path: String) {
        let error = #expect(throws: BundleError.self) { try BundleLayout.checkName(path) }
        #expect(
            error?.description == """
                \(path):1:1: error: OPA would give this file a meaning that Aegis bundles do not use [bundle.unexpected-file]
                fix: give the file another name
                """)
    }

    @Test(arguments: ["acme", "a", "0x", "a-b_c", String(repeating: "a", count: 63)])
    func `plain names are names of tenants`(name: String) { #expect(BundleMetadata.isTenantName(name)) }

    @Test(arguments: [
        "", "Acme", "a/b", "..", ".", "a.b", "-a", "_a", "a b", "é", "a@b", String(repeating: "a", count: 64),
    ])
    func `other names are not names of tenants`(name: String) { #expect(!BundleMetadata.isTenantName(name)) }
}

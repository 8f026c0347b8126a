import Foundation
import Testing

@testable import PolicyDocuments

/// The generated Rego of each shorthand, as files: `Fixtures/NAME.yaml` holds what stands below a policy's head, and
/// `Fixtures/NAME.rego` what becomes of it. `AEGIS_REWRITE_GOLDEN=1` writes the latter anew.
@Suite struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let names: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted() ?? []

    @Test func `there is a fixture for each shorthand`() {
        let text = Self.names.compactMap {
            try? String(contentsOf: Self.folder.appendingPathComponent("\($0).yaml"), encoding: .utf8)
        }
        .joined()
        // What says whom it is about, how it is kept or where it is written becomes no Rego of the policy's own.
        for field in Shape.policy.fields.map(\.name)
        where ![
            "aegis", "kind", "name", "owner", "labels", "controls", "agents", "mode", "rego", "retention",
        ].contains(field) {
            #expect(text.contains("\(field):"), "\(field)")
        }
    }

    @Test(arguments: names)
    func `a policy compiles to the same Rego as before`(_ name: String) throws {
        let authored = try String(contentsOf: Self.folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
        let compiled = try Catalog.tree(authored).compiled()
        let expected = Self.folder.appendingPathComponent("\(name).rego")
        let written = compiled.text("aegis/policies/p1.rego")
        if ProcessInfo.processInfo.environment["AEGIS_REWRITE_GOLDEN"] == "1" {
            try written.write(to: expected, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: expected, encoding: .utf8) == written)
        _ = try compiled.prepared()
    }
}

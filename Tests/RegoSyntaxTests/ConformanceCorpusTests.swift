import Foundation
import RegoSyntax
import Testing

/// OPA's conformance cases, when `AEGIS_REGO_CONFORMANCE` names their folder.
enum ConformanceCorpus {
    static let folder: URL? = ProcessInfo.processInfo.environment["AEGIS_REGO_CONFORMANCE"].map {
        URL(fileURLWithPath: $0)
    }

    static let leftOut: Testing.Comment = "left out: AEGIS_REGO_CONFORMANCE names no folder of cases"

    struct Case {
        var id: String
        var modules: [String]
        var query: String
        var inputTerm: String?
    }

    static func cases() throws -> [Case] {
        guard let folder else { return [] }
        var cases: [Case] = []
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "json" else { continue }
            let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
            for entry in try #require(document?["cases"] as? [[String: Any]]) {
                cases.append(
                    Case(
                        id: entry["id"] as? String ?? file.lastPathComponent,
                        modules: entry["modules"] as? [String] ?? [], query: entry["query"] as? String ?? "",
                        inputTerm: entry["input_term"] as? String))
            }
        }
        return cases
    }
}

@Suite(.enabled(if: ConformanceCorpus.folder != nil, ConformanceCorpus.leftOut))
struct ConformanceCorpusTests {
    @Test func `every module, query and input term of the conformance cases parses`() throws {
        let cases = try ConformanceCorpus.cases()
        #expect(cases.count > 1000)
        for one in cases {
            for (number, module) in one.modules.enumerated() {
                let source = SourceFile(name: "test-\(number).rego", text: module)
                do { _ = try Parser.parseModule(source) } catch {
                    Issue.record("\(one.id):\n\(error)")
                }
            }
            do { _ = try Parser.parseQuery(SourceFile(name: "query", text: one.query)) } catch {
                Issue.record("\(one.id):\n\(error)")
            }
            guard let input = one.inputTerm else { continue }
            do {
                let term = try Parser.parseTerm(SourceFile(name: "input", text: input))
                #expect(term.isConstant, "\(one.id): \(input)")
            } catch {
                Issue.record("\(one.id):\n\(error)")
            }
        }
    }

    @Test func `every module of the conformance cases prints and formats to the same tree`() throws {
        for one in try ConformanceCorpus.cases() {
            for module in one.modules {
                let source = SourceFile(name: "module.rego", text: module)
                do {
                    let tree = try Parser.parseModule(source)
                    let dump = TreeDump.of(tree)
                    let printed = SourceFile(name: "printed.rego", text: Printer.print(tree))
                    let formatted = SourceFile(name: "formatted.rego", text: try SourceFormatter.format(source))
                    #expect(TreeDump.of(try Parser.parseModule(printed)) == dump, "\(one.id)")
                    let again = try Parser.parseModule(formatted)
                    #expect(TreeDump.of(again) == dump, "\(one.id)")
                    #expect(again.comments.count == tree.comments.count, "\(one.id)")
                    #expect(try SourceFormatter.format(formatted).utf8.elementsEqual(formatted.text), "\(one.id)")
                } catch {
                    Issue.record("\(one.id):\n\(error)")
                }
            }
        }
    }
}

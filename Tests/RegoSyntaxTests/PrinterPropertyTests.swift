import RegoSyntax
import RepeatableRandomness
import Testing

struct PrinterPropertyTests {
    @Test(arguments: 0..<20) func `a printed random program parses back to the same tree`(group: UInt64) throws {
        for number in 0..<50 {
            let seed = group * 1000 + UInt64(number)
            var generator = ProgramGenerator(seed: seed)
            let module = generator.module()
            let text = Printer.print(module)
            do {
                let again = try Parser.parseModule(SourceFile(name: "seed-\(seed).rego", text: text))
                #expect(TreeDump.of(again) == TreeDump.of(module), "seed \(seed):\n\(text)")
            } catch {
                Issue.record("seed \(seed):\n\(error)\n\(text)")
            }
        }
    }

    @Test(arguments: 0..<20) func `formatting a random program keeps its tree and is stable`(group: UInt64) throws {
        for number in 0..<25 {
            let seed = 1_000_000 + group * 1000 + UInt64(number)
            var generator = ProgramGenerator(seed: seed)
            var spacing = SeededGenerator(seed: seed)
            let text = Respacing.respaced(Printer.print(generator.module()), using: &spacing)
            let source = SourceFile(name: "seed-\(seed).rego", text: text)
            do {
                let tree = TreeDump.of(try Parser.parseModule(source))
                let once = try SourceFormatter.format(source)
                let formatted = SourceFile(name: "once.rego", text: once)
                #expect(TreeDump.of(try Parser.parseModule(formatted)) == tree, "seed \(seed):\n\(text)\n--\n\(once)")
                #expect(try SourceFormatter.format(formatted) == once, "seed \(seed):\n\(text)\n--\n\(once)")
                #expect(try commentCount(formatted) == commentCount(source), "seed \(seed):\n\(text)\n--\n\(once)")
            } catch {
                Issue.record("seed \(seed):\n\(error)\n\(text)")
            }
        }
    }

    private func commentCount(_ source: SourceFile) throws -> Int {
        try Parser.parseModule(source).comments.count
    }
}

import RegoSyntax
import RepeatableRandomness
import Testing

/// Whatever comes in, the answer is a tree or diagnostics that point into the text.
struct HostileInputTests {
    private func check(_ bytes: [UInt8], _ context: @autoclosure () -> String) {
        let source = SourceFile(name: "hostile.rego", text: bytes)
        do {
            let module = try Parser.parseModule(source)
            _ = Printer.print(module)
        } catch {
            #expect(!error.all.isEmpty, "\(context())")
            for diagnostic in error.all {
                let line = diagnostic.location.line
                #expect(line >= 1 && line <= source.lineCount, "\(context()): \(diagnostic)")
                #expect(diagnostic.location.column >= 1, "\(context()): \(diagnostic)")
                #expect(!diagnostic.message.isEmpty && !diagnostic.rendered.isEmpty)
            }
        }
        if bytes.count > 20_000 { return }
        _ = try? Parser.parseQuery(source)
        _ = try? Parser.parseTerm(source)
        _ = try? Parser.parseExpression(source)
        _ = try? SourceFormatter.format(source)
    }

    @Test(arguments: 0..<20) func `random bytes never crash`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            check(bytes, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: 0..<20) func `random tokens never crash`(seed: UInt64) {
        let words = [
            "package", "import", "default", "p", "q", "x", "if", "contains", "else", "some", "every", "in", "with",
            "as",
            "not", "null", "true", "{", "}", "[", "]", "(", ")", ",", ":", ";", ".", ":=", "=", "==", "|", "&", "-",
            "+",
            "\n", "\n", "1", "0.5", "\"s\"", "`r`", "$\"", "\"", "$`", "`", "_", "data", "input", "set()", "# c\n",
            "\\",
        ]
        var random = SeededGenerator(seed: seed)
        for round in 0..<100 {
            var text = "package a\n"
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                text += words[Int.random(in: 0..<words.count, using: &random)]
                text += Bool.random(using: &random) ? " " : ""
            }
            check(Array(text.utf8), "seed \(seed), round \(round): \(text)")
        }
    }

    @Test(arguments: 0..<20) func `damaged programs never crash`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<20 {
            var generator = ProgramGenerator(seed: seed * 100 + UInt64(round))
            var bytes = Array(Printer.print(generator.module()).utf8)
            for _ in 0..<Int.random(in: 1...5, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.removeSubrange(place..<min(place + 20, bytes.count))
                default: bytes.insert(contentsOf: bytes[0..<min(place, 30)], at: place)
                }
            }
            check(bytes, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [
        ("[", "]"), ("{", "}"), ("(", ")"), ("f(", ")"), ("a[", "]"), ("{1: ", "}"), ("[x | ", "]"), ("{x | ", "}"),
        ("{x: y | ", "}"), ("$\"{", "}\""), ("$`{", "}`"), ("every x in xs { ", " }"), ("not ", ""), ("-", ""),
        ("[a | [b | ", ", c], d]"), ("{{", "} | x, y}"), ("(1 + ", ")"), ("x, ", ""), ("{\"a\": ", " | y, z: 1}"),
    ])
    func `a hundred thousand levels are refused or cut off`(open: String, close: String) {
        for count in [10, 100, 290, 301, 5000, 100_000] {
            let opening = String(repeating: open, count: count)
            let closing = String(repeating: close, count: count)
            if count <= 5000 { check(Array("package a\np if { \(opening)x\(closing) }\n".utf8), "\(count) × \(open)") }
            check(Array("package a\np := \(opening)".utf8), "\(count) × \(open)")
        }
    }

    @Test(arguments: ["+", "-", "*", "|", "&", "==", "in"])
    func `long chains of operators are refused, not followed to the end of the stack`(spelling: String) throws {
        let accepted = String(repeating: "x \(spelling) ", count: 200) + "x"
        let refused = String(repeating: "x \(spelling) ", count: 100_000) + "x"
        _ = try Parser.parseTerm(SourceFile(name: "t", text: accepted))
        let error = try #require(throws: Diagnostics.self) {
            try Parser.parseTerm(SourceFile(name: "t", text: refused))
        }
        #expect(error.all[0].message == "this is nested more than 300 levels deep")
        #expect(error.all[0].fix == "split it into several rules, or move it to data")
    }

    @Test func `what is long but flat is accepted`() throws {
        let rules = (0..<5000).map { "p\($0) := [\($0), \"\($0)\"] if input.x[\($0)].y" }.joined(separator: "\n")
        #expect(try Parser.parseModule(SourceFile(name: "a", text: "package a\n\(rules)")).rules.count == 5000)
        let list = "[" + String(repeating: "1 + 2, ", count: 50_000) + "]"
        guard case .array(let terms) = try Parser.parseTerm(SourceFile(name: "t", text: list)).kind else {
            Issue.record("not an array")
            return
        }
        #expect(terms.count == 50_000)
        let path = "x" + String(repeating: ".y", count: 50_000)
        guard case .ref(let ref) = try Parser.parseTerm(SourceFile(name: "t", text: path)).kind else {
            Issue.record("not a ref")
            return
        }
        #expect(ref.terms.count == 50_001)
        let branches = "p := 1 if a" + String(repeating: " else := 2 if b", count: 20_000)
        let module = try Parser.parseModule(SourceFile(name: "a", text: "package a\n" + branches))
        #expect(module.rules[0].elseBranches.count == 20_000)
    }
}

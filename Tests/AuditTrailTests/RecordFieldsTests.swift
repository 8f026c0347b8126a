@testable import AuditTrail
import RegoValues
import RepeatableRandomness
import Testing

struct RecordFieldsTests {
    private static let line =
        #"{"agent_id":"finance-agent","call_chain":["a","b"],"decision_reason":{"also":[{"code":"x"}],"code":"policy_deny","message":"say \"no\" \\ \u0001\n"},"hash":"00ff","index":17,"latency_us":-3,"log":"gw/acme","n":null,"ratio":1.5}"#

    private static func fields() throws -> RecordFields { try #require(RecordFields(Array(line.utf8))) }

    @Test func `every field is found where it stands`() throws {
        let fields = try Self.fields()
        for (name, json) in [
            ("agent_id" as StaticString, #""finance-agent""#), ("call_chain", #"["a","b"]"#), ("hash", #""00ff""#),
            ("index", "17"), ("latency_us", "-3"), ("log", #""gw/acme""#), ("n", "null"), ("ratio", "1.5"),
        ] { #expect(fields[name].map { String(decoding: $0.json, as: UTF8.self) } == json, "\(name)") }
    }

    @Test(arguments: ["", "a", "agent", "agent_idd", "agent_ie", "code", "has", "hashes", "z"])
    func `a field that is not there is nil`(name: String) throws {
        let fields = try Self.fields()
        let names: [String: StaticString] = [
            "": "", "a": "a", "agent": "agent", "agent_idd": "agent_idd", "agent_ie": "agent_ie", "code": "code",
            "has": "has", "hashes": "hashes", "z": "z",
        ]
        let field = try #require(names[name])
        #expect(fields[field] == nil)
    }

    @Test func `a value is what it is and nothing else`() throws {
        let fields = try Self.fields()
        #expect(fields["agent_id"]?.string == "finance-agent")
        #expect(fields["agent_id"]?.integer == nil)
        #expect(fields["index"]?.integer == 17)
        #expect(fields["latency_us"]?.integer == -3)
        #expect(fields["index"]?.string == nil)
        #expect(fields["ratio"]?.integer == nil)
        #expect(fields["n"]?.string == nil)
        #expect(fields["decision_reason"]?["code"]?.string == "policy_deny")
        #expect(fields["decision_reason"]?["message"]?.string == "say \"no\" \\ \u{1}\n")
        #expect(fields["decision_reason"]?["rule"] == nil)
        #expect(fields["call_chain"]?["code"] == nil)
        #expect(fields["agent_id"]?["code"] == nil)
    }

    @Test(arguments: [
        "", "{", "[]", "\"a\"", #"{"a":1,}"#, #"{"b":1,"a":2}"#, #"{"a":1,"a":2}"#, #"{"a" :1}"#, #"{"a":"x}"#,
        #"{"a":{"b":1}"#, #"{"a":1} "#, "{\"a\":\"x\u{1}\"}",
    ])
    func `what is no record is nil`(line: String) { #expect(RecordFields(Array(line.utf8)) == nil) }

    @Test func `what is no text is no record`() {
        #expect(RecordFields(Array(#"{"a":"x"#.utf8) + [0xff] + Array(#""}"#.utf8)) == nil)
    }

    @Test func `an empty record has no fields`() throws {
        let fields = try #require(RecordFields(Array("{}".utf8)))
        #expect(fields["a"] == nil)
    }

    @Test func `of a line with any bytes changed, what is read is what a JSON reader reads`() throws {
        var random = SeededGenerator(seed: 17)
        let names: [StaticString] = [
            "agent_id", "call_chain", "decision_reason", "hash", "index", "latency_us", "log", "n", "ratio", "none",
        ]
        var (read, refused) = (0, 0)
        for _ in 0..<20_000 {
            var line = Array(Self.line.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<line.count, using: &random)
                switch UInt8.random(in: 0...2, using: &random) {
                case 0: line[place] = Array("\"\\{}[]:,0a \n\u{7f}".utf8).randomElement(using: &random) ?? 0
                case 1: line[place] = .random(in: 0...255, using: &random)
                default: line.remove(at: place)
                }
            }
            guard CanonicalJSON.isCanonical(line), let document = try? Document(json: line) else {
                // Whatever it is: nothing outside of the line is read.
                let fields = RecordFields(line)
                for name in names { _ = (fields?[name]?.string, fields?[name]?["code"]?.string) }
                refused += 1
                continue
            }
            guard document.root.kind == .object else { continue }
            let fields = try #require(RecordFields(line), "\(String(decoding: line, as: UTF8.self))")
            withExtendedLifetime(document) {
                for name in names {
                    let value = document.root.lookup(name)
                    #expect(fields[name]?.string == value.string)
                    #expect(fields[name]?.integer == value.int64)
                    #expect(fields[name]?["code"]?.string == value.lookup("code").string)
                }
            }
            read += 1
        }
        #expect(read > 1_000 && refused > 1_000)
    }
}

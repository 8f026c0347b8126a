import Testing

@testable import RegoValues

@Suite struct BuiltinSignatureTests {
    @Test func `every line of the table is readable and named once`() {
        #expect(BuiltinSignature.all.count == 206)
        #expect(BuiltinSignature.tableCount == 206)
    }

    @Test(arguments: [
        "any", "null", "array[any]", "array<any, number>", "array<string>[any]", "set[set[any]]", "object[string: any]",
        "object<op: string, path: any>[any: any]", "any<number, set[any]>", "object<a: array[object<b: null>]>",
    ])
    func `types print as they are read`(text: String) throws {
        #expect(try #require(BuiltinType(text)).description == text)
    }

    @Test(arguments: [
        "", "thing", "array[", "set", "set[any", "object<a>", "any<number", "array[any] ", "object[string]",
    ])
    func `other text is no type`(text: String) {
        #expect(BuiltinType(text) == nil)
    }

    @Test func `signatures carry operators, arity and marks`() throws {
        let minus = try #require(BuiltinSignature.all["minus"])
        #expect(minus.infix == "-")
        #expect(minus.parameters.map(\.description) == ["any<number, set[any]>", "any<number, set[any]>"])
        #expect(try #require(BuiltinSignature.all["walk"]).isRelation)
        #expect(try #require(BuiltinSignature.all["rand.intn"]).isNondeterministic)
        #expect(try #require(BuiltinSignature.all["re_match"]).isDeprecated)
        let print = try #require(BuiltinSignature.all["print"])
        #expect(print.variadic == .any && print.result == nil && print.arity == 0)
        #expect(try #require(BuiltinSignature.all["time.now_ns"]).arity == 0)
        #expect(try #require(BuiltinSignature.all["count"]).infix == nil)
    }
}

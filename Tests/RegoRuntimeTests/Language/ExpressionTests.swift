import Testing

struct ExpressionTests {
    static let unification: [LanguageCase] = [
        LanguageCase("in any order", "p := x if { x > 1; x = y + 1; y = 2 }", wanted: #"{"x":3}"#),
        LanguageCase("arrays", "p := [a, b] if [a, 2] = [1, b]", wanted: #"{"x":[1,2]}"#),
        LanguageCase(
            "both sides know a part", "p := [a, b, c] if { [a, b] = [b, c]; c = 3 }", wanted: #"{"x":[3,3,3]}"#),
        LanguageCase("objects", #"p := a if {"k": [a]} = {"k": [4]}"#, wanted: #"{"x":4}"#),
        LanguageCase("objects of other size", #"p := a if {"k": a} = input.x"#, input: #"{"x":{"k":4,"l":1}}"#),
        LanguageCase("arrays of other size", "p := a if [a] = input.x", input: #"{"x":[1,2]}"#),
        LanguageCase(
            "with a loop on one side", "p contains k if input.x[k] = 1", input: #"{"x":[1,2,1]}"#,
            wanted: #"{"x":[0,2]}"#),
        LanguageCase(
            "a pattern as key", "q contains [1, \"a\"]\nq contains [2, \"b\"]\np := y if q[[2, y]]",
            wanted: #"{"x":"b"}"#),
        LanguageCase("numbers by value", "p if 1 = 1.0", wanted: #"{"x":true}"#),
        LanguageCase("undefined is equal to nothing", "p if input.a == input.b", input: "{}"),
    ]

    static let iteration: [LanguageCase] = [
        LanguageCase("values of an array", "p := [x | some x in [2, 1]]", wanted: #"{"x":[2,1]}"#),
        LanguageCase("keys and values", "p := [[k, v] | some k, v in {\"a\": 1}]", wanted: #"{"x":[["a",1]]}"#),
        LanguageCase(
            "a pattern after some", "p := [b | some [1, b] in [[1, 2], [3, 4], [1, 5]]]", wanted: #"{"x":[2,5]}"#),
        LanguageCase("a wildcard", "p if [1, 2][_] == 2", wanted: #"{"x":true}"#),
        LanguageCase("the same variable twice", "p := [i | [1, 2][i] = [3, 2][i]]", wanted: #"{"x":[1]}"#),
        LanguageCase("nothing to iterate over", "p := [x | some x in input]", input: "5", wanted: #"{"x":[]}"#),
        LanguageCase(
            "in as a test", "p := [1 in [1], 2 in {1}, \"v\" in {\"k\": \"v\"}]", wanted: #"{"x":[true,false,true]}"#),
        LanguageCase("in with a key", "p := [\"k\", \"v\" in {\"k\": \"v\"}]", wanted: #"{"x":["k",true]}"#),
        LanguageCase("every holds", "p if every x in [1, 2] { x > 0 }", wanted: #"{"x":true}"#),
        LanguageCase("every fails", "p if every x in [1, 0] { x > 0 }"),
        LanguageCase("every over nothing", "p if every x in [] { x > 0 }", wanted: #"{"x":true}"#),
        LanguageCase("every over what is no collection", "p if every x in input { x > 0 }", input: "1"),
        LanguageCase(
            "every with a key", "p if every k, v in {\"a\": 1} { k == \"a\"; v == 1 }", wanted: #"{"x":true}"#),
        LanguageCase(
            "every with a search inside", "p if every x in [1, 2] { some y in [2, 1]; x == y }", wanted: #"{"x":true}"#),
    ]

    static let negation: [LanguageCase] = [
        LanguageCase("of undefined", "p if not input.x", input: "{}", wanted: #"{"x":true}"#),
        LanguageCase("of false", "p if not input.x", input: #"{"x":false}"#, wanted: #"{"x":true}"#),
        LanguageCase("of a value", "p if not input.x", input: #"{"x":1}"#),
        LanguageCase("a nested undefined operand is undefined", "p if not startswith(input.x, \"a\")", input: "{}"),
    ]

    static let comprehensions: [LanguageCase] = [
        LanguageCase("array", "p := [(x * 2) | some x in [1, 2]]", wanted: #"{"x":[2,4]}"#),
        LanguageCase("set", "p := {(x % 2) | some x in [1, 2, 3]}", wanted: #"{"x":[0,1]}"#),
        LanguageCase("object", "p := {k: v | some v, k in [\"a\"]}", wanted: #"{"x":{"a":0}}"#),
        LanguageCase(
            "over a variable from outside", "p := [[y | some y in [1, 2]; y > x] | some x in [0, 1]]",
            wanted: #"{"x":[[1,2],[2]]}"#),
        LanguageCase(
            "nested", "p := {a: [b | some b in [1, 2]; b != a] | some a in [1, 2]}", wanted: #"{"x":{"1":[2],"2":[1]}}"#
        ),
        LanguageCase("names inside are their own", "p := [[x | x = 1], [x | x = 2]]", wanted: #"{"x":[[1],[2]]}"#),
    ]

    static let templates: [LanguageCase] = [
        LanguageCase(
            "values in text", "p := $\"{1 + 1} {[\"a\"]} {input.x}\"", input: #"{"x":"y"}"#,
            wanted: #"{"x":"2 [\"a\"] y"}"#),
        LanguageCase("undefined in text", "p := $\"<{input.z}>\"", input: "{}", wanted: #"{"x":"<<undefined>>"}"#),
        LanguageCase("raw text", "p := $`a\\n{1}`", wanted: #"{"x":"a\\n1"}"#),
    ]

    @Test(arguments: unification) func `unification means what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: iteration) func `iteration means what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: negation) func `negation means what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: comprehensions) func `comprehensions mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: templates) func `template strings mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test func `a template part with two values is a conflict`() {
        #expect {
            try answers(LanguageCase("two", "p := $\"{[1, 2][_]}\""))
        } throws: { error in
            (error as? Failed)?.description
                == "test-0.rego:2: eval_conflict_error: template-strings must not produce multiple outputs"
        }
    }
}

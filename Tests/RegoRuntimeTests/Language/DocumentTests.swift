import Testing

struct DocumentTests {
    static let documents: [LanguageCase] = [
        LanguageCase("data", "p := data.a.b", data: #"{"a":{"b":1}}"#, wanted: #"{"x":1}"#),
        LanguageCase("missing data", "p := data.a.c", data: #"{"a":{"b":1}}"#),
        LanguageCase("no input at all", "p := input"),
        LanguageCase("null as input", "p := input", input: "null", wanted: #"{"x":null}"#),
        LanguageCase(
            "data and rules together", "q := 1", query: "data.test = x", data: #"{"test":{"r":2}}"#,
            wanted: #"{"x":{"q":1,"r":2}}"#),
        LanguageCase(
            "an undefined rule hides no other", "q := 1 if false\nr := 2", query: "data.test = x",
            wanted: #"{"x":{"r":2}}"#),
        LanguageCase(
            "a key that is not known before", "q := 1", query: "data.test[input.k] = x", input: #"{"k":"q"}"#,
            wanted: #"{"x":1}"#),
        LanguageCase(
            "all keys of a package", "q := 1\nr := 2", query: "data.test[k] = x", data: #"{"test":{"s":3}}"#,
            wanted: #"{"k":"q","x":1}"#, #"{"k":"r","x":2}"#, #"{"k":"s","x":3}"#),
        LanguageCase(
            "a step beyond the key", "a.v := 1\nb.v := 2\nb.w := 3", query: "data.test[k].v = x",
            wanted: #"{"k":"a","x":1}"#, #"{"k":"b","x":2}"#),
        LanguageCase(
            "numbers name members of data", "p := data.a[2]", data: #"{"a":{"2":"x"}}"#, wanted: #"{"x":"x"}"#),
        LanguageCase("sets know their members", "q contains 1\np := [q[1] | true]", wanted: #"{"x":[1]}"#),
    ]

    static let replacements: [LanguageCase] = [
        LanguageCase(
            "input", "q := input.a\np := [q | q] if true\nr := x if x := q with input as {\"a\": 3}",
            query: "data.test.r = x",
            wanted: #"{"x":3}"#),
        LanguageCase(
            "a part of the input", "q := input\np := x if x := q with input.a.b as 1", input: #"{"c":2}"#,
            wanted: #"{"x":{"a":{"b":1},"c":2}}"#),
        LanguageCase(
            "data", "q := data.d.e\np := x if x := q with data.d.e as 5", data: #"{"d":{"e":1}}"#, wanted: #"{"x":5}"#),
        LanguageCase("a rule", "q := 1\nr := q + 1\np := x if x := r with data.test.q as 5", wanted: #"{"x":6}"#),
        LanguageCase(
            "only inside", "q := input.a\np := [x, y] if { x := q with input.a as 5; y := q }", input: #"{"a":1}"#,
            wanted: #"{"x":[5,1]}"#),
        LanguageCase("a package", "p := x if x := data.other with data.other as {\"z\": 1}", wanted: #"{"x":{"z":1}}"#),
        LanguageCase(
            "a builtin by a value", "q := count([1, 2])\np := x if x := q with count as 7", wanted: #"{"x":7}"#),
        LanguageCase(
            "a builtin by a function", "f(_) := 9\nq := count([1])\np := x if x := q with count as f",
            wanted: #"{"x":9}"#),
        LanguageCase(
            "a replacement calls the original",
            "f(x) := count(x) + 1\nq := count([1])\np := x if x := q with count as f",
            wanted: #"{"x":2}"#),
        LanguageCase(
            "a function by a value", "f(_) := 1\nq := f(0)\np := x if x := q with f as 2", wanted: #"{"x":2}"#),
        LanguageCase(
            "a function by a builtin", "f(_) := 1\nq := f([0, 0])\np := x if x := q with f as count",
            wanted: #"{"x":2}"#),
        LanguageCase(
            "an expression with several answers",
            "q contains input.v\nq contains 2\np := [[v, input.v] | q[v] with input.v as 1]", input: #"{"v":9}"#,
            wanted: #"{"x":[[1,9],[2,9]]}"#),
        LanguageCase(
            "not with", "q if input.a\np if not q with input as {}", input: #"{"a":1}"#, wanted: #"{"x":true}"#),
        LanguageCase(
            "what was known before stays",
            "q := input.a\np := [a, b, c] if { a := q; b := q with input.a as 2; c := q }", input: #"{"a":1}"#,
            wanted: #"{"x":[1,2,1]}"#),
    ]

    @Test(arguments: documents) func `documents mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: replacements) func `with means what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }
}

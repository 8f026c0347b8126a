import Testing

struct RuleTests {
    static let complete: [LanguageCase] = [
        LanguageCase("a constant rule", "p := 1", wanted: #"{"x":1}"#),
        LanguageCase("a rule whose body fails is undefined", "p if false"),
        LanguageCase("a rule without a value is true", "p if 1 < 2", wanted: #"{"x":true}"#),
        LanguageCase("default where nothing holds", "default p := 7\np := 1 if false", wanted: #"{"x":7}"#),
        LanguageCase("default gives way", "default p := 7\np := 1 if true", wanted: #"{"x":1}"#),
        LanguageCase("the first else that holds", "p := 1 if false else := 2 if false else := 3", wanted: #"{"x":3}"#),
        LanguageCase("else is not reached", "p := 1 if true else := 2", wanted: #"{"x":1}"#),
        LanguageCase("several bodies of one value", "p := 1 if false\np := 1 if true", wanted: #"{"x":1}"#),
        LanguageCase("a chained body is a rule of its own", "p if { false } { true }", wanted: #"{"x":true}"#),
        LanguageCase("false is a value of a rule", "p := false", wanted: #"{"x":false}"#),
        LanguageCase(
            "a rule with dots in its name", "p.q.r := 1\np.q.s := 2", wanted: #"{"x":{"q":{"r":1,"s":2}}}"#),
        LanguageCase("rules in brackets", #"p["a b"] := 1"#, wanted: #"{"x":{"a b":1}}"#),
    ]

    static let partial: [LanguageCase] = [
        LanguageCase(
            "a set from several rules", "p contains 1\np contains 2 if true\np contains 1", wanted: #"{"x":[1,2]}"#),
        LanguageCase("an empty set", "p contains 1 if false", wanted: #"{"x":[]}"#),
        LanguageCase("a set by iteration", "p contains x if some x in [3, 1, 3]", wanted: #"{"x":[1,3]}"#),
        LanguageCase(
            "an object by iteration", "p[k] := v if some k, v in [\"a\", \"b\"]", wanted: #"{"x":{"0":"a","1":"b"}}"#),
        LanguageCase("equal values of one key", "p.a := 1\np[k] := 1 if k := \"a\"", wanted: #"{"x":{"a":1}}"#),
        LanguageCase(
            "two variables in the head", "p[a][b] := a + b if { some a in [1, 2]; some b in [10, 20] }",
            wanted: #"{"x":{"1":{"10":11,"20":21},"2":{"10":12,"20":22}}}"#),
        LanguageCase(
            "sets below a variable", "p[k] contains v if { some k in [\"a\", \"b\"]; some v in [1, 2] }",
            wanted: #"{"x":{"a":[1,2],"b":[1,2]}}"#),
        LanguageCase(
            "a fixed step after a variable", "p[k].size := v if some k, v in {\"a\": 1}\np.b.size := 2",
            wanted: #"{"x":{"a":{"size":1},"b":{"size":2}}}"#),
        LanguageCase(
            "one key of a dynamic document", "p[k] := v if some k, v in {\"a\": 1, \"b\": 2}",
            query: "data.test.p.b = x", wanted: #"{"x":2}"#),
        LanguageCase(
            "every key of a dynamic document", "p[k] := v if some k, v in {\"a\": 1, \"b\": 2}",
            query: "data.test.p[k] = x", wanted: #"{"k":"a","x":1}"#, #"{"k":"b","x":2}"#),
    ]

    static let functions: [LanguageCase] = [
        LanguageCase("a function", "f(a, b) := a - b\np := f(5, 3)", wanted: #"{"x":2}"#),
        LanguageCase("a function of nothing", "f() := 4\np := f()", wanted: #"{"x":4}"#),
        LanguageCase("constants as arguments", "f(1) := \"one\"\nf(2) := \"two\"\np := f(2)", wanted: #"{"x":"two"}"#),
        LanguageCase("an argument that nothing matches", "f(1) := \"one\"\np := f(3)"),
        LanguageCase(
            "patterns as arguments", "f([a, {\"k\": b}]) := a + b\np := f([1, {\"k\": 2}])", wanted: #"{"x":3}"#),
        LanguageCase("one argument twice", "f(a, a) := true\np := [f(1, 1) | true]", wanted: #"{"x":[true]}"#),
        LanguageCase(
            "default of a function", "default f(_) := 0\nf(a) := 1 if a > 5\np := [f(9), f(1)]", wanted: #"{"x":[1,0]}"#
        ),
        LanguageCase("else in a function", "f(a) := 1 if a > 5 else := 2\np := [f(9), f(1)]", wanted: #"{"x":[1,2]}"#),
        LanguageCase("an extra argument takes the result", "f(a) := a + 1\np := y if f(1, y)", wanted: #"{"x":2}"#),
        LanguageCase("a false result fails as a statement", "f(a) := a\np if f(false)"),
        LanguageCase(
            "functions are no documents", "f(a) := a\nq := 1", query: "data.test = x", wanted: #"{"x":{"q":1}}"#),
    ]

    @Test(arguments: complete) func `complete rules mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: partial) func `partial rules mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    @Test(arguments: functions) func `functions mean what OPA says`(_ test: LanguageCase) throws {
        #expect(try answers(test) == test.wanted.sorted())
    }

    static let conflicts: [(module: String, message: String)] = [
        ("p := 1\np := 2", "test-0.rego:3: eval_conflict_error: complete rules must not produce multiple outputs"),
        (
            "p := x if some x in [1, 2]",
            "test-0.rego:2: eval_conflict_error: complete rules must not produce multiple outputs"
        ),
        (
            "f(_) := 1\nf(1) := 2\np := f(1)",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
        ("p[k] := v if { k := 1; some v in [1, 2] }", "test-0.rego:2: eval_conflict_error: object keys must be unique"),
        ("p := {1: v | some v in [1, 2]}", "test-0.rego:2: eval_conflict_error: object keys must be unique"),
        // Calls come before the references beside them, so an undefined one hides no conflict.
        (
            "f(_) := \"x\"\nf(1) := \"y\"\np if input.none in f(1)",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
        (
            "f(_) := \"x\"\nf(1) := \"y\"\np if f(1) == input.none",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
        (
            "f(_) := \"x\"\nf(1) := \"y\"\np := [input.none, f(1)]",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
        (
            "f(_) := \"x\"\nf(1) := \"y\"\np := x if { x := {\"a\": input.none[0], \"b\": f(1)} }",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
        (
            "f(_) := \"x\"\nf(1) := \"y\"\np if startswith(input.none, concat(\"\", [f(1)]))",
            "test-0.rego:3: eval_conflict_error: functions must not produce multiple outputs for same inputs"
        ),
    ]

    @Test(arguments: conflicts) func `conflicts stop the evaluation`(_ module: String, _ message: String) {
        #expect {
            try answers(LanguageCase("conflict", module))
        } throws: { error in
            (error as? Failed)?.description == message
        }
    }
}

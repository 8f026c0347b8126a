"""What the other engines are known to do otherwise than OPA, each with a small program that shows it.

The first entry that fits explains a difference. Where the other engine fails, its error tells; where it gives a wrong answer, the
smallest program that differs has to look like the entry's. `test_differential.py` runs every example, so that an entry goes when
the defect does.
"""
import re
from dataclasses import dataclass

BOTH = ("regorus", "rego-cpp")


@dataclass(frozen=True)
class Difference:
    engines: tuple
    reason: str
    example: str
    """Rules after `package t`; the query is `data.t.out`; the documents are those of `EXAMPLE_INPUT` and `EXAMPLE_DATA`."""
    ours: dict
    """Our answer to the example: {"value": …} or {"error": a part of the text}."""
    error: str = ""
    """A regular expression for the other engine's error; empty when it gives a wrong answer instead."""
    program: str = ""
    """A regular expression for the program; empty when the error alone tells."""
    refusal: str = ""
    """A regular expression for our own error, where we refuse what the other engine answers."""
    is_shown: bool = True
    """False where no example shows the defect every time."""

    def explains(self, engine, theirs, ours, text):
        if engine not in self.engines or bool(self.refusal) != ("error" in ours):
            return False
        if not self.refusal and bool(self.error) != ("error" in theirs):
            return False
        return all(re.search(pattern, where, re.S) for pattern, where in [
            (self.error, theirs.get("error", "")), (self.program, text), (self.refusal, ours.get("error", ""))])


EXAMPLE_INPUT = {"words": ["a", "b"], "prices": {"a": 1}, "deep": {"x": {"y": 0, "z": [1, {"c": 2}]}}, "t": "ab"}
EXAMPLE_DATA = {"d": {"names": {"a": "x", "b": "y"}, "s": "é", "prices": {}, "nums": [1]}}

KNOWN = [
    # Both
    Difference(
        BOTH, "no types are checked, so what can never be equal, or no builtin takes, is answered instead of refused",
        'out := [x | a := {}; b := {"c": ""}; not a == b; x := 1]', {"error": "match error"}, refusal=r"rego_type_error"),
    Difference(
        BOTH, "an undefined argument inside of a negation makes it true; OPA evaluates arguments outside of it "
        "(open-policy-agent/opa#1877)",
        "out := [x | x := r]\nr := 1 if { not data.d.nope in set() }", {"value": []}, program=r"\bnot\b"),
    # rego-cpp
    Difference(
        ("rego-cpp",), "the process dies", 'out := [x | x := r with input as {"t": 1}]\nr := abs(input.t)', {"value": [1]},
        error=r"^crashes"),
    Difference(("rego-cpp",), "the process hangs", "", {}, error=r"^hangs", is_shown=False),
    Difference(
        ("rego-cpp",), "a text outside of ASCII comes back broken", "", {}, error=r"JSONDecodeError|UnicodeDecodeError",
        is_shown=False),
    Difference(
        ("rego-cpp",), "upper and lower know ASCII only", 'out := upper("é")', {"value": "É"}, program=r"\b(upper|lower)\("),
    Difference(
        ("rego-cpp",), "some expressions and comprehensions of one line are not parsed",
        "out := {x: 1 | some v, x in [4]}", {"value": {"4": 1}}, error=r"Invalid (collection|literal|expression|rule)",
        is_shown=False),
    Difference(
        ("rego-cpp",), "walk inside of a comprehension or body loses the answers when its variables are not used",
        "out := [x | x := {0 | walk(input.deep, [v1, v2])}]", {"value": [[0]]}, program=r"walk\("),
    Difference(
        ("rego-cpp",), "a builtin that fails is an argument all the same",
        'out := [x | x := f(json.unmarshal("[3"))]\nf(x) := 1', {"value": []}, program=r"\bf\d*\("),
    Difference(
        ("rego-cpp",), "`with` an undefined value replaces nothing, where OPA is undefined",
        "out := [x | x := input.t with input.t as data.d.nope]", {"value": []}, program=r" with "),
    Difference(
        ("rego-cpp",), "base64.is_valid accepts what is cut short", 'out := [x | x := base64.is_valid("aab")]',
        {"value": [False]}, program=r"base64\.is_valid"),
    Difference(
        ("rego-cpp",), "strings of regex.find_n compare wrongly",
        'out := [x | x := r]\nr := 1 if { "" < json.marshal(regex.find_n("[a-z]", input.t, 2)) }', {"value": [1]},
        program=r"regex\.find_n"),
    Difference(
        ("rego-cpp",), "max and min of nothing are not undefined", "out := [x | x := r]\nr if { v := max([]) }", {"value": []},
        program=r"\b(max|min)\("),
    Difference(
        ("rego-cpp",), "format_int takes a negative number for its two's complement", "out := format_int(-7, 16)", {"value": "-7"},
        program=r"format_int"),
    Difference(
        ("rego-cpp",), "a comprehension of a variable from outside compares as empty",
        "out := [v | some v in input.words; [] == [v | true]]", {"value": []}, program=r"[\[{]v\d*\b[^|]*\|"),
    Difference(
        ("rego-cpp",), "two values for one key in an object comprehension make it undefined instead of an error", "", {}, is_shown=False,
        refusal=r"object keys must be unique", program=r"\{.*:.*\|"),
    Difference(
        ("rego-cpp",), "a loop or pattern whose variables are not all used gives no answer",
        "out := [x | x := r]\nr := 1 if { [v1, v2] := input.words; v3 := 0 }", {"value": [1]},
        program=r"some v\d*; v\d* := |\[v\d*, v\d*\] := "),
    Difference(
        ("rego-cpp",), "the keys of an object come in the order they were written", 'out := concat("", object.keys({"b": 1, "a": 2}))',
        {"value": "ab"}, program=r"object\.keys"),
    Difference(
        ("rego-cpp",), "a failing builtin becomes a value or stops the query", 'out := [x | x := [sum(["a"])]]', {"value": []},
        program=r"\w\(", is_shown=False),
    Difference(
        ("rego-cpp",), "the query stops without a word", "", {}, error=r"^<error>", is_shown=False),
    Difference(
        BOTH, "indexof finds the empty text; OPA takes that for an error", 'out := [x | x := indexof("a", "")]', {"value": []},
        program=r"indexof"),
    Difference(
        ("rego-cpp",), "a comprehension of a variable from outside is the same empty one each time, so there is no conflict",
        "out := f(1)\nf(_) := {v | w := 1} if { some v in [1, 2] }", {"error": "eval_conflict_error"},
        refusal=r"eval_conflict_error", program=r"[\[{]v\d*\b[^|]*\|", is_shown=False),
    Difference(
        ("rego-cpp",), "a comparison that does not hold is undefined as an operand", 'out := [x | x := r]\nr := 1 if { (7 == 0) != true }',
        {"value": [1]}, program=r"\(.* ([=!<>]=|<|>) .*\)"),
    Difference(
        ("rego-cpp",), "a loop that gives no answer leaves no conflict either", "", {}, refusal=r"eval_conflict_error",
        program=r"some v\d*; v\d* := |\[v\d*, v\d*\] := ", is_shown=False),
    Difference(
        ("rego-cpp",), "a pattern whose variables are not all used does not match", "", {}, program=r'"b": v\d+\} = \{|, v\d+\] = \[',
        is_shown=False),
    Difference(
        ("rego-cpp",), "an `every` inside of an `every` loses the outer variable", "", {}, program=r"every .*every", is_shown=False),
    # regorus
    Difference(
        ("regorus",), "a pattern takes an undefined value",
        'out := [x | x := f(1)]\nr := 1 if { false }\nf(_) := 2 if { {"a": 1, "b": v} = {"a": r, "b": 0} }', {"value": []},
        program=r" = [\[{]"),
    Difference(
        ("regorus",), "an undefined value in a head does not go on to the else",
        "out := [x | x := f(1)]\nr := []\nf(x) := r[x] if { true } else := 2", {"value": [2]}, program=r"else"),
    Difference(
        ("regorus",), "errors of builtins always stop it, and it looks at arguments after an undefined one, which OPA does not reach",
        'out := [x | x := r]\nr if { {"a": 1}[input.t] in array.concat([], input.nope) }', {"value": []},
        error=r"error: (`[\w.]+` (expects|requires)|could not|divide by zero|value for key .* generated multiple times)", is_shown=False),
    Difference(
        ("regorus",), "a comprehension in a rule's head is not scheduled",
        'out := [x | x := r]\nr := [1 | input.t == "ab"] if { some v in [1] }', {"value": [[1]]},
        error=r"statements not scheduled"),
    Difference(
        ("regorus",), "a variable in a pattern next to an undefined value counts as unsafe",
        "out := [x | x := r]\nr := 1 if { [2, v1] = [2, data.d.nope] }", {"value": []}, error=r"var is unsafe"),
    Difference(
        ("regorus",), "a pattern of another length than the array is an error instead of undefined",
        "out := [x | x := r]\nr := 1 if { [a, b] := [1, 2, 3][_] }", {"value": []}, error=r"mismatch in number of array elements",
        is_shown=False),
    Difference(
        ("regorus",), "a variable of `some` in a loop counts as defined twice",
        "", {}, error=r"duplicated definition of local variable", is_shown=False),
    Difference(
        ("regorus",), "what is undefined is looked at by `some … in`, and is then an error",
        "", {}, error=r"`some .. in collection` expects", is_shown=False),
    Difference(
        ("regorus",), "sprintf writes the sign of a negative number twice", 'out := sprintf("<%d>", [-1])', {"value": "<-1>"},
        program=r"sprintf"),
    Difference(
        ("regorus",), "`in` an undefined collection is false instead of undefined", 'out := [x | x := ("" in data.d.nope)]',
        {"value": []}, program=r" in "),
    Difference(
        ("regorus",), "an undefined value for one key of a partial object is an error",
        'out := [x | x := r]\nr[k] := input.prices[v] if { some v in ["nope", "a"]; k := v }', {"value": [{"a": 1}]},
        error=r"not an object"),
    Difference(
        ("regorus",), "a partial object whose key enumerates nothing is undefined instead of empty",
        'out := [x | x := r]\nr[data.d.nope[v]] := "" if { true }', {"value": [{}]}, program=r"\nr\d*\[(input|data)\.",
        is_shown=False),
    Difference(
        ("regorus",), "two values of an else are undefined instead of a conflict",
        "out := [x | x := f(0)]\nf(_) := 1 if { false } else := v if { some v in [1, 2] }", {"error": "eval_conflict_error"},
        refusal=r"eval_conflict_error", program=r"\belse\b", is_shown=False),
    Difference(
        ("regorus",), "a head that looks up what its body enumerates loses answers",
        "out := [x | x := r]\nr := input.words[i] if { some i; v := data.d.nums[i] }", {"value": ["a"]},
        program=r"(:=|contains) (input|data)\.[\w.]+\[v?\w+\] if|\nr\d*\[(input|data)\.", is_shown=False),
]

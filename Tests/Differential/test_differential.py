"""A small differential run on every `make test`; `make differential SEED=… COUNT=…` runs long ones."""
import pytest

from differential import Summary, compare, run, same, shown
from generator import Generator, Program
from known_differences import EXAMPLE_DATA, EXAMPLE_INPUT, KNOWN
from syntax import Items, Node, smaller

SEED, COUNT = 20260101, 300
SHOWN = [known for known in KNOWN if known.is_shown]


def example(text):
    return compare([Program(text, EXAMPLE_DATA, EXAMPLE_INPUT)])[0]


def test_random_programs_mean_the_same_to_three_engines():
    summary = run(SEED, COUNT)
    print(summary)
    assert not summary.unexplained, "\n\n".join(map(shown, summary.unexplained))
    assert summary.programs == COUNT
    assert summary.values > COUNT * 0.8, f"too many programs are refused: {summary}"
    assert summary.agreements > COUNT * 0.75, f"too little agrees to show anything: {summary}"


@pytest.mark.parametrize("known", SHOWN, ids=[known.reason[:60] for known in SHOWN])
def test_a_known_difference_is_as_the_table_says(known):
    comparison = example(known.example)
    if "error" in known.ours:
        assert known.ours["error"] in comparison.lax.get("error", ""), shown(comparison)
    else:
        assert same(comparison.lax, known.ours), shown(comparison)
    for engine in known.engines:
        assert engine in comparison.differing, shown(comparison)
        assert known.explains(engine, comparison.others[engine], comparison.lax, comparison.program.text), shown(comparison)


def test_a_wrong_answer_of_ours_is_unexplained():
    """The judge itself: an answer that nobody gives must not pass."""
    comparison = example("out := {1, 2}")
    assert comparison.differing == []
    comparison.lax = comparison.strict = {"value": [1, 3]}
    assert comparison.differing == ["regorus", "rego-cpp"]
    assert set(comparison.reasons().values()) == {None}
    summary = Summary()
    summary.programs = 1
    assert "1 unexplained" in str(summary.judged(comparison))


def test_a_seed_gives_the_same_program_each_time():
    one, other = Generator("x/1").program(), Generator("x/1").program()
    assert (one.text, one.data, one.input) == (other.text, other.data, other.input)
    assert Generator("x/2").program().text != one.text


def test_a_tree_shrinks_by_items_and_terms():
    tree = Items("arr:num", "[", ", ", "]", [Node("num", "(", Node("num", "1"), " + ", Node("num", "2"), ")"), Node("num", "3")])
    assert str(tree) == "[(1 + 2), 3]"
    assert {"[]", "[3]", "[(1 + 2)]", "[1, 3]", "[0, 3]"} <= {str(one) for one in smaller(tree)}


@pytest.mark.parametrize("one, other, equal", [(1, 1.0, True), (1, True, False), (0, False, False), ([1], [1, 2], False), (
    {"a": None}, {}, False), (None, False, False), (0.1 + 0.2, 0.3, True), ("1", 1, False), (10**16 + 1, 10**16, True), (7, 8, False)])
def test_values_are_compared_as_json(one, other, equal):
    assert same({"value": one}, {"value": other}) is equal
    assert not same({"value": one}, {"error": "x"})

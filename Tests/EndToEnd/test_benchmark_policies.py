"""The benchmarks' policies and calls belong together: each call is still decided as it says. No times are asserted."""
import json

from conftest import ROOT, run

POLICIES, CALLS = ROOT / "Benchmarks/policies", ROOT / "Benchmarks/calls.json"


def bench(calls, home):
    return run("bench", POLICIES, "--calls", calls, "--rounds", "1", "--callers", "4", "--home", home, check=False)


def test_each_call_of_the_benchmarks_is_decided_as_it_expects_and_no_row_is_missing(tmp_path):
    done = bench(CALLS, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    for call in json.loads(CALLS.read_text())["calls"]:
        assert sum(row.startswith(call["name"] + "  ") for row in rows) == 2, "alone, and under load"
    assert sum(row.startswith("redact 1 KB, ") for row in rows) == 2


def test_a_call_that_is_decided_otherwise_ends_the_run(tmp_path):
    calls = json.loads(CALLS.read_text())
    calls["calls"] = [{**calls["calls"][1], "expect": "allow"}]
    (tmp_path / "calls.json").write_text(json.dumps(calls))
    done = bench(tmp_path / "calls.json", tmp_path)
    assert done.returncode == 1
    assert "`payment, denied` was answered deny" in done.stderr and ", not allow" in done.stderr

"""The author's loop over the control-plane API: what the command line says of policies is what the API says of them."""
import concurrent.futures
import json
import shutil

import pytest

from conftest import FIRST_LIGHT, exchange, run
from tenants import POLICIES, Tenants

PATH = "/v1/tenants/acme/policy/"


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    tenants = Tenants(tmp_path_factory.mktemp("author"))
    tenants.person("acme", "maria", "author")
    tenants.person("globex", "gina", "author", "auditor")
    tenants.start()
    for amount in (10, 20, 30, 60):
        tenants.decide("acme", "pay", {"amount": amount})
    tenants.decide("globex", "pay", {"amount": 11})
    yield tenants
    tenants.stop()


def folder(path):
    return {str(file.relative_to(path)): file.read_text() for file in sorted(path.rglob("*")) if file.suffix in (".yaml", ".rego", ".json")}


ACME = {"all.yaml": POLICIES % {"owner": "acme"}}


@pytest.fixture
def ask(api):
    return lambda what, body, who=("acme", "maria"): api.ask("POST", PATH + what, who, body)


def test_lint_says_what_the_command_line_says(ask, tmp_path):
    policies = tmp_path / "policies"
    shutil.copytree(FIRST_LIGHT, policies)
    text = (policies / "policies.yaml").read_text()
    (policies / "policies.yaml").write_text(text.replace("max_amount: 5000", "max_amuont: 5000", 1))
    status, _, told = ask("lint", {"files": folder(policies)})
    line = json.loads(run("policy", "lint", policies, "--json", check=False).stdout)
    assert status == 200 and told["errors"] == line["errors"] > 0 and told["files"] == line["files"]
    bare = [{name: value for name, value in finding.items() if value is not None} for finding in told["findings"]]
    assert bare == line["diagnostics"]


def test_tests_run_and_tell_which_rules_they_saw(ask):
    files = folder(FIRST_LIGHT)
    line = json.loads(run("policy", "test", FIRST_LIGHT, "--json", "--coverage").stdout)
    status, _, told = ask("test", {"files": files})
    assert status == 200, told
    assert (told["passed"], told["failed"]) == (line["passed"], 0) and told["coverage"]["percent"] == line["coverage"]["percent"]
    assert [test["case"] for test in told["tests"]] == [test["case"] for test in line["tests"]]
    some = ask("test", {"files": files, "run": told["tests"][0]["test"]})[2]
    assert 0 < some["passed"] < told["passed"]
    files["policies.yaml"] = files["policies.yaml"].replace("hard_max_amount: 50000", "hard_max_amount: 500000", 1)
    told = ask("test", {"files": files})[2]
    failed = [test for test in told["tests"] if not test["passed"]]
    assert told["failed"] == len(failed) > 0 and failed[0]["differences"] and failed[0]["why"]


def test_a_call_is_explained_with_what_would_let_it_pass(ask):
    call = {"agent": "shop", "tool": "pay", "parameters": {"amount": 70}}
    status, _, told = ask("explain", {"files": ACME, "call": call})
    assert status == 200 and told["decided"].startswith("approval_needed"), told
    assert told["would_pass_if"] == "it came with an approval by role:treasurer"
    assert {rule["rule"]: rule["state"] for rule in told["rules"]}["large"] == "matched"
    listed = ask("explain", {"files": ACME, "agent": "shop", "tool": "pay"})[2]
    assert {rule["rule"] for rule in listed["rules"]} >= {"small", "large"} and listed["obstacle"] == ""


def test_a_replay_tells_which_calls_of_the_tenant_would_change_and_of_no_other(api, ask):
    files = {"all.yaml": ACME["all.yaml"].replace("params.amount <= 50", "params.amount <= 15").replace("params.amount > 50", "params.amount > 15")}
    def report():
        return ask("replay", {"files": files})[2]
    api.wait(lambda: report().get("replayed") == 4)
    told = report()
    assert told["changed"] == 2 and told["decisions"] == 4, told
    row, = told["rows"]
    assert (row["before"], row["after"], row["count"], row["agent_id"]) == ("allow", "approval_needed", 2, "shop")
    assert ask("replay", {"files": ACME})[2]["changed"] == 0
    later = ask("replay", {"files": files, "since": "2199-01-01T00:00:00Z"})[2]
    assert later["decisions"] == 0
    other = api.ask("POST", "/v1/tenants/globex/policy/replay", ("globex", "gina"), {"files": {"all.yaml": POLICIES % {"owner": "globex"}}})[2]
    assert other["decisions"] == 1
    foreign = {"all.yaml": ACME["all.yaml"] + "---\naegis: v1\nkind: Tenant\nname: globex\n"}
    status, _, problem = ask("replay", {"files": foreign})
    assert status == 422 and problem["code"] == "policies_invalid", problem


def test_policies_are_suggested_from_the_tenants_own_traffic(ask):
    bare = {"all.yaml": ACME["all.yaml"].split("---\naegis: v1\nkind: Policy")[0]}
    status, _, told = ask("suggest", {"files": bare, "shadow": True})
    assert status == 200 and told["policies"] == 1, told
    assert "params.amount <= 30" in told["text"] and "mode: shadow" in told["text"] and "11" not in told["text"].split("rules:")[1]
    assert ask("lint", {"files": {**bare, "suggested.yaml": told["text"]}})[2]["errors"] == 0
    wider = ask("suggest", {"files": bare, "include_denied": True})[2]
    assert "params.amount <= 60" in wider["text"]


@pytest.mark.parametrize("body, status, code", [
    ({}, 400, "request_invalid"), ({"files": ACME, "of": "1"}, 400, "request_invalid"), ({"files": []}, 400, "request_invalid"),
    ({"files": {"a.yaml": 1}}, 400, "request_invalid"), ({"files": {"../a.yaml": ""}}, 400, "request_invalid"),
    ({"files": {"/a.yaml": ""}}, 400, "request_invalid"), ({"files": {"a.txt": ""}}, 400, "request_invalid"),
    ({"files": {".git/a.yaml": ""}}, 400, "request_invalid"), ({"files": ACME, "fiels": 1}, 400, "request_invalid"),
    ({"files": {f"{number}.yaml": "" for number in range(2001)}}, 400, "request_invalid"),
    ({"of": "1"}, 404, "lifecycle.unknown-proposal"), ({"of": "prp_0123456789abcdef"}, 404, "lifecycle.unknown-proposal"),
    (b" " * (5 << 20), 413, "request_too_large"),
])
@pytest.mark.parametrize("what", ["lint", "test", "replay", "suggest"])
def test_what_is_no_set_of_policies_is_refused(ask, what, body, status, code):
    told = ask(what, body)
    assert (told[0], told[2]["code"]) == (status, code), told


def test_policies_that_do_not_compile_are_refused_with_the_place(ask):
    files = {"all.yaml": ACME["all.yaml"].replace("effect: allow", "effect: alow", 1)}
    for what in ("test", "replay", "suggest"):
        status, _, problem = ask(what, {"files": files})
        assert (status, problem["code"]) == (422, "policies_invalid") and "all.yaml:" in problem["detail"], (what, problem)
    status, _, problem = ask("explain", {"files": ACME, "call": {"agent": "shop", "tool": "pay", "now": "later"}})
    assert status == 422, problem
    assert ask("explain", {"files": ACME})[0] == 400


SLOW = """package slow_test

test_slow if { count([x | some x in numbers.range(1, 400); some y in numbers.range(1, 400); x * y == -1]) == 0 }
"""


def test_more_than_the_desk_takes_is_turned_away_and_decisions_go_on(api, ask):
    files = {**ACME, "slow_test.rego": SLOW}
    with concurrent.futures.ThreadPoolExecutor(24) as people:
        waiting = [people.submit(ask, "test", {"files": files}) for _ in range(24)]
        for _ in range(5):
            assert api.decide("acme", "web.read")["decision"] == "allow"
        answers = [each.result() for each in waiting]
    statuses = {answer[0] for answer in answers}
    assert statuses == {200, 429}, [answer[2] for answer in answers if answer[0] not in (200, 429)][:1]
    turned = next(answer for answer in answers if answer[0] == 429)
    assert turned[2]["code"] == "busy" and int(turned[1]["retry-after"]) >= 1
    api.wait(lambda: ask("lint", {"files": ACME})[0] == 200)

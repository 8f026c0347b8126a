"""Policies and tests of policies that the pages show: as they stand there, they are clean and do what the page says."""
import json
import re

import pytest

from conftest import ROOT, run

BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)


def blocks(page):
    return BLOCK.findall((ROOT / "docs" / page).read_text())


@pytest.mark.parametrize("parameters, said", [
    ({"amount": 20}, "allow, policy_allow: "),
    ({"amount": 6000}, "approval_needed, approval_required: an amount above 5000 needs approval"),
    ({"amount": 60000}, "deny, amount_exceeded: the amount is above 50000"),
    ({"amount": 20, "memo": "ask ann@acme.example"}, "sanitize, policy_allow: "),
    ({"amount": 20, "note": ""}, "deny, parameter_invalid: "),
])
def test_the_example_of_the_language_is_clean_and_decides_as_it_says(tmp_path, parameters, said):
    (tmp_path / "policies.yaml").write_text(blocks("reference/policy-language.md")[0])
    assert run("policy", "lint", tmp_path, "--strict").stdout == "1 file: 0 errors, 0 warnings\n"
    call = {"to": "DE89370400440532013000", **parameters}
    told = run("policy", "explain", tmp_path, "--agent", "finance-agent", "--tool", "payments.transfer", "--params", json.dumps(call))
    assert told.stdout.startswith(said), told.stdout


def test_the_tests_that_the_guide_for_authors_shows_pass_on_the_sets_that_it_names(tmp_path):
    shown, budgets = blocks("guides/authoring.md")[:2]
    for name, test in (("payments", shown), ("llm-budget", None)):
        run("policy", "init", name, "--out", tmp_path / name)
        file = tmp_path / name / f"{name}_test.yaml"
        given = file.read_text().partition("cases:\n")[0]
        file.write_text(test or given + budgets)
        assert ", 0 failed" in run("policy", "test", tmp_path / name).stdout

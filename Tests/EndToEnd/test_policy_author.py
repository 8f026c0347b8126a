"""The author's loop on the command line: init, lint, test, explain, diff."""
import json
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree

import pytest

from conftest import AEGIS, FIRST_LIGHT, run

SETS = ["payments", "ehr", "llm-budget", "egress", "cms-publishing", "deploys"]


@pytest.mark.parametrize("name", SETS)
def test_a_starter_set_lints_clean_and_its_tests_cover_every_rule(name, tmp_path):
    run("policy", "init", name, "--out", tmp_path)
    assert "0 errors, 0 warnings" in run("policy", "lint", tmp_path, "--strict").stdout
    done = run("policy", "test", tmp_path, "--coverage", "--fail-under", "100")
    assert re.search(r"\n\d+ passed, 0 failed\n", done.stdout), done.stdout


@pytest.fixture
def policies(tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(FIRST_LIGHT, folder)
    return folder


def edit(folder, old, new, file="policies.yaml"):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def test_a_failing_case_says_what_differs_and_which_rule_decided(policies, tmp_path):
    edit(policies, "hard_max_amount: 50000", "hard_max_amount: 500000")
    report = tmp_path / "junit.xml"
    done = run("policy", "test", policies, "--junit", report, check=False)
    assert done.returncode == 1
    assert "FAIL" in done.stdout and "tests.yaml:" in done.stdout
    assert "outcome: expected `deny`, got `allow`" in done.stdout
    assert "finance-payments/max_amount: matched" in done.stdout
    root = xml.etree.ElementTree.parse(report).getroot()
    assert root.get("failures") == "1" and int(root.get("tests")) > 15
    failure = root.find(".//failure")
    assert failure.get("message") == "outcome: expected `deny`, got `allow`"


def test_too_little_coverage_fails(policies):
    (policies / "tests.yaml").write_text(
        "aegis: v1\nkind: PolicyTest\nname: t\ncases:\n  - name: one\n    given: {agent: llm-agent, tool: llm.complete, "
        "request: {method: POST, host: llm.acme.example, path: /v1/complete}, parameters: {prompt: hi, cost_usd: 1}}\n"
        "    expect: {outcome: allow}\n")
    done = run("policy", "test", policies, "--fail-under", "50", check=False)
    assert done.returncode == 1
    assert "finance-payments/hard_max_amount: no case speaks about it" in done.stdout
    assert "50.0 % are asked for" in done.stderr


def test_a_wrong_test_stops_with_its_place(policies):
    edit(policies, "outcome: allow", "outcome: alow", "tests.yaml")
    done = run("policy", "test", policies, check=False)
    assert done.returncode == 3
    assert re.search(r"tests\.yaml:\d+:\d+: error: `outcome` cannot be `alow` \[policy\.unknown-value\]", done.stderr)
    assert "fix: did you mean `allow`?" in done.stderr


def test_watching_runs_again_when_a_file_changes(policies, tmp_path):
    out = tmp_path / "out"
    with open(out, "wb") as sink:
        process = subprocess.Popen([str(AEGIS), "policy", "test", str(policies), "--watch"], stdout=sink, stderr=sink)
    try:
        def await_text(text):
            deadline = time.monotonic() + 30
            while text not in out.read_text():
                assert time.monotonic() < deadline, out.read_text()
                time.sleep(0.1)
        await_text(" 0 failed")
        edit(policies, "hard_max_amount: 50000", "hard_max_amount: 500000")
        await_text(" 1 failed")
        edit(policies, "aegis: v1", "aegis: v9", "tests.yaml")
        await_text("policy.unknown-version")
    finally:
        process.terminate()
        process.wait()


def test_explaining_a_call_tells_rule_by_rule_and_the_change_that_helps(policies):
    call = ["policy", "explain", policies, "--agent", "finance-agent", "--tool", "payments.transfer"]
    done = run(*call, "--params", json.dumps({"amount": 60000, "currency": "EUR", "to": "DE89370400440532013000"}), "--json")
    said = json.loads(done.stdout)
    assert said["decided"].startswith("deny, egress_not_allowed") or said["decided"].startswith("deny, amount_exceeded")
    rule = next(rule for rule in said["rules"] if rule["rule"] == "hard_max_amount")
    assert rule["state"] == "matched" and rule["conditions"] == [{"text": "params.amount > 50000", "holds": True}]
    assert rule["values"] == {"params.amount": "60000"}
    assert "DE89370400440532013000" not in done.stdout


def test_explaining_a_whole_call(policies, tmp_path):
    call = tmp_path / "call.yaml"
    call.write_text("agent: clinical-agent\nrequest: {method: GET, host: ehr.acme.example, path: /ehr/1}\ncontext: {purpose: fun}\n")
    done = run("policy", "explain", policies, "--call", call)
    assert done.stdout.startswith("deny, purpose_missing: the context must say purpose `care` (ehr-read/require)\n")
    assert "context.purpose = \"fun\"" in done.stdout
    assert "it would pass if the context said purpose: care" in done.stdout


def test_lint_writes_sarif(policies):
    edit(policies, "params.amount > 5000", "params.amnt > 5000")
    done = run("policy", "lint", policies, "--sarif", check=False)
    assert done.returncode == 3
    log = json.loads(done.stdout)
    assert log["version"] == "2.1.0"
    result = log["runs"][0]["results"][0]
    assert result["level"] == "error" and "amount" in result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("policies/policies.yaml") and place["region"]["startLine"] > 1
    assert log["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_diff_of_a_bundle_and_a_folder_tells_the_widening(policies, tmp_path):
    run("keys", "generate", "ops", "--out", tmp_path / "keys")
    bundle = tmp_path / "bundle.tar.gz"
    run("policy", "build", policies, "-o", bundle, "--key", tmp_path / "keys/ops.pem", "--tenant", "acme", "--version", "1")
    assert run("policy", "diff", bundle, policies).stdout == "nothing changes\n"
    edit(policies, "max_amount: 5000\napproval_needed: params.amount > 5000", "max_amount: 9000\napproval_needed: params.amount > 9000")
    edit(policies, "daily_budget: $20", "daily_budget: $10")
    done = run("policy", "diff", bundle, policies, "--fail-on-widening", check=False)
    assert done.returncode == 1
    assert "widens:" in done.stdout and "`max_amount` was raised from 5000 to 9000" in done.stdout
    assert "narrows:" in done.stdout and "`daily_budget` was lowered" in done.stdout
    said = json.loads(run("policy", "diff", bundle, policies, "--json").stdout)
    assert any("raised from 5000 to 9000" in words for words in said["widens"])


def test_a_bundle_whose_rules_are_not_its_documents_may_widen(policies, tmp_path):
    import io
    import tarfile
    run("keys", "generate", "ops", "--out", tmp_path / "keys")
    bundle, changed = tmp_path / "bundle.tar.gz", tmp_path / "changed.tar.gz"
    run("policy", "build", policies, "-o", bundle, "--key", tmp_path / "keys/ops.pem", "--tenant", "acme", "--version", "1")
    with tarfile.open(bundle) as source, tarfile.open(changed, "w:gz") as target:
        for member in source.getmembers():
            data = source.extractfile(member).read()
            if member.name.endswith("finance-payments.rego"):
                data = data.replace(b"50000", b"90000")
            member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    done = run("policy", "diff", bundle, changed)
    assert "may widen:\n  policies: the new bundle's rules are not what its documents compile to" in done.stdout


def test_the_same_policies_build_the_same_bytes(policies, tmp_path):
    run("keys", "generate", "ops", "--out", tmp_path / "keys", "--algorithm", "EdDSA")
    archives = []
    for name in ("a", "b"):
        out = tmp_path / f"{name}.tar.gz"
        run("policy", "build", policies, "-o", out, "--key", tmp_path / "keys/ops.pem", "--tenant", "acme", "--version", "1",
            env={"SOURCE_DATE_EPOCH": "1795409523"})
        archives.append(out.read_bytes())
    assert archives[0] == archives[1]

"""`aegis policy replay` and `aegis policy suggest`: what the trail of a real gateway says about policies that are not in force."""
import json
import shutil

import pytest

from conftest import FIRST_LIGHT, Gateway, run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
LLM = {"method": "POST", "host": "llm.acme.example", "path": "/v1/complete"}
AMOUNTS = (10, 20, 3000, 4000, 7000, 60000)


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("replay"))
    for key_id in ("finance-1", "llm-1"):
        gateway.issue(key_id)
    gateway.start()
    for amount in AMOUNTS:
        for currency in ("EUR", "USD"):
            gateway.decide("finance-1", "finance-agent", "payments.transfer",
                           {"amount": amount, "currency": currency, "to": "DE89370400440532013000"}, request=WIRE)
    for number in range(7):  # five pass at once, then the rate refuses
        gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "hi", "cost_usd": 0.1}, request=LLM)
    gateway.decide(None, "finance-agent", "payments.transfer", {})  # nobody: no policy was asked
    gateway.stop()
    return gateway


@pytest.fixture
def candidate(tmp_path):
    folder = tmp_path / "candidate"
    shutil.copytree(FIRST_LIGHT, folder)
    return folder


def edit(folder, old, new, file="policies.yaml"):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


def replay(trail, candidate, *arguments):
    done = run("policy", "replay", "--bundle", candidate, "--data-dir", trail.data, "--tenant", "acme", "--json", *arguments)
    return json.loads(done.stdout)


def test_the_policies_in_force_decide_every_call_as_they_did(trail, candidate):
    report = replay(trail, candidate)
    assert report["changed"] == 0 and report["rows"] == [], report
    assert report["replayed"] == 2 * len(AMOUNTS) + 7
    bundle = replay(trail, trail.bundle)
    assert (bundle["changed"], bundle["replayed"]) == (0, report["replayed"])


def test_every_call_whose_outcome_would_change_is_counted(trail, candidate):
    edit(candidate, "max_amount: 5000\napproval_needed: params.amount > 5000", "max_amount: 3500\napproval_needed: params.amount > 3500")
    edit(candidate, "mode: shadow\n", "")
    report = replay(trail, candidate)
    found = {(row["before"], row["after"], row["rule_after"]): row["count"] for row in report["rows"] if not row["shadow"]}
    # Euros: 4000 waits now. Dollars: all that passed or waited are denied.
    assert found == {("allow", "approval_needed", "finance-payments/max_amount"): 1,
                     ("allow", "deny", "dollar-freeze/no-dollars"): 4,
                     ("approval_needed", "deny", "dollar-freeze/no-dollars"): 1}
    assert report["changed"] == 6
    sample = next(row for row in report["rows"] if row["after"] == "approval_needed")["samples"][0]
    assert json.loads(sample["parameters_shown"])["amount"] == 4000
    assert "DE89" not in json.dumps(report), "what is sensitive stays out of the report"


def test_what_loosens_is_marked_and_can_fail_a_build(trail, candidate):
    edit(candidate, "max_amount: 5000\napproval_needed: params.amount > 5000", "max_amount: 9000\napproval_needed: params.amount > 9000")
    report = replay(trail, candidate)
    assert [(row["before"], row["after"], row["loosens"], row["count"]) for row in report["rows"]] == [
        ("approval_needed", "allow", True, 2)] or report["changed"] == 2
    done = run("policy", "replay", "--bundle", candidate, "--data-dir", trail.data, "--tenant", "acme", "--fail-on-change", check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("2 of 19 calls would be decided otherwise")
    assert "(!) calls pass, or pass with less in their way, that did not" in done.stdout


def test_what_state_refused_stays_refused(trail, candidate):
    edit(candidate, "rps: 5\nburst: 5", "rps: 50\nburst: 50")
    assert replay(trail, candidate)["changed"] == 0


def test_the_period_and_the_workers_do_not_change_the_sums(trail, candidate):
    edit(candidate, "mode: shadow\n", "")
    one, two = (replay(trail, candidate, "--workers", count) for count in (1, 2))
    assert one["rows"] == two["rows"] and one["changed"] == two["changed"] > 0
    assert replay(trail, candidate, "--since", "2999-01-01T00:00:00Z")["decisions"] == 0


def test_a_gate_that_looked_at_no_call_says_so(trail, candidate):
    """Of another tenant's trail nothing can be said; where a tenant only made no calls for a while, that is no fault."""
    command = ("policy", "replay", "--bundle", candidate, "--data-dir", trail.data, "--fail-on-change")
    for tenant, near in (("globex", ""), ("acne", "did you mean `acme`? ")):
        done = run(*command, "--tenant", tenant, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: the trail in {trail.data / 'audit'} has no record of the tenant `{tenant}`\n"
                                      f"fix: {near}name one that has records with --tenant: acme"), done.stderr
    done = run(*command, "--tenant", "acme", "--since", "2999-01-01T00:00:00Z")
    assert done.stdout.startswith("0 of 0 calls would be decided otherwise")
    assert done.stderr == "warning: the trail has no calls of `acme` since 2999-01-01T00:00:00Z, so none was looked at\n"


def test_a_candidate_that_does_not_compile_is_told(trail, candidate):
    edit(candidate, "params.amount > 5000", "params.amnt > 5000")
    done = run("policy", "replay", "--bundle", candidate, "--data-dir", trail.data, "--tenant", "acme", check=False)
    assert done.returncode == 3 and "did you mean `params.amount`?" in done.stderr


def test_a_suggestion_permits_what_was_seen_and_lints_clean(trail, candidate, tmp_path):
    for policy in ("policies.yaml", "tests.yaml"):
        (candidate / policy).unlink()
    out = candidate / "suggested.yaml"
    run("policy", "suggest", candidate, "--data-dir", trail.data, "--tenant", "acme", "-o", out)
    text = out.read_text()
    assert "'params.amount <= 4000'  # seen 10 to 4000 in 8 calls" in text
    assert "params.currency in [\"EUR\", \"USD\"]" in text
    assert "'params.cost_usd <= 0.1'" in text
    assert "DE89" not in text and "Nothing is said about to" in text
    lint = run("policy", "lint", candidate)
    assert "0 errors" in lint.stdout and "suggested.yaml" not in lint.stderr
    report = replay(trail, candidate)
    # What passed still passes; what waited or was denied finds no permit.
    assert {(row["before"], row["after"]) for row in report["rows"] if not row["shadow"]} <= {
        ("approval_needed", "deny"), ("sanitize", "allow")}
    again = run("policy", "suggest", candidate, "--data-dir", trail.data, "-o", out, check=False)
    assert again.returncode == 1 and "is not there yet" in again.stderr

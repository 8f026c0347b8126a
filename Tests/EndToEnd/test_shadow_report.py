"""`aegis policy shadow-report`: what shadow policies would have blocked, from the trail of a real gateway."""
import json

from conftest import run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}


def report(gateway, *arguments, check=True):
    done = run("policy", "shadow-report", "--data-dir", gateway.data, *arguments, check=check)
    return json.loads(done.stdout) if "--json" in arguments else done


def test_calls_that_a_shadow_policy_would_have_blocked_are_counted_with_samples(gateway):
    for amount, currency in ((10, "USD"), (20, "EUR"), (30, "USD"), (40, "USD"), (50, "USD"), (9000, "USD"), (99000, "USD")):
        gateway.decide("finance-1", "finance-agent", "payments.transfer",
                       {"amount": amount, "currency": currency, "to": "DE89370400440532013000"}, request=WIRE)
    found = report(gateway, "--json", "--tenant", "acme", "--since", "1h")
    assert (found["decisions"], found["shadowed"], found["would_block"]) == (7, 7, 4), found
    row, = found["rows"]
    assert {key: row[key] for key in ("count", "would_decision", "policy", "rule", "code", "agent_id", "tool_name")} == {
        "count": 4, "would_decision": "deny", "policy": "dollar-freeze", "rule": "no-dollars", "code": "policy_deny",
        "agent_id": "finance-agent", "tool_name": "payments.transfer"}
    assert [json.loads(sample["parameters_shown"])["amount"] for sample in row["samples"]] == [30, 40, 50]
    assert "DE89" not in json.dumps(found), "what is sensitive stays out of the report"
    known = {record.get("decision_id") for record in gateway.records()}
    assert {sample["decision_id"] for sample in row["samples"]} <= known


def test_the_period_and_the_tenant_bound_what_is_counted(gateway):
    assert report(gateway, "--json", "--since", "2020-01-01T00:00:00Z")["would_block"] == 4
    assert report(gateway, "--json", "--since", "2999-01-01T00:00:00Z")["rows"] == []
    assert report(gateway, "--json", "--tenant", "globex")["decisions"] == 0
    assert report(gateway, "--json", "--samples", "1")["rows"][0]["samples"][0]["time"].startswith("20")


def test_the_table_and_a_wrong_period(gateway):
    text = report(gateway).stdout.splitlines()
    assert text[0] == "4 of 7 calls would have been blocked (shadow policies spoke about 7)"
    assert text[1].split() == ["COUNT", "WOULD", "POLICY", "AGENT", "TOOL", "LAST", "SAMPLE"]
    assert text[2].split()[:5] == ["4", "deny", "dollar-freeze/no-dollars", "finance-agent", "payments.transfer"]
    done = report(gateway, "--since", "yesterday", check=False)
    assert done.returncode != 0 and "--since `yesterday` is neither a duration" in done.stderr

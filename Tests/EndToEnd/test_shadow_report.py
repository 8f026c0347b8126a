"""`aegis policy shadow-report`: what shadow policies would have blocked, from the trail of a real gateway."""
import json
import time

from conftest import FIRST_LIGHT, Gateway, exchange, run

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
    assert report(gateway, "--json", "--samples", "1")["rows"][0]["samples"][0]["time"].startswith("20")


def test_a_report_without_calls_says_why(gateway):
    """A misspelt tenant must not read as one whose calls nothing would have blocked."""
    done = report(gateway, "--tenant", "acne", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: the trail in {gateway.data / 'audit'} has no record of the tenant `acne`\n"
                                  "fix: did you mean `acme`? name one that has records with --tenant: acme"), done.stderr
    done = report(gateway, "--tenant", "acme", "--since", "2999-01-01T00:00:00Z")
    assert done.stdout.startswith("0 of 0 calls ")
    assert done.stderr == "warning: the trail has no calls of `acme` since 2999-01-01T00:00:00Z, so none was looked at\n"
    assert report(gateway, "--tenant", "acme").stderr == ""


def test_the_table_and_a_wrong_period(gateway):
    text = report(gateway).stdout.splitlines()
    assert text[0] == "4 of 7 calls would have been blocked (shadow policies spoke about 7)"
    assert text[1].split() == ["COUNT", "WOULD", "POLICY", "AGENT", "TOOL", "LAST", "SAMPLE"]
    assert text[2].split()[:5] == ["4", "deny", "dollar-freeze/no-dollars", "finance-agent", "payments.transfer"]
    done = report(gateway, "--since", "yesterday", check=False)
    assert done.returncode != 0 and "--since `yesterday` is neither a duration" in done.stderr


def test_a_tenant_in_shadow_has_its_denials_reported_and_nothing_is_blocked(tmp_path, request):
    policies = tmp_path / "policies"
    policies.mkdir()
    for file in FIRST_LIGHT.glob("*.yaml"):
        (policies / file.name).write_text(file.read_text())
    (policies / "tenant.yaml").write_text("aegis: v1\nkind: Tenant\nname: acme\nmode: shadow\n")
    gateway = Gateway(tmp_path, policies)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1", "--grant", "dry_run")
    gateway.issue("llm-1")
    gateway.start()

    def pay(amount, **more):
        return gateway.decide("finance-1", "finance-agent", "payments.transfer",
                              {"amount": amount, "currency": "EUR", "to": "DE89370400440532013000"}, request={**WIRE, **more})[2]

    for answer in (pay(10), pay(99000), pay(98000), pay(6000), pay(10, host="payments.evil.example")):
        assert (answer["decision"], answer["mode"]) == ("allow", "shadow")
    # Nothing permits this one: no policy speaks for it.
    assert gateway.decide("llm-1", "llm-agent", "payments.transfer", {"amount": 1, "currency": "EUR", "to": "DE89370400440532013000"},
                          request=WIRE)[2]["decision"] == "allow"
    # None of these is a call.
    payment = {"amount": 97000, "currency": "EUR", "to": "DE89370400440532013000"}
    tried = gateway.decide("finance-1", "finance-agent", "payments.transfer", payment, request=WIRE, dry_run=True)[2]
    assert (tried["decision"], tried["would_decision"]["decision"], tried["dry_run"]) == ("allow", "deny", True)
    for path, body in (("/v1/results", {"tool": {"name": "payments.transfer"}, "parameters": payment, "result": {"ok": True}}),
                       ("/v1/delegations", {"to": "llm-agent", "session_id": "s"})):
        answer = exchange(gateway.api, "POST", path, body, {"x-aegis-api-key": gateway.keys["finance-1"]})[2]
        assert answer["receipt"], "it is recorded"
    found = report(gateway, "--json")
    assert all(row["candidate"] is None for row in found["rows"])
    assert (found["decisions"], found["shadowed"], found["would_block"]) == (6, 6, 5), found
    rows = {(row["would_decision"], row["code"], row["policy"], row["agent_id"]): row["count"] for row in found["rows"]}
    assert rows == {
        ("deny", "amount_exceeded", "finance-payments", "finance-agent"): 2,
        ("approval_needed", "approval_required", "finance-payments", "finance-agent"): 1,
        ("deny", "egress_not_allowed", "egress", "finance-agent"): 1,
        ("deny", "scope_exceeded", "", "llm-agent"): 1}, found["rows"]


def test_a_candidate_has_what_it_would_block_reported(tmp_path, request):
    candidate = tmp_path / "candidate"
    candidate.mkdir()
    for file in FIRST_LIGHT.glob("*.yaml"):
        (candidate / file.name).write_text(file.read_text().replace("max_amount: 5000\n", "max_amount: 50\n").replace(
            "hard_max_amount: 50000", "hard_max_amount: 50"))
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start(True, "--candidate", candidate)
    for _ in range(400):  # a candidate is taken up within a second or two
        answer = gateway.decide("finance-1", "finance-agent", "payments.transfer",
                                {"amount": 100, "currency": "EUR", "to": "DE89370400440532013000"}, request=WIRE)[2]
        assert answer["decision"] == "allow"
        would = answer["would_decision"] or {}
        # One that took longer than a candidate is given says nothing of its policies.
        if would.get("policy_version") and (would.get("decision_reason") or {}).get("code") != "evaluation_error":
            break
        time.sleep(0.1)
    assert answer["would_decision"]["decision"] == "deny", answer
    found = report(gateway, "--json")
    row, = [row for row in found["rows"] if row["code"] != "evaluation_error"]
    assert (row["policy"], row["code"], row["count"]) == ("finance-payments", "amount_exceeded", 1), found
    assert row["samples"][0]["decision_id"] == answer["decision_id"]
    assert row["candidate"] == answer["would_decision"]["policy_version"]
    text = report(gateway).stdout.splitlines()
    tried = [record for record in gateway.records() if "would_policy_version" in record.get("detail", {})]
    assert text[0].endswith(f" (shadow policies spoke about {found['shadowed'] - len(tried)}, a candidate about {len(tried)})")
    assert text[1].split() == ["COUNT", "WOULD", "CANDIDATE", "POLICY", "AGENT", "TOOL", "LAST", "SAMPLE"]
    assert [line.split()[2:4] for line in text[2:] if "evaluation_error" not in line] == [[row["candidate"], "finance-payments/" + row["rule"]]]
    # What the candidate said is nothing that the policies in force, evaluated again, could differ from.
    gateway.stop()
    again = json.loads(run("policy", "replay", "--bundle", FIRST_LIGHT, "--data-dir", gateway.data, "--tenant", "acme", "--json").stdout)
    assert again["replayed"] == found["decisions"] and again["rows"] == [], again

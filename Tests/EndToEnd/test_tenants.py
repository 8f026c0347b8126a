"""Two tenants on one gateway, with the same names for everything: nothing of one is seen, spent, used or stopped by the other."""
import json

import pytest
from conftest import run
from tenants import Tenants


@pytest.fixture(scope="module")
def tenants(tmp_path_factory):
    tenants = Tenants(tmp_path_factory.mktemp("tenants"))
    for tenant in tenants.names:
        tenants.person(tenant, "maria", "treasurer")
    yield tenants.start()
    tenants.stop()


def test_the_same_names_and_key_ids_lead_to_each_tenants_own_policies(tenants):
    for tenant in tenants.names:
        answer = tenants.decide(tenant, "web.read", session_id="policies")
        assert answer["decision"] == "allow" and answer["decision_reason"]["policy"] == f"{tenant}-reading"
        assert answer["policy_version"].startswith(f"{tenant}/1@")
        assert answer["receipt"]["log"].endswith(f"/{tenant}")
        assert tenants.active(tenant)["policy_version"] == answer["policy_version"]


def test_nobody_and_health_checks_learn_no_tenants_name(tenants):
    for path in ("/readyz", "/v1/status", "/healthz", "/openapi.json"):
        status, _, body = tenants.ask("GET", path)
        assert status == 200 and "acme" not in json.dumps(body) and "globex" not in json.dumps(body), path


def test_a_budget_is_spent_by_its_own_tenant(tenants):
    for _ in range(2):
        assert tenants.decide("acme", "pay", {"amount": 50}, session_id="budget")["decision"] == "allow"
    spent = tenants.decide("acme", "pay", {"amount": 1}, session_id="budget")
    assert spent["decision_reason"]["code"] == "budget_exceeded"
    other = tenants.decide("globex", "pay", {"amount": 1}, session_id="budget")
    assert other["decision"] == "allow" and other["limits"]["budget_remaining"] == "99.00 USD", other["limits"]


def test_a_session_of_one_tenant_taints_none_of_the_others(tenants):
    assert tenants.decide("acme", "web.read", session_id="shared")["decision"] == "allow"
    assert tenants.decide("globex", "pay", {"amount": 1}, session_id="shared")["decision"] == "allow"


def test_an_idempotency_key_gives_each_tenant_its_own_answer(tenants):
    answers = {tenant: tenants.decide(tenant, "web.read", session_id="once", idempotency_key="call-1") for tenant in tenants.names}
    assert len({answer["decision_id"] for answer in answers.values()}) == 2
    for tenant, answer in answers.items():
        assert tenants.decide(tenant, "web.read", session_id="once", idempotency_key="call-1")["decision_id"] == answer["decision_id"]


def test_usage_of_anothers_decision_is_unknown(tenants):
    decision = tenants.decide("globex", "pay", {"amount": 2}, session_id="usage")["decision_id"]
    report = {"decision_id": decision, "cost": 1}
    assert tenants.ask("POST", "/v1/usage", ("acme", "shop-1"), report)[0] == 404
    assert tenants.ask("POST", "/v1/usage", ("acme", "shop-1"), {**report, "decision_id": "0" * 8 + "-0000-7000-8000-" + "0" * 12})[0] == 404
    assert tenants.ask("POST", "/v1/usage", ("globex", "shop-1"), report)[2]["status"] == "settled"


def test_an_approval_and_its_token_stay_with_their_tenant(tenants):
    held = tenants.decide("globex", "pay", {"amount": 60}, session_id="approval")
    approval = held["approval"]["approval_id"]
    made_up = "apr_" + "0" * 26
    foreign, absent = (tenants.ask("GET", f"/v1/approvals/{name}", ("acme", "maria")) for name in (approval, made_up))
    assert foreign[0] == absent[0] == 404
    assert foreign[2]["detail"].replace(approval, made_up) == absent[2]["detail"], "the same words, there or not"
    for verb in ("approve", "deny", "withdraw"):
        for who in (("acme", "maria"), ("acme", "shop-1")):
            status = tenants.ask("POST", f"/v1/approvals/{approval}/{verb}", who, {})[0]
            assert status in (403, 404) and status == tenants.ask("POST", f"/v1/approvals/{made_up}/{verb}", who, {})[0]
    assert approval not in json.dumps(tenants.ask("GET", "/v1/approvals", ("acme", "maria"))[2])
    assert tenants.ask("POST", f"/v1/approvals/{approval}/approve", ("globex", "maria"), {})[2]["status"] == "approved"
    token = tenants.ask("GET", f"/v1/approvals/{approval}", ("globex", "shop-1"))[2]["override_token"]
    crossed = tenants.decide("acme", "pay", {"amount": 60}, session_id="approval", override_token=token)
    assert crossed["decision_reason"]["code"] == "token_invalid", crossed
    own = tenants.decide("globex", "pay", {"amount": 60}, session_id="approval", override_token=token)
    assert own["decision"] == "allow", own


def test_a_call_chain_of_one_tenant_is_none_in_the_other(tenants):
    asked = tenants.ask("POST", "/v1/delegations", ("globex", "planner-1"), {"to": "shop", "session_id": "chain"})[2]
    chain = asked["delegation"]
    crossed = tenants.decide("acme", "web.read", session_id="chain", delegation=chain)
    assert crossed["decision_reason"]["code"] == "chain_invalid", crossed
    assert tenants.decide("globex", "web.read", session_id="chain", delegation=chain)["decision"] == "allow"


def test_a_switch_stops_the_agent_of_its_own_tenant(tenants):
    def code(tenant):
        return tenants.decide(tenant, "web.read", session_id="switch")["decision_reason"]["code"]
    run("agents", "disable", "shop", "--tenant", "acme", "--data-dir", tenants.data, "--reason", "test")
    tenants.wait(lambda: code("acme") == "agent_disabled")
    assert code("globex") == "policy_allow"
    run("agents", "enable", "shop", "--tenant", "acme", "--data-dir", tenants.data)
    tenants.wait(lambda: code("acme") == "policy_allow")


@pytest.mark.parametrize("cross", ["anothers-bundle", "own-name-by-anothers-key", "another-region"])
def test_a_bundle_that_is_not_the_tenants_own_changes_nothing(tenants, cross):
    before = {tenant: tenants.active(tenant)["policy_version"] for tenant in tenants.names}
    number = int(before["acme"].split("/")[1].split("@")[0])
    if cross == "anothers-bundle":
        tenants.build("globex", number + 1, place="acme")
        reason = "signed by `globex-signing`, which is not trusted here"
    elif cross == "own-name-by-anothers-key":
        tenants.build("acme", number + 1, "globex")
        reason = "signed by `globex-signing`, which is not trusted here"
    else:
        tenants.build("acme", number + 1, None, None, "--region", "us")
        reason = "the bundle is for region `us`, not `eu`"
    tenants.wait(lambda: reason in tenants.active("acme").get("rejected", {}).get("message", ""))
    assert {tenant: tenants.active(tenant)["policy_version"] for tenant in tenants.names} == before
    assert "rejected" not in tenants.active("globex")
    assert tenants.decide("acme", "web.read", session_id="bundles")["decision"] == "allow"
    tenants.build("acme", number + 1)
    tenants.wait(lambda: tenants.active("acme")["policy_version"].startswith(f"acme/{number + 1}@"))


def test_revoking_says_whose_key_and_takes_no_others(tenants):
    unclear = run("keys", "revoke", "planner-1", "--data-dir", tenants.data, check=False)
    assert unclear.returncode == 2 and "`acme`, `globex` have a key `planner-1` each" in unclear.stderr
    run("keys", "revoke", "planner-1", "--tenant", "acme", "--data-dir", tenants.data)
    tenants.wait(lambda: tenants.ask("POST", "/v1/delegations", ("acme", "planner-1"), {"to": "shop"})[0] == 401)
    assert tenants.ask("POST", "/v1/delegations", ("globex", "planner-1"), {"to": "shop"})[0] == 200


def test_each_tenants_log_is_its_own_and_the_journal_is_whole(tenants):
    for tenant in tenants.names:
        records = tenants.records(tenant)
        assert {record["log"] for record in records} == {f"gw-1/{tenant}"}
        assert [record["index"] for record in records] == list(range(len(records)))
        other = next(name for name in tenants.names if name != tenant)
        assert f'"{other}' not in json.dumps(records).replace(f"{other}-signing", ""), "nothing of the other's but a refused signature"
    assert run("audit", "verify", "--data-dir", tenants.data).returncode == 0
    acts = [record["detail"]["event"] for record in tenants.records("acme") if record["kind"] in ("key", "config")]
    assert acts == ["api_key_issued"] * 3 + ["agent_disabled", "agent_enabled", "api_key_revoked"]
    assert all(record["detail"]["by"] and record["detail"]["via"] == "command_line"
               for record in tenants.records("acme") if record["kind"] in ("key", "config"))


def test_a_gateway_without_a_region_takes_no_bundle_that_is_made_for_one(tmp_path):
    tenants = Tenants(tmp_path)
    tenants.build("acme", 1, None, None, "--region", "eu")
    tenants.region = ""
    try:
        tenants.start()
        assert tenants.active("globex")["policy_version"].startswith("globex/1@")
        assert "this gateway does not say where it stands" in tenants.active("acme")["rejected"]["message"]
        assert tenants.decide("acme", "web.read")["decision_reason"]["code"] == "bundle_unavailable"
    finally:
        tenants.stop()


def test_channels_of_another_tenant_stop_the_start(tmp_path):
    tenants = Tenants(tmp_path)
    (tmp_path / "channels.yaml").write_text("aegis: v1\nkind: Channels\ntenant: globex\npublic_url: http://127.0.0.1:1\n")
    document = (tmp_path / "tenants.yaml").read_text().replace("signing.pub.pem]}", "signing.pub.pem], channels: channels.yaml}", 1)
    (tmp_path / "tenants.yaml").write_text(document)
    done = run("serve", "--data-dir", tenants.data, "--tenants", tmp_path / "tenants.yaml", "--listen", f"127.0.0.1:{tenants.api}",
               "--grpc", "off", check=False)
    assert done.returncode == 2 and "these are the channels of `globex`, and they stand with `acme`" in done.stderr


def test_two_tenants_with_one_slack_secret_stop_the_start(tmp_path):
    tenants = Tenants(tmp_path)
    document = (tmp_path / "tenants.yaml").read_text()
    for name in ("acme", "globex"):
        (tmp_path / f"{name}.channels.yaml").write_text(
            f"aegis: v1\nkind: Channels\ntenant: {name}\npublic_url: http://127.0.0.1:1\n"
            "slack: {token: {env: SLACK_TOKEN}, signing_secret: {env: SLACK_SECRET}}\n")
        place = document.index(f"name: {name}")
        document = document[:place] + document[place:].replace("signing.pub.pem]}", f"signing.pub.pem], channels: {name}.channels.yaml}}", 1)
    (tmp_path / "tenants.yaml").write_text(document)
    done = run("serve", "--data-dir", tenants.data, "--tenants", tmp_path / "tenants.yaml", "--listen", f"127.0.0.1:{tenants.api}",
               "--grpc", "off", check=False, env={"SLACK_TOKEN": "xoxb-1", "SLACK_SECRET": "s3cr3t-of-slack"})
    assert done.returncode == 2, done.stderr
    assert "the channels of `acme` and `globex` have one Slack signing secret" in done.stderr
    assert "s3cr3t-of-slack" not in done.stderr

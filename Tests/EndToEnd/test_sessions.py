"""What a session has seen decides what may follow, also after the server was killed."""
import signal
import sqlite3
import subprocess

import pytest

from conftest import AEGIS, Gateway, exchange, free_port, written

POLICIES = """
aegis: v1
kind: Agent
name: clerk
identities: [{api_key: clerk}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: web.read
emits: [untrusted]
---
aegis: v1
kind: Tool
name: mail.send
parameters: {type: object, required: [to], properties: {to: {type: string}}}
---
aegis: v1
kind: Policy
name: reading
agents: [clerk]
tools: [web.read]
effect: allow
---
aegis: v1
kind: Policy
name: mailing
agents: [clerk]
tools: [mail.send]
max_distinct: [{of: params.to, limit: 2}]
rules:
  - {name: clean, effect: allow, when: ['not "untrusted" in session.labels']}
"""


def test_labels_and_recipients_outlive_a_kill(tmp_path):
    gateway = written(tmp_path, POLICIES, "clerk")
    gateway.start()

    def call(tool, session, **parameters):
        return gateway.decide("clerk", "clerk", tool, parameters, session_id=session)[2]

    try:
        assert call("web.read", "tainted")["decision"] == "allow"
        for to in ("a@x.example", "b@x.example"):
            assert call("mail.send", "clean", to=to)["decision"] == "allow"
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert call("mail.send", "tainted", to="a@x.example")["decision_reason"]["code"] == "no_matching_rule"
        assert call("mail.send", "clean", to="c@x.example")["decision_reason"]["code"] == "distinct_exceeded"
        assert call("mail.send", "clean", to="b@x.example")["decision"] == "allow"
        trail = [record for record in gateway.records() if record["kind"] == "decision"]
        assert trail[0]["session_effects"] == {"place": 1, "labels": ["untrusted"]}
        assert "x.example" not in str([record.get("session_effects") for record in trail])
        assert gateway.verify().returncode == 0
    finally:
        gateway.stop()


ORDER = """
aegis: v1
kind: Agent
name: clerk
identities: [{api_key: clerk}]
scopes: ["*"]
---
aegis: v1
kind: Agent
name: other
identities: [{api_key: other}]
scopes: ["*"]
accepts_from: [clerk]
---
aegis: v1
kind: Tool
name: kyc.check
---
aegis: v1
kind: Tool
name: web.read
---
aegis: v1
kind: Tool
name: account.open
---
aegis: v1
kind: Policy
name: reading
agents: [clerk]
tools: [kyc.check, web.read]
effect: allow
---
aegis: v1
kind: Policy
name: opening
agents: [clerk]
tools: [account.open]
rules:
  - name: checked-since
    effect: allow
    when: ['object.get(session.latest, "kyc.check", 0) > object.get(session.latest, "web.read", 0)']
"""


def test_a_restart_keeps_the_order_of_calls_and_invents_none(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/all.yaml").write_text(ORDER)
    gateway = Gateway(tmp_path, tmp_path / "policies")
    gateway.issue("clerk")
    gateway.start()

    def call(tool):
        return gateway.decide("clerk", "clerk", tool, {}, session_id="s")[2]["decision"]

    def post(path, **body):
        status, _, answer = exchange(gateway.api, "POST", path, body, {"x-aegis-api-key": gateway.keys["clerk"]})
        assert status == 200 and answer["decision"] == "allow", answer

    try:
        # Neither a result that is shown nor a chain that is handed on is a call.
        post("/v1/results", tool={"name": "kyc.check"}, result={"ok": True}, session_id="s")
        post("/v1/delegations", to="other", session_id="s")
        assert call("account.open") == "deny"
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert call("account.open") == "deny"
        assert [call("web.read"), call("kyc.check"), call("account.open")] == ["allow"] * 3
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert call("account.open") == "allow"
        assert [call("web.read"), call("account.open")] == ["allow", "deny"]
        gateway.stop(signal.SIGKILL)
        gateway.start()
        assert call("account.open") == "deny"
        places = [record["session_effects"]["place"] for record in gateway.records() if "session_effects" in record]
        assert places == [1, 2, 3, 4, 5]
    finally:
        gateway.stop()


def test_a_state_store_that_cannot_be_read_denies_after_some_seconds(tmp_path):
    gateway = written(tmp_path, POLICIES, "clerk")
    gateway.start()

    def call():
        return gateway.decide("clerk", "clerk", "web.read", {}, session_id="s")[2]

    def rename(old, new):
        with sqlite3.connect(gateway.data / "state.sqlite", timeout=10) as state:
            state.execute(f"ALTER TABLE {old} RENAME TO {new}")
        state.close()

    try:
        assert call()["decision"] == "allow"
        rename("agent_stops", "elsewhere")
        gateway.wait(lambda: gateway.status("/readyz") == 503)
        denied = call()
        assert denied["decision"] == "deny" and denied["decision_reason"]["code"] == "state_unavailable"
        assert denied["decision_reason"]["message"].startswith("the state store has not been read for ")
        status, _, ready = exchange(gateway.api, "GET", "/readyz")
        assert status == 503 and ready["status"] == "not_ready"
        assert ready["state_unavailable"].startswith("the state store has not been read for ")
        rename("elsewhere", "agent_stops")
        gateway.wait(lambda: gateway.status("/readyz") == 200)
        assert call()["decision"] == "allow"
    finally:
        gateway.stop()


def test_an_agent_opens_as_many_sessions_as_the_gateway_was_told(tmp_path):
    gateway = written(tmp_path, POLICIES, "clerk")
    metrics = free_port()
    gateway.start(True, "--sessions-per-agent", "2", "--metrics", f"127.0.0.1:{metrics}")
    try:
        answers = [gateway.decide("clerk", "clerk", "web.read", {}, session_id=name)[2] for name in ("a", "b", "a", "c")]
        assert [answer["decision"] for answer in answers] == ["allow", "allow", "allow", "deny"]
        assert answers[-1]["decision_reason"]["code"] == "state_unavailable"
        told = exchange(metrics, "GET", "/metrics")[2]
        for line in ('aegis_sessions{tenant="acme"} 2', 'aegis_sessions_fullest_agent{tenant="acme"} 2', "aegis_sessions_per_agent_limit 2"):
            assert f"\n{line}\n" in told, told
    finally:
        gateway.stop()


@pytest.mark.parametrize("value", ["0", "many", "1000001", "-1"])
def test_a_number_of_sessions_that_is_none_is_refused(tmp_path, value):
    done = subprocess.run([str(AEGIS), "serve", "--policies", str(tmp_path), f"--sessions-per-agent={value}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stderr.startswith(f"error: --sessions-per-agent `{value}` is not a number from 1 to 1000000"), done

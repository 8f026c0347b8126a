"""What a session has seen decides what may follow, also after the server was killed."""
import signal

from conftest import Gateway

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
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/all.yaml").write_text(POLICIES)
    gateway = Gateway(tmp_path, tmp_path / "policies")
    gateway.issue("clerk")
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
        assert trail[0]["session_effects"] == {"labels": ["untrusted"]}
        assert "x.example" not in str([record.get("session_effects") for record in trail])
        assert gateway.verify().returncode == 0
    finally:
        gateway.stop()

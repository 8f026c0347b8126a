"""The approvals demo, each check as expected, and what `aegis serve --channels` refuses to start with."""
import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from conftest import AEGIS, ROOT, Gateway, exchange, free_port, run

sys.path.insert(0, str(ROOT / "examples/approvals"))
from receivers import Receivers  # noqa: E402


def test_the_approvals_demo_ends_as_expected(tmp_path):
    done = subprocess.run([AEGIS, "demo", "approvals", "--home", tmp_path / "demo"], capture_output=True, text=True,
                          timeout=180, cwd=ROOT, env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "checks were as expected" in done.stdout


HEAD = "aegis: v1\nkind: Channels\ntenant: acme\npublic_url: https://aegis.acme.example\n"
TEAMS = HEAD + "teams: [{name: treasury, webhook: {env: AEGIS_TEAMS_WEBHOOK}}]\n"
SLACK = HEAD + "slack: {token: {file: token}, signing_secret: {env: AEGIS_SLACK_SIGNING_SECRET}}\n"


@pytest.mark.parametrize("text, environment, message", [
    (TEAMS, {}, "the environment has no AEGIS_TEAMS_WEBHOOK for the webhook of `treasury`"),
    (TEAMS, {"AEGIS_TEAMS_WEBHOOK": "http://teams.example/hook"}, "the webhook of `treasury` is no https address"),
    (SLACK, {"AEGIS_SLACK_SIGNING_SECRET": "s"}, "Slack's token is not at"),
    (HEAD + "slak: {}\n", {}, "a channel configuration has no field `slak`"),
])
def test_a_channel_configuration_that_cannot_work_stops_the_start(tmp_path, text, environment, message):
    (tmp_path / "channels.yaml").write_text(text)
    done = run("serve", "--policies", ROOT / "examples/approvals/policies", "--data-dir", tmp_path / "data", "--listen",
               "127.0.0.1:0", "--grpc", "off", "--channels", tmp_path / "channels.yaml", env=environment, check=False)
    assert done.returncode != 0
    assert message in done.stderr, done.stderr
    assert "http://teams.example" not in done.stderr, "a webhook's address is a secret"


@pytest.mark.parametrize("option, value", [("--hold-calls", "2h"), ("--hold-calls", "soon"), ("--hold-envoy", "-1s")])
def test_a_time_that_is_none_stops_the_start(tmp_path, option, value):
    done = run("serve", "--policies", ROOT / "examples/approvals/policies", "--data-dir", tmp_path / "data",
               f"{option}={value}", check=False)
    assert done.returncode == 2
    assert f"{option} `{value}` is not a time up to 3600 s" in done.stderr


def approval_records(gateway):
    return [(record["idempotency_key"], record["detail"]["event"]) for record in gateway.records() if record["kind"] == "approval"]


@pytest.fixture
def approving(tmp_path):
    gateway = Gateway(tmp_path, ROOT / "examples/approvals/policies")
    gateway.issue("finance-1")
    gateway.issue("maria", "--person", "--role", "treasurer")
    yield gateway
    gateway.stop()


def held(gateway, amount=7000):
    answer = gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": amount, "to": "DE00"})[2]
    return answer["approval"]["approval_id"]


def test_an_event_that_was_recorded_before_a_crash_is_not_recorded_again(approving):
    approving.start()
    approval = held(approving)
    exchange(approving.api, "POST", f"/v1/approvals/{approval}/approve", {}, {"x-aegis-api-key": approving.keys["maria"]})
    expected = [(f"{approval}/0", "asked"), (f"{approval}/1", "approved")]
    approving.wait(lambda: approval_records(approving) == expected)
    approving.stop()
    # As a crash between the record and the note of it leaves the state.
    with sqlite3.connect(approving.data / "state.sqlite") as state:
        assert state.execute("UPDATE outbox SET state = 'waiting' WHERE kind = 'event'").rowcount == 2
    approving.start()
    second = held(approving, 7001)
    approving.wait(lambda: (f"{second}/0", "asked") in approval_records(approving))
    assert approval_records(approving) == expected + [(f"{second}/0", "asked")]
    def waiting():
        with sqlite3.connect(approving.data / "state.sqlite") as state:
            return state.execute("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'").fetchone()[0]
    approving.wait(lambda: waiting() == 0)


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.seen.append((self.path, self.headers.get("authorization")))
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(307 if self.server.elsewhere else 200)
        if self.server.elsewhere:
            self.send_header("location", f"http://127.0.0.1:{self.server.elsewhere}/stolen")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_what_is_sensitive_in_a_comment_does_not_get_into_the_trail(approving):
    approving.start()
    approval = held(approving)
    who = {"x-aegis-api-key": approving.keys["maria"]}
    status, _, problem = exchange(approving.api, "POST", f"/v1/approvals/{approval}/deny", {"comment": "no\0"}, who)
    assert (status, problem["code"]) == (400, "request_invalid") and "`comment` holds a NUL character" in problem["detail"], problem
    answer = exchange(approving.api, "POST", f"/v1/approvals/{approval}/deny", {"comment": "Jane's SSN is 536-22-1457"}, who)[2]
    assert answer["status"] == "denied", answer
    approving.wait(lambda: (f"{approval}/1", "denied") in approval_records(approving))
    comments = [record["detail"]["comment"] for record in approving.records() if "comment" in record.get("detail", {})]
    assert comments == ["Jane's SSN is [REDACTED:us_ssn]"]
    assert "536-22-1457" not in json.dumps(exchange(approving.api, "GET", f"/v1/approvals/{approval}", None, who)[2])


def test_a_redirect_does_not_carry_the_token_away(approving, monkeypatch):
    servers = []
    for elsewhere in (None, True):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        server.seen, server.elsewhere = [], elsewhere and servers[0].server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    (approving.home / "channels.yaml").write_text(
        HEAD + "slack: {token: {env: AEGIS_SLACK_TOKEN}, signing_secret: {env: AEGIS_SLACK_SIGNING_SECRET}, "
        + f"api_url: http://127.0.0.1:{servers[1].server_address[1]}/api}}\n")
    monkeypatch.setenv("AEGIS_SLACK_TOKEN", "xoxb-secret")
    monkeypatch.setenv("AEGIS_SLACK_SIGNING_SECRET", "s")
    approving.start(True, "--channels", approving.home / "channels.yaml")
    held(approving)
    approving.wait(lambda: len(servers[1].seen) >= 2)  # tried, failed, and tried again
    assert set(servers[1].seen) == {("/api/chat.postMessage", "Bearer xoxb-secret")}
    assert servers[0].seen == []
    for server in servers:
        server.shutdown()


def test_a_message_under_way_at_shutdown_is_not_sent_again(approving, monkeypatch):
    class Slow(Receivers):
        def take(self, *arguments):
            answer = super().take(*arguments)
            time.sleep(1)  # the gateway is told to stop meanwhile
            return answer

    receiver = Slow(free_port(), token="xoxb-demo", signing_secret="s").start()
    (approving.home / "channels.yaml").write_text(
        HEAD + "slack: {token: {env: AEGIS_SLACK_TOKEN}, signing_secret: {env: AEGIS_SLACK_SIGNING_SECRET}, "
        + f"api_url: http://127.0.0.1:{receiver.port}/api}}\n")
    monkeypatch.setenv("AEGIS_SLACK_TOKEN", "xoxb-demo")
    monkeypatch.setenv("AEGIS_SLACK_SIGNING_SECRET", "s")
    approving.start(True, "--channels", approving.home / "channels.yaml")
    first = held(approving)
    approving.wait(lambda: receiver.keys)
    approving.stop()
    approving.start(True, "--channels", approving.home / "channels.yaml")
    second = held(approving, 7001)
    approving.wait(lambda: receiver.about(second))
    receiver.stop()
    assert receiver.keys == {f"{first}/0/slack:#payments": 1, f"{second}/0/slack:#payments": 1}
    assert not receiver.faults


ORCHESTRATED = """aegis: v1
kind: Agent
name: finance-agent
owner: tess@acme.example
identities: [{api_key: finance-1}]
scopes: ["*"]
---
aegis: v1
kind: Agent
name: orchestrator
owner: olga@acme.example
identities: [{api_key: orchestrator-1}]
scopes: ["*"]
may_act_as: [finance-agent]
---
aegis: v1
kind: Tool
name: web.get
match: [{http: {method: "*", host: "*", path: "/**"}}]
---
aegis: v1
kind: Policy
name: clerks
agents: [finance-agent]
tools: [web.get]
approval_needed: true
approval: {approvers: ["role:clerk"], notify: ["slack:#web"]}
---
aegis: v1
kind: Policy
name: officers
agents: [finance-agent]
tools: [web.get]
approval_needed: request.method == "DELETE"
approval: {approvers: ["role:cfo"]}
"""


@pytest.fixture
def orchestrated(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/policies.yaml").write_text(ORCHESTRATED)
    gateway = Gateway(tmp_path, tmp_path / "policies")
    for agent in ("finance-1", "orchestrator-1"):
        gateway.issue(agent)
    for person, role in (("ann", "clerk"), ("olga", "clerk"), ("cleo", "cfo")):
        gateway.issue(person, "--person", "--role", role)
    gateway.start()
    yield gateway
    gateway.stop()


def ask(gateway, method="GET", host="harmless.example", **more):
    return gateway.decide("orchestrator-1", "finance-agent", "web.get", {}, request={"method": method, "host": host, "path": "/a"},
                          **more)[2]


def approvals(gateway, who, verb, path):
    status, _, body = exchange(gateway.api, verb, f"/v1/approvals/{path}", {} if verb == "POST" else None,
                               {"x-aegis-api-key": gateway.keys[who]})
    return status, body


def test_an_orchestrator_collects_and_redeems_what_it_asked_for_and_for_nothing_else(orchestrated):
    approval = ask(orchestrated)["approval"]["approval_id"]
    assert ask(orchestrated)["approval"]["approval_id"] == approval
    assert ask(orchestrated, host="evil.example")["approval"]["approval_id"] != approval
    status, shown = approvals(orchestrated, "orchestrator-1", "GET", approval)
    assert status == 200 and shown["acting_for"] == "orchestrator" and shown["agent_id"] == "finance-agent"
    assert shown["shown"]["request"] == {"method": "GET", "host": "harmless.example", "path": "/a"}
    assert approvals(orchestrated, "olga", "POST", f"{approval}/approve")[1]["code"] == "self_approval"
    assert approvals(orchestrated, "ann", "POST", f"{approval}/approve")[1]["status"] == "approved"
    assert "override_token" not in approvals(orchestrated, "finance-1", "GET", approval)[1]
    token = approvals(orchestrated, "orchestrator-1", "GET", approval)[1]["override_token"]
    for wrong in ({"host": "evil.example"}, {"method": "DELETE"}, {"context": {"purpose": "care"}}):
        assert ask(orchestrated, override_token=token, **wrong)["decision_reason"]["code"] == "token_invalid", wrong
    assert ask(orchestrated, override_token=token)["decision"] == "allow"
    second = ask(orchestrated, host="other.example")["approval"]["approval_id"]
    assert approvals(orchestrated, "orchestrator-1", "POST", f"{second}/withdraw")[1]["status"] == "withdrawn"


def test_clerks_do_not_release_what_is_kept_for_the_cfo(orchestrated):
    approval = ask(orchestrated, method="DELETE")["approval"]["approval_id"]
    answer = approvals(orchestrated, "ann", "POST", f"{approval}/approve")[1]
    assert answer["status"] == "pending"
    assert [(each["approvers"], each["quorum"], each["given"]) for each in answer["requirements"]] == [
        (["role:clerk"], 1, 1), (["role:cfo"], 1, 0)]
    assert approvals(orchestrated, "cleo", "POST", f"{approval}/approve")[1]["status"] == "approved"
    token = approvals(orchestrated, "orchestrator-1", "GET", approval)[1]["override_token"]
    assert ask(orchestrated, method="DELETE", override_token=token)["decision"] == "allow"


def test_people_learn_of_channels_that_nobody_serves_and_of_lists_that_are_cut(orchestrated):
    ids = [ask(orchestrated, host=f"h{number}.example")["approval"]["approval_id"] for number in range(3)]
    orchestrated.wait(lambda: all(approvals(orchestrated, "ann", "GET", each)[1]["undelivered"] == ["slack:#web"] for each in ids))
    asked = [record["detail"] for record in orchestrated.records() if record["kind"] == "approval"]
    assert [detail["undelivered"] for detail in asked] == ["slack:#web"] * 3
    url = {"AEGIS_URL": f"http://127.0.0.1:{orchestrated.api}", "AEGIS_API_KEY": orchestrated.keys["ann"]}
    few = run("approvals", "list", "--limit", "2", env=url)
    assert few.stdout.count("apr_") == 2
    assert "these are the newest 2; there may be more (--limit)" in few.stderr
    assert f"nobody was told of {ids[2]} by slack:#web" in few.stderr
    all_of_them = run("approvals", "list", env=url)
    assert all_of_them.stdout.count("apr_") == 3 and "there may be more" not in all_of_them.stderr
    assert run("approvals", "list", "--limit", "1001", env=url, check=False).returncode == 2

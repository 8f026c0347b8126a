"""Rows of docs/reference/faults.md that only a whole gateway can show: real locks, full disks, deadlines, bundles."""
import json
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

import grpc
import pytest

from conftest import AEGIS, exchange, run
from envoy import Envoy
from faults import ROWS, provokes

TRANSFER = ("finance-1", "finance-agent", "payments.transfer", {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"})
BUDGETED = ("llm-1", "llm-agent", "llm.complete", {"prompt": "p", "cost_usd": 1})
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
LLM = {"method": "POST", "host": "llm.acme.example", "path": "/v1/complete"}


def code_of(answer):
    assert answer.get("decision", "deny") == "deny", answer
    return (answer.get("decision_reason") or answer)["code"]


@provokes("state-locked")
def test_a_locked_state_store_is_a_deny_and_recovers(own, code):
    own.start()
    locked = sqlite3.connect(own.data / "state.sqlite", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    assert code_of(own.decide(*BUDGETED, request=LLM)[2]) == code
    locked.execute("ROLLBACK")
    own.wait(lambda: own.decide(*BUDGETED, request=LLM)[2]["decision"] == "allow")
    assert own.verify().returncode == 0


def limit(gateway, size):
    """Files of the server can have this many bytes and no more: what a write to a full disk looks like (EFBIG for ENOSPC)."""
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def told(gateway):
    return (gateway.home / "aegis.log").read_text()


@pytest.fixture
def tight(own, monkeypatch):
    """A server that outlives a write beyond the limit of a file's size."""
    real = subprocess.Popen
    ignore = lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **n: real(*a, **{**n, "preexec_fn": ignore} if a[0][0] == str(AEGIS) and "serve" in a[0] else n))
    own.start()
    monkeypatch.undo()
    return own


@provokes("audit-full")
def test_a_full_audit_disk_is_a_deny(tight, code):
    assert tight.decide(*TRANSFER, request=WIRE)[2]["decision"] == "allow"
    limit(tight, 1)
    assert code_of(tight.decide(*TRANSFER, request=WIRE)[2]) == code
    status, _, health = exchange(tight.api, "GET", "/readyz")
    assert status == 503 and "audit trail cannot be written" in health["audit_unavailable"], health
    limit(tight, resource.RLIM_INFINITY)
    # No call comes to a gateway that is not ready: it notices by itself.
    tight.wait(lambda: tight.status("/readyz") == 200)
    tight.wait(lambda: "the audit trail can be written again" in told(tight))
    assert tight.decide(*TRANSFER, request=WIRE)[2]["decision"] == "allow"
    assert tight.verify().returncode == 0


def test_a_settlement_that_the_trail_cannot_take_is_recorded_once_as_soon_as_it_can(tight):
    """Nobody reports again: the gateway carries it over by itself."""
    spent = tight.decide(*BUDGETED, request=LLM)[2]["decision_id"]
    state = sqlite3.connect(tight.data / "state.sqlite")

    def trail():
        """How far the trail is written: its file is larger, and zero from there on."""
        return len((tight.data / "audit/00000001.jsonl").read_bytes().rstrip(b"\0"))

    while trail() < 100_000:
        for _ in range(25):
            tight.decide(*TRANSFER, request=WIRE)
    # The state store's write-ahead log begins anew and has room for the settlement; the trail, which is longer, can take no more.
    state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    limit(tight, trail())

    def report():
        return exchange(tight.api, "POST", "/v1/usage", {"decision_id": spent, "cost": 0.25}, {"x-aegis-api-key": tight.keys["llm-1"]})

    status, _, problem = report()
    assert (status, problem["code"]) == (503, "audit_unavailable"), problem
    limit(tight, resource.RLIM_INFINITY)

    def settlements():
        return [record["detail"] for record in tight.records()
                if record["kind"] == "budget" and record["decision_id"] == spent and record["detail"]["event"] == "settled"]

    tight.wait(settlements)
    assert report()[2]["status"] == "already_settled"
    assert [(told["cost"], told["returned"]) for told in settlements()] == [("0.25", "0.75")]
    assert tight.verify().returncode == 0


@provokes("state-full")
def test_a_full_state_disk_is_a_deny(tight, code):
    assert tight.decide(*BUDGETED, request=LLM)[2]["decision"] == "allow"
    # The write-ahead log ends at the limit; the journal, which has less in it, still fits below.
    with sqlite3.connect(tight.data / "state.sqlite") as state:
        state.execute("CREATE TABLE filler (text)")
        state.execute("INSERT INTO filler VALUES (zeroblob(1000000))")
    log = (tight.data / "state.sqlite-wal").stat().st_size
    limit(tight, log)
    # What has a record needs no room in the file, until it is found out that there is none.
    answers = []
    tight.wait(lambda: answers.append(tight.decide(*BUDGETED, request=LLM)[2])
               or answers[-1]["decision"] == "deny" and code_of(answers[-1]) != "rate_exceeded")
    assert code_of(answers[-1]) == code
    # What else the gateway writes may find room in between: the log tells of a fault that lasts.
    def is_told():
        tight.decide(*BUDGETED, request=LLM)
        time.sleep(0.2)
        return "the state store cannot be written: calls that spend are denied" in told(tight)
    tight.wait(is_told)
    assert tight.status("/readyz") == 200, "calls that spend nothing pass"
    limit(tight, resource.RLIM_INFINITY)
    tight.wait(lambda: "the state store can be written again" in told(tight))
    assert tight.decide(*BUDGETED, request=LLM)[2]["decision"] == "allow"


@provokes("bundle-broken")
def test_a_broken_bundle_at_start_is_a_deny(own, code):
    own.bundle.write_bytes(own.bundle.read_bytes()[:-20])
    own.start(False, "--tenant", "acme")
    assert code_of(own.decide(*TRANSFER, request=WIRE)[2]) == code
    assert exchange(own.api, "GET", "/readyz")[0] == 503


@provokes("bundle-stale")
def test_policies_that_nobody_calls_the_latest_any_more_deny_where_the_tenant_says_so(own, tmp_path, code):
    policies = tmp_path / "dated"
    shutil.copytree(own.policies, policies)
    (policies / "tenant.yaml").write_text("aegis: v1\nkind: Tenant\nname: acme\nstale_after: 1h\nwhen_stale: deny\n")
    run("policy", "build", policies, "-o", own.bundle, "--key", own.signing, "--tenant", "acme", "--version", 1,
        env={"SOURCE_DATE_EPOCH": str(int(time.time()) - 7200)})
    own.start(False, "--tenant", "acme")
    assert own.status("/readyz") == 503
    assert code_of(own.decide(*TRANSFER, request=WIRE)[2]) == code


@provokes("bundle-key")
def test_a_bundle_of_a_key_that_is_no_longer_trusted_is_a_deny(own, code):
    run("keys", "generate", "next", "--out", own.home / "next")
    own.trust = own.home / "next/next.pub.pem"
    own.start(False, "--tenant", "acme")
    assert code_of(own.decide(*TRANSFER, request=WIRE)[2]) == code


def check(gateway, message, timeout):
    with grpc.insecure_channel(f"127.0.0.1:{gateway.grpc}") as channel:
        call = channel.unary_unary("/envoy.service.auth.v3.Authorization/Check", request_serializer=bytes, response_deserializer=bytes)
        return call(message, timeout=timeout)


def test_callers_who_are_no_agent_or_another_one_get_a_problem(own):
    """Their calls are recorded, and answered by a problem document with the row's status."""
    own.issue("stray")
    own.start()
    _, agent, tool, parameters = TRANSFER
    for row, key, claimed in (("agent-unknown", "stray", agent), ("agent-claimed", "finance-1", "llm-agent"), ("agent-claimed", "finance-1", "nobody")):
        status, headers, problem = own.decide(key, claimed, tool, parameters, request=WIRE)
        assert (problem["code"], status) == ROWS[row], (row, status, problem)
        assert problem["status"] == status and headers["content-type"] == "application/problem+json" and problem["decision_id"]


@provokes("check-unreadable")
def test_a_check_that_cannot_be_read_is_a_deny(own, code):
    own.start()
    answer = check(own, b"\xff\xff\xff\xff", 10)
    assert f'"code":"{code}"'.encode() in answer and b'"decision":"deny"' in answer


@provokes("check-late")
def test_a_check_past_its_deadline_is_a_deny(own, tmp_path, code):
    own.start()
    envoy = Envoy(tmp_path, own.grpc, "1s").start()
    try:
        body = json.dumps(BUDGETED[3]).encode()
        head = (f"POST /v1/complete HTTP/1.1\r\nhost: llm.acme.example\r\nx-aegis-api-key: {own.keys['llm-1']}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n")
        # What has spent before does so in memory; this budget has yet to be read from the file.
        assert envoy.raw(head.replace("x-aegis-api-key", "x-other"), body)[0] == 401
        locked = sqlite3.connect(own.data / "state.sqlite", isolation_level=None)
        locked.execute("BEGIN EXCLUSIVE")
        # Aegis answers 50 ms before Envoy gives up; a busy machine may lose those, and Envoy then denies without a body.
        for _ in range(4):
            status, answer = envoy.raw(head, body)
            if f'"code":"{code}"'.encode() in answer:
                break
        locked.execute("ROLLBACK")
        assert status == 503 and f'"code":"{code}"'.encode() in answer, answer
        assert envoy.tool.seen == []
    finally:
        envoy.stop()

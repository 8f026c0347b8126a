"""What a start leaves unread of an old trail is verified behind decisions, and damage in it denies every call."""
import json
import shutil
import subprocess
import time

import pytest

from conftest import Gateway, run

DAYS_AGO = r"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t clock, struct timespec *at) {
    int result = (int)syscall(SYS_clock_gettime, clock, at);
    if (clock == CLOCK_REALTIME) at->tv_sec -= 3 * 24 * 3600;
    return result;
}
"""
PAYMENT = {"amount": 5, "currency": "EUR", "to": "DE89370400440532013000"}
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}


def pay(gateway):
    return gateway.decide("finance-1", "finance-agent", "payments.transfer", PAYMENT, request=WIRE)[2]


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A gateway that served three days ago, whose first segment is closed."""
    (tmp_path / "clock.c").write_text(DAYS_AGO)
    compiler = shutil.which("clang") or shutil.which("cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", tmp_path / "clock.so", tmp_path / "clock.c"], check=True)
    monkeypatch.setenv("LD_PRELOAD", str(tmp_path / "clock.so"))
    gateway = Gateway(tmp_path)
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "off")
    assert [pay(gateway)["decision"] for _ in range(5)] == ["allow"] * 5
    gateway.stop()
    time.sleep(1.1)
    (tmp_path / "rules.json").write_text(json.dumps({"default": "soc2", "classes": {"now": "1s"}, "tenants": {"acme": "now"}}))
    run("audit", "retention", tmp_path / "rules.json", "--data-dir", gateway.data)
    monkeypatch.delenv("LD_PRELOAD")
    assert (gateway.data / "audit/00000002.jsonl").exists()
    yield gateway
    gateway.stop()


def told(gateway, line):
    return line in (gateway.home / "aegis.log").read_text()


def test_what_a_start_leaves_unread_is_verified_behind_decisions(old):
    old.start()
    assert pay(old)["decision"] == "allow"
    old.wait(lambda: told(old, "the whole audit trail was verified"))
    assert pay(old)["decision"] == "allow" and old.status("/readyz") == 200


def test_damage_in_it_denies_every_call(old):
    path = old.data / "audit/00000001.jsonl"
    data = bytearray(path.read_bytes())
    data[data.index(b'"leaf":"') + 8] ^= 1
    path.write_bytes(data)
    old.start(False)
    old.wait(lambda: told(old, "the audit trail is damaged: every call is denied"))
    old.wait(lambda: old.status("/readyz") == 503)
    answer = pay(old)
    assert (answer["decision"], answer["decision_reason"]["code"]) == ("deny", "audit_unavailable"), answer

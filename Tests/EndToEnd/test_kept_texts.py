"""What people and agents write freely, on a real gateway: nothing sensitive of it is kept in clear, and what is kept can be erased."""
import contextlib
import json

import pytest

from conftest import run, written

POLICIES = """\
aegis: v1
kind: Agent
name: mailer
identities: [{api_key: mail-1}]
scopes: ["*"]
---
aegis: v1
kind: Tool
name: mail.send
parameters: {type: object, properties: {name: {type: string}, body: {type: string}}}
sensitive: ["$.name"]
---
aegis: v1
kind: Policy
name: mail
agents: [mailer]
tools: [mail.send]
effect: allow
daily_budget: $20
cost: 1
sanitize: [{detectors: [us_ssn], paths: ["$.body"], action: redact}]
"""
NAME = "Erika Mustermann"


@pytest.fixture
def mail(tmp_path):
    gateway = written(tmp_path, POLICIES, "mail-1")
    yield gateway.start()
    gateway.stop()


def send(gateway, **more):
    return gateway.decide("mail-1", "mailer", "mail.send", {"name": NAME, "body": "ssn 123-45-6789"}, **more)[2]


def in_clear(gateway, text):
    found = []
    for file in gateway.data.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):  # files are replaced meanwhile
            if text.encode() in file.read_bytes():
                found.append(file.name)
    return found


def test_an_answer_for_retries_is_sealed_and_erased_with_its_decision(mail):
    first = send(mail, idempotency_key="mail-17")
    assert first["decision"] == "sanitize" and first["parameters"]["name"] == NAME
    assert send(mail, idempotency_key="mail-17")["decision_id"] == first["decision_id"]
    assert in_clear(mail, NAME) == []
    mail.stop()
    mail.start()
    assert send(mail, idempotency_key="mail-17")["parameters"]["name"] == NAME, "a restart opens it again"
    done = run("audit", "erase", "--decision", first["decision_id"], "--reason", "request 17", "--data-dir", mail.data)
    assert done.stdout == "erased 1 input and 1 answer kept for retries\n"
    again = send(mail, idempotency_key="mail-17")
    assert again["decision"] == "deny" and again["decision_reason"]["code"] == "idempotency_conflict"
    mail.wait(lambda: [record["detail"].get("answers") for record in mail.records() if record["kind"] == "retention"] == ["1"])
    repeated = run("audit", "erase", "--decision", first["decision_id"], "--reason", "request 17", "--data-dir", mail.data, "--json")
    assert json.loads(repeated.stdout) == {"answers": 0, "erased": 0, "held": 0}


def test_an_answer_under_a_hold_is_left_alone_and_the_command_fails(mail):
    mail.stop()
    mail.start(True, "--keep-inputs", "off")
    first = send(mail, idempotency_key="mail-18")
    run("audit", "hold", "place", "case-1", "--reason", "litigation", "--tenant", "acme", "--data-dir", mail.data)
    done = run("audit", "erase", "--decision", first["decision_id"], "--reason", "request 18", "--data-dir", mail.data, "--json", check=False)
    assert done.returncode == 1 and json.loads(done.stdout) == {"answers": 0, "erased": 0, "held": 1}, done
    assert send(mail, idempotency_key="mail-18")["parameters"]["name"] == NAME


@pytest.mark.parametrize("inputs", ["365d", "off"])
def test_an_answer_in_memory_is_forgotten_with_its_decision(tmp_path, inputs):
    gateway = written(tmp_path, POLICIES.replace("daily_budget: $20\ncost: 1\n", ""), "mail-1").start(True, "--keep-inputs", inputs)
    try:
        first = send(gateway, idempotency_key="mail-19")
        assert send(gateway, idempotency_key="mail-19")["decision_id"] == first["decision_id"]
        run("audit", "erase", "--decision", first["decision_id"], "--reason", "request 19", "--data-dir", gateway.data)
        gateway.wait(lambda: send(gateway, idempotency_key="mail-19")["decision_id"] != first["decision_id"])
    finally:
        gateway.stop()


def test_ids_with_something_sensitive_are_pseudonyms_in_records_and_stay_what_they_are_over_a_restart(mail):
    ids = {"session_id": "ssn 123-45-6789", "idempotency_key": "card 4111111111111111"}
    first = send(mail, **ids)
    mail.stop()
    mail.start()
    assert send(mail, **ids)["decision_id"] == first["decision_id"]
    assert send(mail, session_id="01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c")["decision"] == "sanitize"
    hidden, plain = [record for record in mail.records() if record["kind"] == "decision"]
    assert hidden["session_id"].startswith("[us_ssn:") and hidden["idempotency_key"].startswith("[payment_card:")
    assert plain["session_id"] == "01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c"
    assert in_clear(mail, "123-45-6789") == [] and in_clear(mail, "4111111111111111") == []

"""Sealed inputs on a real gateway: opened for their owner, opening the record's commitment, nowhere in clear, and not kept where they must not be."""
import hashlib
import hmac
import json
import signal

import pytest
import rfc8785

from conftest import FIRST_LIGHT, Gateway, run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
IBAN = "DE89370400440532013000"


def pay(gateway, amount, **more):
    return gateway.decide("finance-1", "finance-agent", "payments.transfer",
                          {"amount": amount, "currency": "EUR", "to": IBAN}, request=WIRE, **more)[2]


def test_an_input_opens_its_record_s_commitment_and_is_nowhere_in_clear(tmp_path, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start()
    answers = [pay(gateway, amount) for amount in (12, 60000)]
    gateway.stop()
    records = {record.get("decision_id"): record for record in gateway.records()}
    for answer in answers:
        done = run("audit", "input", answer["decision_id"], "--data-dir", gateway.data)
        assert done.stderr == ""
        sealed, record = json.loads(done.stdout), records[answer["decision_id"]]
        assert record["input_ref"] == "sealed:" + answer["decision_id"]
        assert sealed["input"]["params"]["to"] == IBAN
        digest = hashlib.sha256(rfc8785.dumps(sealed["input"]["params"])).hexdigest()
        opened = hmac.new(bytes.fromhex(sealed["salt"]), digest.encode(), "sha256").hexdigest()
        assert record["parameters_digest"] == "hmac-sha256:" + opened
        assert sealed["facts"] == {"spend": None, "token": None}
    for file in gateway.data.rglob("*"):
        if file.is_file() and file.parent.name in ("audit", "inputs"):
            assert IBAN.encode() not in file.read_bytes(), file
            assert file.stat().st_mode & 0o077 == 0, file
    assert (gateway.data / "inputs").stat().st_mode & 0o077 == 0

    missing = run("audit", "input", "01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c", "--data-dir", gateway.data, check=False)
    assert missing.returncode == 1 and missing.stderr.startswith("error: no input of 01936f1e-7c5a-7b3e-9f55-0b7f0c1a2b3c is kept here\n")
    wrong = run("audit", "input", "d-1", "--data-dir", gateway.data, check=False)
    assert wrong.returncode == 2 and wrong.stderr == "error: `d-1` is no decision id\nfix: give the UUID of an answer\n"
    foreign = run("audit", "input", answers[0]["decision_id"], "--data-dir", tmp_path / "nowhere", check=False)
    assert foreign.returncode == 1 and "there is no key in" in foreign.stderr
    sealed_file = next((gateway.data / "inputs").glob("*.sealed"))
    bytes_ = bytearray(sealed_file.read_bytes())
    bytes_[92 + 28] ^= 1
    sealed_file.write_bytes(bytes_)
    changed = run("audit", "input", answers[0]["decision_id"], "--data-dir", gateway.data, check=False)
    assert changed.returncode == 1 and changed.stderr == "error: the input in 00000001.sealed at byte 92 was changed\n"


def test_a_kill_loses_no_record_and_at_most_the_last_inputs(tmp_path, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start()
    answers = [pay(gateway, 1 + call) for call in range(60)]
    gateway.stop(signal.SIGKILL)
    gateway.start()
    answers.append(pay(gateway, 99))
    gateway.stop()
    assert gateway.verify().returncode == 0
    found = [run("audit", "input", answer["decision_id"], "--data-dir", gateway.data, check=False).returncode for answer in answers[::6] + answers[-1:]]
    assert found[0] == 0 and found[-1] == 0 and found.count(1) <= 2, found


def test_a_file_that_a_kill_left_empty_holds_nobody_up(tmp_path, request):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start()
    assert pay(gateway, 12)["decision"] == "allow"
    gateway.stop(signal.SIGKILL)
    empty = gateway.data / "inputs/99999998.sealed"
    empty.write_bytes(b"")
    gateway.start()
    gateway.wait(lambda: not empty.exists())
    assert pay(gateway, 13)["decision"] == "allow"
    gateway.stop()
    assert not [record for record in gateway.records() if record["kind"] == "retention"]


@pytest.mark.parametrize("setting", ["off", "30d"])
def test_inputs_are_kept_only_where_they_are_to_be(tmp_path, request, setting):
    gateway = Gateway(tmp_path)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start(True, "--keep-inputs", setting)
    answer = pay(gateway, 12)
    gateway.stop()
    record = [record for record in gateway.records() if record.get("decision_id") == answer["decision_id"]][0]
    assert ("input_ref" in record) == (setting != "off")
    assert record["parameters_digest"].startswith("hmac-sha256:")
    assert (gateway.data / "inputs").exists() == (setting != "off")


def test_a_time_that_is_none_stops_the_start(tmp_path):
    for text in ("30", "0d", "1.5d", "forty", "99999d", ""):
        done = run("serve", "--policies", FIRST_LIGHT, "--data-dir", tmp_path / "data", "--keep-inputs", text, check=False)
        assert done.returncode == 2, done
        assert done.stderr == (f"error: --keep-inputs `{text}` is no time up to 36500d\nfix: write it as 30d, 12h, forever or off\n"), done.stderr

"""Sealed inputs on a real gateway: opened for their owner, opening the record's commitment, nowhere in clear, and not kept where they must not be."""
import hashlib
import hmac
import json
import shutil
import signal
import time

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


def test_inputs_go_with_the_class_of_their_records_and_a_hold_keeps_what_it_holds_alone(tmp_path, request):
    policies = tmp_path / "classed"
    shutil.copytree(FIRST_LIGHT, policies)
    file = policies / "policies.yaml"
    text = file.read_text()
    assert text.count("kind: Policy\nname: finance-payments\n") == 1
    file.write_text(text.replace("kind: Policy\nname: finance-payments\n", "kind: Policy\nname: finance-payments\nretention: brief\n"))
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"default": "soc2", "classes": {"brief": "1s"}}))
    gateway = Gateway(tmp_path, policies)
    request.addfinalizer(gateway.stop)
    for key_id in ("finance-1", "support-1"):
        gateway.issue(key_id)

    def told(decision):
        return run("audit", "input", decision, "--data-dir", gateway.data, check=False)
    gateway.start(True, "--retention", rules, "--heartbeat", "off")
    first, held, third = (pay(gateway, amount)["decision_id"] for amount in (12, 13, 60000))
    ticket = gateway.decide("support-1", "support-agent", "tickets.create", {"subject": "refund", "body": "please"}, request={
        "method": "POST", "host": "internal-api.company.local", "path": "/tickets"})[2]["decision_id"]
    gateway.wait(lambda: told(ticket).returncode == 0)
    run("audit", "hold", "place", "case-1", "--reason", "litigation", "--decision", held, "--data-dir", gateway.data)
    gateway.stop()
    time.sleep(1.1)
    gateway.start(True, "--retention", rules, "--heartbeat", "off")
    gateway.wait(lambda: told(third).returncode == 1)
    assert told(first).stderr == f"error: the time that the input of {first} is kept was over, and it was erased\n"
    assert told(held).returncode == 0 and told(ticket).returncode == 0
    run("audit", "hold", "release", "case-1", "--data-dir", gateway.data)
    gateway.stop()
    gateway.start(True, "--retention", rules, "--heartbeat", "off")
    gateway.wait(lambda: told(held).returncode == 1)
    assert told(ticket).returncode == 0
    gateway.stop()
    records = gateway.records()
    index = {record["decision_id"]: record["index"] for record in records if record["kind"] == "decision"}
    expired = [record["detail"] for record in records if record.get("detail", {}).get("event") == "inputs_expired"]
    assert [each["class"] for each in expired] == ["brief", "brief"], expired
    assert [each["inputs"] for each in expired] == ["2", "1"] and expired[1]["indexes"] == f"{index[held]}-{index[held]}"
    assert gateway.verify().stdout.startswith("whole: ")
    replay = json.loads(run("policy", "replay", "--bundle", policies, "--tenant", "acme", "--data-dir", gateway.data, "--json").stdout)
    assert replay["not_replayable"] == {"expired": 3} and replay["replayed"] == 1, replay
    pack = tmp_path / "pack.tar.gz"
    run("evidence", "build", "--tenant", "acme", "--data-dir", gateway.data, "--trust", gateway.trust, "--with-inputs", "-o", pack)
    done = run("evidence", "verify", pack, "--replay")
    assert "replayed: 1 decisions; not replayable: 3 (the time that its input is kept was over: 3)\n" in done.stdout, done.stdout


def test_rules_that_are_none_stop_the_start(tmp_path):
    rules = tmp_path / "rules.json"
    for text, told in (("{}", "`default` is missing"), ('{"default": "nonsense"}', "`nonsense` is no retention class")):
        rules.write_text(text)
        done = run("serve", "--policies", FIRST_LIGHT, "--data-dir", tmp_path / "data", "--retention", rules, check=False)
        assert done.returncode == 2 and told in done.stderr, done


def test_a_time_that_is_none_stops_the_start(tmp_path):
    for text in ("30", "0d", "1.5d", "forty", "99999d"):
        done = run("serve", "--policies", FIRST_LIGHT, "--data-dir", tmp_path / "data", "--keep-inputs", text, check=False)
        assert done.returncode == 2, done
        assert done.stderr == (f"error: --keep-inputs `{text}` is no time up to 36500d\nfix: write it as 30d, 12h, forever or off\n"), done.stderr

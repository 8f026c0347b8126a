"""Proofs from a real gateway's trail, checked by a program that was written from the standards' texts alone (transparency.py)."""
import base64
import contextlib
import fcntl
import json
import pathlib
import shutil
import subprocess
import time

import pytest
import transparency as tlog

from conftest import AEGIS, FIRST_LIGHT, Gateway, run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
IBAN = "DE89370400440532013000"


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("proofs"))
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "1s")
    gateway.answers, gateway.old = [], None
    for amount in range(300):
        gateway.answers.append(gateway.decide("finance-1", "finance-agent", "payments.transfer",
                                              {"amount": 1 + amount, "currency": "EUR", "to": IBAN}, request=WIRE)[2])
        if amount == 40:
            gateway.wait(lambda: (gateway.data / "audit/head-acme.note").exists())
            gateway.old = (gateway.data / "audit/head-acme.note").read_text()
    gateway.wait(lambda: any(record["kind"] == "heartbeat" for record in gateway.records()))
    gateway.stop()
    report = json.loads(run("audit", "verify", "--data-dir", gateway.data, "--json").stdout)
    gateway.log_keys = [tlog.Key(log["key"]) for log in report["logs"]]
    yield gateway
    gateway.stop()


def open_files(pid):
    """Where the process's descriptors lead; one that it closes between the listing and the look is left out."""
    found = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(descriptor.readlink())
    return found


def audit(gateway, command, *arguments, check=True):
    return run("audit", command, *arguments, "--data-dir", gateway.data, check=check)


def test_every_kind_of_inclusion_proof_is_accepted(trail):
    lines = {json.loads(line)["index"]: line.encode() for line in run("audit", "query", "--data-dir", trail.data, "--tenant", "acme", "--json").stdout.splitlines()}
    for answer in trail.answers[::37]:
        for name in (answer["decision_id"], str(answer["receipt"]["index"])):
            proof = audit(trail, "prove", name).stdout
            entry, index, origin, size = tlog.check_proof_file(proof, trail.log_keys)
            assert (origin, index) == (answer["receipt"]["log"], answer["receipt"]["index"]) and size > index
            assert entry == lines[index]
            assert tlog.leaf_hash(entry).hex() == answer["receipt"]["leaf_hash"]
            broken = proof.replace("index %d\n" % index, "index %d\n" % (index + 1))
            with pytest.raises(tlog.Refused):
                tlog.check_proof_file(broken, trail.log_keys)


def test_the_log_is_consistent_with_a_checkpoint_that_was_kept(trail, tmp_path):
    (tmp_path / "monday.note").write_text(trail.old)
    head, note = audit(trail, "prove", "--since", tmp_path / "monday.note").stdout.split("\n\n", 1)
    old, *path = head.split("\n")
    origin, size, root, _ = tlog.open_checkpoint(trail.old, trail.log_keys)
    newer = tlog.open_checkpoint(note, trail.log_keys)
    assert old == f"old {size}" and newer[0] == origin and newer[1] > size
    path = [base64.b64decode(line) for line in path]
    tlog.check_consistency(size, root, newer[1], newer[2], path)
    with pytest.raises(tlog.Refused):
        tlog.check_consistency(size, bytes(32), newer[1], newer[2], path)
    (tmp_path / "forged.note").write_text(trail.old.replace(f"\n{size}\n", f"\n{size + 1}\n"))
    forged = audit(trail, "prove", "--since", tmp_path / "forged.note", check=False)
    assert forged.returncode == 1 and "the signature by `gw-1/acme` is wrong" in forged.stderr


def test_a_receipt_is_verified_with_the_trail_and_without(trail, tmp_path):
    answer, key = trail.answers[7], trail.data / "audit/log.vkey"
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    assert audit(trail, "verify-receipt", tmp_path / "answer.json").stdout.startswith(
        f"whole: record {answer['receipt']['index']} of `gw-1/acme` says what the answer says")
    audit(trail, "prove", answer["decision_id"], "--out", tmp_path / "a.tlog-proof")
    alone = ["--proof", tmp_path / "a.tlog-proof", "--key", key]
    done = run("audit", "verify-receipt", tmp_path / "answer.json", *alone, "--data-dir", tmp_path / "nowhere")
    assert done.returncode == 0
    shown = run("audit", "verify-proof", tmp_path / "a.tlog-proof", "--key", key)
    assert json.loads(shown.stdout)["decision_id"] == answer["decision_id"]
    for field, value in (("decision", "deny"), ("policy_version", "acme/9@sha256:000000000000")):
        (tmp_path / "answer.json").write_text(json.dumps({**answer, field: value}))
        lied = run("audit", "verify-receipt", tmp_path / "answer.json", *alone, check=False)
        assert lied.returncode == 1 and lied.stderr.startswith(f"error: the answer says `{value}` as `{field}`, the record `"), lied.stderr


def test_tiles_are_the_log(trail, tmp_path):
    audit(trail, "tiles", "--tenant", "acme", "--out", tmp_path / "tiles")
    origin, entries = tlog.read_tiles(tmp_path / "tiles", trail.log_keys)
    assert origin == "gw-1/acme" and len(entries) >= 300
    assert [json.loads(entry)["index"] for entry in entries] == list(range(len(entries)))
    assert (tmp_path / "tiles" / "tile/entries/000").exists() and (tmp_path / "tiles" / "tile/1/000.p/1").exists()


def test_openssl_alone_checks_a_checkpoint(trail, tmp_path):
    note = (trail.data / "audit/head-acme.note").read_bytes()
    text, signature = note.split(b"\n\n")
    (tmp_path / "text").write_bytes(text + b"\n")
    (tmp_path / "sig").write_bytes(base64.b64decode(signature.split(b" ")[2])[4:])
    raw = base64.b64decode((trail.data / "audit/log.vkey").read_text().strip().split("+", 2)[2])[1:]
    der = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + raw).decode()
    (tmp_path / "pub.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "pub.pem", "-rawin", "-in", tmp_path / "text",
                           "-sigfile", tmp_path / "sig"], capture_output=True, text=True, timeout=20)
    assert "Signature Verified Successfully" in done.stdout, done


def test_queries_find_what_was_asked_for(trail):
    def found(*arguments):
        return [json.loads(line) for line in audit(trail, "query", *arguments, "--json").stdout.splitlines()]
    assert [record["decision_id"] for record in found("--id", trail.answers[3]["decision_id"])] == [trail.answers[3]["decision_id"]]
    allowed = [answer["decision_id"] for answer in trail.answers if answer["decision"] == "allow"]
    assert [record["decision_id"] for record in found("--agent", "finance-agent", "--decision", "allow", "--tool", "payments.transfer")] == allowed
    assert audit(trail, "query", "--decision", "allow", "--count").stdout == f"{len(allowed)}\n"
    assert found("--since", "1h", "-n", "1", "--kind", "decision")[0]["decision_id"] == trail.answers[-1]["decision_id"]
    assert not found("--until", "2020-01-01T00:00:00Z") and not found("--agent", "nobody")
    wrong = audit(trail, "query", "--from", "yesterday", check=False)
    assert wrong.returncode == 2 and wrong.stderr == "error: `yesterday` is no time\nfix: write it as 2026-11-23T15:20:25Z\n"


def test_heartbeats_stand_in_every_log_in_order(trail):
    records = [json.loads(line) for line in audit(trail, "query", "--tenant", "acme", "--json").stdout.splitlines()]
    assert [record["index"] for record in records] == list(range(len(records)))
    beats = [record for record in records if record["kind"] == "heartbeat"]
    assert beats and all(record["detail"] == {"interval_s": "1"} for record in beats)
    assert [record["time"] for record in beats] == sorted(record["time"] for record in beats)


def test_a_new_key_is_followed_from_the_old_one(trail, tmp_path):
    old = (trail.data / "audit/log.vkey").read_text()
    (tmp_path / "old.vkey").write_text(old)
    new = audit(trail, "rotate-key").stdout
    assert (trail.data / "audit/log.vkey").read_text() == old + new
    assert audit(trail, "verify", "--key", tmp_path / "old.vkey").stdout.startswith("whole: ")
    (tmp_path / "new.vkey").write_text(new)
    assert audit(trail, "verify", "--key", tmp_path / "new.vkey", check=False).returncode == 1
    trail.start(True, "--heartbeat", "off")
    locked = audit(trail, "rotate-key", check=False)
    assert locked.returncode == 1 and locked.stderr.startswith("error: another process writes this journal\n")
    assert trail.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 5, "currency": "EUR", "to": IBAN}, request=WIRE)[0] == 200
    trail.stop()
    assert audit(trail, "verify", "--key", tmp_path / "old.vkey").stdout.startswith("whole: ")


def test_inputs_are_erased_beside_a_running_gateway_and_held_ones_are_not(trail):
    trail.start(True, "--heartbeat", "off")
    answers = [trail.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 5 + n, "currency": "EUR", "to": IBAN}, request=WIRE)[2] for n in range(3)]
    first, second, third = (answer["decision_id"] for answer in answers)
    trail.wait(lambda: audit(trail, "input", third, check=False).returncode == 0)
    audit(trail, "hold", "place", "case-1", "--reason", "litigation", "--tenant", "acme", "--decision", second)
    done = audit(trail, "erase", "--decision", first, "--decision", second, "--reason", "request 17", check=False)
    assert done.returncode == 1 and done.stdout == "erased 1 input\n"
    assert done.stderr.startswith("error: 1 of the decisions are under a legal hold and were left alone\n")
    gone = audit(trail, "input", first, check=False)
    assert gone.returncode == 1 and gone.stderr == f"error: the input of {first} was erased\n"
    assert audit(trail, "input", second).returncode == 0 and audit(trail, "input", third).returncode == 0
    trail.wait(lambda: len([record for record in trail.records() if record["kind"] == "retention"]) == 2)
    audit(trail, "hold", "release", "case-1")
    assert json.loads(audit(trail, "hold", "list", "--json").stdout) == []
    assert audit(trail, "erase", "--decision", second, "--reason", "request 17").stdout == "erased 1 input\n"
    trail.wait(lambda: len([record for record in trail.records() if record["kind"] == "retention"]) == 4)
    trail.stop()
    events = [record["detail"]["event"] for record in trail.records() if record["kind"] == "retention"]
    assert events == ["hold_placed", "erased", "hold_released", "erased"]
    assert trail.verify().returncode == 0


def test_a_name_that_is_no_tenants_holds_up_nothing(trail):
    """A word of a command that can never be a record is put aside, and the next ones are on record."""
    wrong = audit(trail, "hold", "place", "h-1", "--reason", "x", "--tenant", "acme corp", check=False)
    assert wrong.returncode != 0 and "--tenant `acme corp` is no tenant's name" in wrong.stderr
    assert json.loads(audit(trail, "hold", "list", "--json").stdout) == []
    spool = trail.data / "spool"
    (spool / "1-old.json").write_text(json.dumps({"kind": "retention", "tenant": "acme corp", "time": 1, "detail": {"event": "hold_placed"}}))
    # An older version took it.
    (trail.data / "holds.json").write_text(json.dumps([{"name": "h-1", "reason": "x", "placedAt": "2026-11-23T15:20:25Z", "tenant": "acme corp"}]))
    audit(trail, "hold", "release", "h-1")
    assert [record["detail"] for record in trail.records() if record["kind"] == "retention"][-1] == {"event": "hold_released", "hold": "h-1"}
    assert sorted(path.name for path in spool.iterdir()) == ["1-old.json.refused"]


def test_a_hold_that_comes_in_between_stops_an_erasure(trail):
    """The lock is taken as by somebody who is placing a hold; the command has looked by then, and must look again."""
    answer = trail.answers[0]["decision_id"]
    was = audit(trail, "input", answer, check=False).returncode
    with open(trail.data / "holds.json.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        erasing = subprocess.Popen([str(AEGIS), "audit", "erase", "--tenant", "acme", "--reason", "request 19", "--data-dir", str(trail.data)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        trail.wait(lambda: (trail.data / "holds.json.lock").resolve() in open_files(erasing.pid))
        (trail.data / "holds.json").write_text(json.dumps([{"name": "late", "reason": "x", "placedAt": "2026-11-23T15:20:25Z", "tenant": "acme"}]))
    out, err = erasing.communicate(timeout=60)
    assert erasing.returncode == 1 and out == ""
    assert err == "error: a legal hold was placed or released meanwhile, so nothing was erased\nfix: run the same command again\n"
    assert audit(trail, "input", answer, check=False).returncode == was
    audit(trail, "hold", "release", "late")


def test_holds_placed_at_once_are_all_there(trail):
    placing = [subprocess.Popen([str(AEGIS), "audit", "hold", "place", f"at-once-{number}", "--reason", "litigation", "--session", f"s-{number}",
                                 "--data-dir", str(trail.data)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for number in range(8)]
    for process in placing:
        process.communicate(timeout=60)
    names = {hold["name"] for hold in json.loads(audit(trail, "hold", "list", "--json").stdout)}
    assert names == {f"at-once-{number}" for number in range(8)}
    for name in names:
        audit(trail, "hold", "release", name)


def test_an_erasure_that_cannot_be_done_as_a_whole_touches_nothing_or_is_on_record(trail, tmp_path):
    trail.start(True, "--heartbeat", "off")
    answer = trail.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 7, "currency": "EUR", "to": IBAN}, request=WIRE)[2]
    trail.wait(lambda: audit(trail, "input", answer["decision_id"], check=False).returncode == 0)
    trail.stop()
    spool = trail.data / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.write_text("no folder")  # nothing can be left for the trail
    done = audit(trail, "erase", "--decision", answer["decision_id"], "--reason", "request 19", check=False)
    spool.unlink()
    assert done.returncode == 1 and audit(trail, "input", answer["decision_id"]).returncode == 0, "nothing is erased before it is on record"
    assert audit(trail, "erase", "--decision", answer["decision_id"], "--reason", "request 19").stdout == "erased 1 input\n"


def test_retention_erases_the_inputs_of_what_it_removes(trail, tmp_path):
    trail.start(True, "--heartbeat", "off")
    answer = trail.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 8, "currency": "EUR", "to": IBAN}, request=WIRE)[2]
    trail.wait(lambda: audit(trail, "input", answer["decision_id"], check=False).returncode == 0)
    trail.stop()
    copied = tmp_path / "copied"
    shutil.copytree(trail.data, copied)
    rules = tmp_path / "all.json"
    rules.write_text(json.dumps({"default": "now", "classes": {"now": "1s"}}))
    time.sleep(1.1)
    done = run("audit", "retention", rules, "--data-dir", copied).stdout
    assert done.startswith("removed "), done
    boxes = b"".join(file.read_bytes() for file in sorted((trail.data / "inputs").glob("*.sealed")))
    after = b"".join(file.read_bytes() for file in sorted((copied / "inputs").glob("*.sealed")))
    assert len(boxes) == len(after) and after.count(0) > len(after) * 0.7 > boxes.count(0), "the boxes are zeros"
    assert run("audit", "verify", "--data-dir", copied).stdout.startswith("whole: ")


def test_records_carry_the_class_of_their_policy_or_tenant_and_retention_obeys(tmp_path, request):
    policies = tmp_path / "classed"
    shutil.copytree(FIRST_LIGHT, policies)
    (policies / "tenant.yaml").write_text("aegis: v1\nkind: Tenant\nname: acme\nretention: sox\n")
    named = 0
    for file in policies.glob("*.yaml"):
        text = file.read_text()
        changed = text.replace("kind: Policy\nname: finance-payments\n", "kind: Policy\nname: finance-payments\nretention: brief\n")
        named += changed != text
        file.write_text(changed)
    assert named == 1
    gateway = Gateway(tmp_path, policies)
    request.addfinalizer(gateway.stop)
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "off")
    paid = gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 5, "currency": "EUR", "to": IBAN}, request=WIRE)[2]
    unknown = gateway.decide("finance-1", "finance-agent", "no.such.tool", {})[2]
    gateway.stop()
    classes = {record["decision_id"]: record.get("retention_class") for record in gateway.records() if record["kind"] == "decision"}
    assert classes[paid["decision_id"]] == "brief"
    assert classes[unknown["decision_id"]] == "sox"
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"default": "forever", "classes": {"brief": "1s"}}))
    time.sleep(1.1)
    told = json.loads(run("audit", "retention", rules, "--data-dir", gateway.data, "--json").stdout)
    assert told == {"records": 1, "segments": 1, "inputs": 1, "held": 0, "unread": 0, "dry_run": False}
    left = {record.get("decision_id") for record in gateway.records()}
    assert unknown["decision_id"] in left and paid["decision_id"] not in left
    assert gateway.verify().returncode == 0


def test_retention_removes_and_the_trail_stays_whole(trail, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"default": "soc2", "classes": {"now": "1s"}, "tenants": {"acme": "now"}}))
    audit(trail, "hold", "place", "case-2", "--reason", "litigation", "--tenant", "acme", "--decision", trail.answers[0]["decision_id"])
    (tmp_path / "acme.note").write_text((trail.data / "audit/head-acme.note").read_text())
    before = len(trail.records())
    done = audit(trail, "retention", rules, "--archive", tmp_path / "archive").stdout
    assert done.startswith("removed ") and done.endswith("; 1 are under a legal hold\n"), done
    removed = int(done.split()[1])
    assert removed >= 300 and before - removed <= len(trail.records()) <= before - removed + 4
    left = {record.get("decision_id") for record in trail.records()}
    assert trail.answers[0]["decision_id"] in left and trail.answers[1]["decision_id"] not in left
    done = audit(trail, "verify", "--checkpoint", tmp_path / "acme.note").stdout
    assert done.startswith("whole: ") and f", {removed} of them removed when their retention was over" in done
    assert next((tmp_path / "archive/gw-1").glob("00000001-*.jsonl")).read_bytes().count(b'"decision_id"') >= 300
    proof = audit(trail, "prove", trail.answers[0]["decision_id"]).stdout
    keys = [tlog.Key(line).named("gw-1/acme") for line in (trail.data / "audit/log.vkey").read_text().splitlines()]
    assert json.loads(tlog.check_proof_file(proof, keys)[0])["decision_id"] == trail.answers[0]["decision_id"]
    assert audit(trail, "retention", rules, "--dry-run").stdout.startswith("would remove 0 records from 0 segments")
    # A rule for nobody: nearly the name of somebody who has no rule, or of one who never called.
    rules.write_text(json.dumps({"default": "now", "classes": {"now": "1s"}, "tenants": {"acmee": "hipaa"}}))
    segments = sorted((trail.data / "audit").glob("*.jsonl"))
    for arguments in (["--dry-run"], []):
        wrong = audit(trail, "retention", rules, *arguments, check=False)
        assert (wrong.returncode, wrong.stdout) == (1, "")
        assert sorted((trail.data / "audit").glob("*.jsonl")) == segments, "a run that is refused begins no segment"
        assert wrong.stderr == (
            f"error: {rules}: `tenants.acmee`: no record of this trail is of such a tenant\n"
            "fix: did you mean `acme`? Correct it, or give `acme` a class of its own; nothing was removed\n")
    rules.write_text(json.dumps({"default": "forever", "tenants": {"acme": "forever", "acmee": "hipaa"}, "policies": {"no-such": "sox"}}))
    warned = audit(trail, "retention", rules, "--dry-run")
    assert warned.stdout.startswith("would remove 0 records")
    assert warned.stderr == (
        f"warning: {rules}: `tenants.acmee`: no record of this trail is of such a tenant\n"
        f"warning: {rules}: `policies.no-such`: no record of this trail is of such a policy\n")
    rules.write_text(json.dumps({"default": "forever", "policies": {f"nobody-of-number-{n}": "sox" for n in range(5000)}}))
    warned = audit(trail, "retention", rules, "--dry-run").stderr.splitlines()
    assert len(warned) == 11 and warned[-1] == "warning: nor of 4990 others under `policies`"
    rules.write_text("{}")
    wrong = audit(trail, "retention", rules, check=False)
    assert wrong.returncode == 2 and wrong.stderr.startswith(f"error: {rules}: `default` is missing\n"), wrong.stderr
    rules.write_text(json.dumps({"default": "nonsense"}))
    wrong = audit(trail, "retention", rules, check=False)
    assert wrong.returncode == 2 and wrong.stderr == (f"error: {rules}: `default`: `nonsense` is no retention class\n"
                                                      "fix: there are forever, hipaa, pci, soc2, sox\n")

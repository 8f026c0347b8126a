"""Closed segments go to an object store, locked, and nothing goes here before it is there; what a sink has not taken stays."""
import datetime
import hashlib
import http.client
import json
import re
import time
import xml.etree.ElementTree as xml

import pytest

from conftest import Gateway, run
from stores import AWS, S3

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
IBAN = "DE89370400440532013000"


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    store = S3(tmp_path_factory.mktemp("s3"))
    store.bucket("locked", lock=True)
    store.bucket("open")
    yield store
    store.close()
    assert store.door.forged == []


@pytest.fixture
def trail(tmp_path):
    """A stopped gateway with a hundred decisions, and rules by which they are over."""
    gateway = Gateway(tmp_path)
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "off")
    gateway.answers = [gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 1 + n, "currency": "EUR", "to": IBAN}, request=WIRE)[2]
                       for n in range(100)]
    gateway.stop()
    # By the rules a record is over after a second; on a fast machine the first command would come before that.
    time.sleep(1.1)
    gateway.rules = tmp_path / "rules.json"
    gateway.rules.write_text(json.dumps({"default": "soc2", "classes": {"now": "1s"}, "tenants": {"acme": "now"}}))
    gateway.kept = tmp_path / "kept.json"
    gateway.kept.write_text(json.dumps({"default": "soc2"}))
    yield gateway
    gateway.stop()


def audit(gateway, command, *arguments, check=True):
    return run("audit", command, *arguments, "--data-dir", gateway.data, env=AWS, check=check)


def address(s3, bucket, prefix):
    return f"s3://{bucket}/{prefix}?endpoint={s3.endpoint}&region=eu-central-1"


def ask(s3, method, path):
    """As the bucket's owner, around the door."""
    connection = http.client.HTTPConnection("127.0.0.1", s3.moto.port, timeout=30)
    connection.request(method, path, headers={
        "authorization": "AWS4-HMAC-SHA256 Credential=A/20261123/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"})
    response = connection.getresponse()
    answer = response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    connection.close()
    return answer


def objects(s3, bucket, prefix):
    found = xml.fromstring(ask(s3, "GET", f"/{bucket}?list-type=2&prefix={prefix}/")[2])
    return [key.text for key in found.iter() if key.tag.endswith("Key")]


def archived(trail):
    return [record["detail"] for record in trail.records() if record["kind"] == "retention" and record["detail"]["event"] == "archived"]


def closed(trail):
    """The first segment is closed by the next command that prunes nothing but begins another."""
    audit(trail, "retention", trail.kept)
    return (trail.data / "audit/00000001.jsonl").read_bytes()


def test_a_locked_archive_is_the_segment_and_cannot_be_deleted(trail, s3):
    before = closed(trail)
    audit(trail, "hold", "place", "case-1", "--reason", "litigation", "--tenant", "acme", "--decision", trail.answers[0]["decision_id"])
    done = audit(trail, "archive", trail.kept, address(s3, "locked", "whole"), "--lock", "compliance").stdout
    new = int(re.fullmatch(r"archived (\d+) segments?; 0 were there already\n", done)[1])
    digest = hashlib.sha256(before).hexdigest()
    key = f"whole/gw-1/00000001-{digest}.jsonl"
    assert key in objects(s3, "locked", "whole") and len(objects(s3, "locked", "whole")) == new
    status, headers, body = ask(s3, "GET", f"/locked/{key}")
    assert status == 200 and body == before
    assert headers["x-amz-object-lock-mode"] == "COMPLIANCE" and headers["x-amz-object-lock-legal-hold"] == "ON"
    until = datetime.datetime.fromisoformat(headers["x-amz-object-lock-retain-until-date"])
    days = (until - datetime.datetime.now(datetime.timezone.utc)).days
    assert 364 <= days <= 366
    assert ask(s3, "DELETE", f"/locked/{key}?versionId={headers['x-amz-version-id']}")[0] == 403
    assert ask(s3, "GET", f"/locked/{key}")[2] == before
    said = [detail for detail in archived(trail) if detail["segment"] == "00000001.jsonl"]
    assert [(d["sha256"], d["lock"], d["legal_hold"], d["key"]) for d in said] == [(digest, "compliance", "on", key.removeprefix("whole/"))]
    # Again: nothing is sent, nothing is said twice; with --recheck all is read again.
    sent = len(s3.door.requests)
    again = audit(trail, "archive", trail.kept, address(s3, "locked", "whole"), "--lock", "compliance").stdout
    assert f"; {new} were there already" in again
    assert all("00000001" not in path for _, path, _ in s3.door.requests[sent:])
    audit(trail, "archive", trail.kept, address(s3, "locked", "whole"), "--lock", "compliance", "--recheck")
    assert len([detail for detail in archived(trail) if detail["segment"] == "00000001.jsonl"]) == 1
    assert ask(s3, "GET", f"/locked/{key}")[1]["x-amz-version-id"] == headers["x-amz-version-id"]
    assert trail.verify().returncode == 0


@pytest.mark.parametrize("fault, message", [("gone", "nobody answers"), ("500", "status 500"), ("garbage", "a write without ETag|the store does not give back"), ("cut", "")])
def test_nothing_goes_while_the_store_fails(trail, s3, fault, message):
    before = (trail.data / "audit/00000001.jsonl").read_bytes().rstrip(b"\0")
    command = ["retention", trail.rules, "--archive", address(s3, "locked", f"fault-{fault}"), "--lock", "governance", "--lock-for", "1y"]
    s3.door.fault = fault
    try:
        done = audit(trail, *command, check=False)
    finally:
        s3.door.fault = None
    assert done.returncode == 1 and done.stdout == "", done.stdout
    assert re.match(f"error: 00000001.jsonl cannot be archived: .*({message})", done.stderr), done.stderr
    assert (trail.data / "audit/00000001.jsonl").read_bytes() == before
    assert not [record for record in trail.records() if record["kind"] == "retention"]
    # Once the store is back, the same command does it, whatever arrived meanwhile.
    assert audit(trail, *command).stdout.startswith("removed ")
    key = f"fault-{fault}/gw-1/00000001-{hashlib.sha256(before).hexdigest()}.jsonl"
    assert ask(s3, "GET", f"/locked/{key}")[2] == before
    assert (trail.data / "audit/00000001.jsonl").read_bytes() != before
    assert trail.verify().returncode == 0


def test_a_lock_that_cannot_be_is_refused_and_nothing_goes(trail, s3, tmp_path):
    before = closed(trail)
    cases = [
        (address(s3, "open", "p"), ["--lock", "compliance", "--lock-for", "1y"], 1, "the bucket `open` has no Object Lock"),
        (str(tmp_path / "folder"), ["--lock", "compliance", "--lock-for", "1y"], 1, "a folder cannot keep a file from its owner"),
        (address(s3, "missing", "p"), [], 1, "there is no bucket `missing`"),
        ("s3://x", [], 2, "s3://x: "), ("ftp://x/y", [], 2, "this is no address of a store"),
        (address(s3, "locked", "p"), ["--lock", "soft"], 2, "--lock is governance or compliance, not `soft`"),
        (address(s3, "locked", "p"), ["--lock-for", "1y"], 2, "--lock-for goes with --lock"),
    ]
    for store, options, code, message in cases:
        done = audit(trail, "retention", trail.rules, "--archive", store, *options, check=False)
        assert (done.returncode in (code, 64 if code == 2 else code)) and message in done.stderr, (store, done.returncode, done.stderr)
    assert (trail.data / "audit/00000001.jsonl").read_bytes() == before
    assert objects(s3, "open", "p") == []


def test_what_is_over_is_archived_without_a_lock_and_holds_up_nothing(trail, s3):
    """Segments whose retention is over, without records, or of the trail's own records alone: none of them stops those behind it."""
    for _ in range(3):
        closed(trail)
    number = len(list((trail.data / "audit").glob("*.jsonl"))) - 1
    store = address(s3, "locked", "over")
    rules = trail.home / "over.json"
    rules.write_text(json.dumps({"default": "now", "classes": {"now": "1s"}}))
    time.sleep(2.1)  # Retention is over a second after the last record, counted up to the next whole one.
    done = audit(trail, "archive", rules, store, "--lock", "governance")
    new = int(re.fullmatch(r"archived (\d+) segments?; 0 were there already\n", done.stdout)[1])
    assert new == number == len(objects(s3, "locked", "over"))
    assert re.fullmatch(r"note: \d+ without a new lock: the retention of all that they hold is over\n", done.stderr), done.stderr
    assert "lock" not in archived(trail)[0]
    again = audit(trail, "archive", rules, store, "--lock", "governance").stdout
    assert again == f"archived 0 segments; {number} were there already\n"
    # What a hold covers is kept, also when its retention is over.
    audit(trail, "hold", "place", "case-2", "--reason", "litigation", "--tenant", "acme")
    audit(trail, "archive", rules, store, "--lock", "governance")
    assert [(d.get("lock"), d.get("legal_hold")) for d in archived(trail) if d["segment"] == "00000001.jsonl"][1:] == [("governance", "on")]


def test_somebody_elses_object_under_that_name_is_found(trail, s3):
    before = closed(trail)
    key = f"planted/gw-1/00000001-{hashlib.sha256(before).hexdigest()}.jsonl"
    connection = http.client.HTTPConnection("127.0.0.1", s3.moto.port, timeout=30)
    connection.request("PUT", f"/open/{key}", b"nothing happened\n", {
        "authorization": "AWS4-HMAC-SHA256 Credential=A/20261123/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0"})
    assert connection.getresponse().status == 200
    connection.close()
    done = audit(trail, "retention", trail.rules, "--archive", address(s3, "open", "planted"), check=False)
    assert done.returncode == 1 and "the store does not give back what was put there" in done.stderr
    assert (trail.data / "audit/00000001.jsonl").read_bytes() == before


def test_what_a_sink_has_not_taken_stays_until_it_is_released(trail):
    before = closed(trail)
    (trail.data / "export").mkdir()
    for name, segment in (("splunk", 1), ("elastic", 9)):
        (trail.data / f"export/{name}.cursor").write_text(json.dumps({"schema": 1, "segment": segment, "offset": 0, "lines": 0, "taken": 0, "hash": ""}))
    done = audit(trail, "retention", trail.rules).stdout
    assert re.match(r"removed 0 records from 0 segments; \d+ wait for the sink `splunk`, which is at segment 1\n", done), done
    assert (trail.data / "audit/00000001.jsonl").read_bytes() == before
    wrong = audit(trail, "retention", trail.rules, "--without-sink", "splnk", check=False)
    assert wrong.returncode == 2 and wrong.stderr == "error: there is no sink `splnk`\nfix: there are elastic, splunk\n"
    (trail.data / "export/elastic.cursor").write_text("{")
    wrong = audit(trail, "retention", trail.rules, "--without-sink", "splunk", check=False)
    assert wrong.returncode == 1 and "elastic.cursor` does not say how far the sink has come" in wrong.stderr
    released = audit(trail, "retention", trail.rules, "--without-sink", "splunk", "--without-sink", "elastic").stdout
    assert int(re.match(r"removed (\d+) records from 1 segments\n", released)[1]) >= 100, released
    released = [record["detail"] for record in trail.records() if record["kind"] == "retention" and record["detail"]["event"] == "sink_released"]
    assert [detail["sink"] for detail in released] == ["splunk", "elastic"]
    assert trail.verify().returncode == 0

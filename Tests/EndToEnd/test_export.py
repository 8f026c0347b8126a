"""Records on their way to SIEMs: a real gateway, a real rsyslog, receivers that check the wire format and that fail on demand.
Whatever happens, what the trail has arrives, each record under the same id however often it comes."""
import datetime
import json
import pathlib
import re
import shutil
import signal
import subprocess
import time

import jsonschema
import pytest
from authority import certificates
from conftest import ROOT, Gateway, exchange, free_port, run
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from collectors import Datadog, Elastic, Splunk, dropped, slow, status
from syslog_rfc5424_parser import SyslogMessage
from test_telemetry import LINES, scrape, wait

SECRETS = {"SPLUNK_TOKEN": Splunk.TOKEN, "ELASTIC_KEY": Elastic.KEY, "DATADOG_KEY": Datadog.KEY}
PAYMENT = {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000", "memo": "über \"quotes\" ]\\ \n"}


class Exporting:
    """A gateway with a document of sinks."""

    def __init__(self, home, sinks):
        self.gateway = Gateway(home)
        for key in ("finance-1", "llm-1", "support-1"):
            self.gateway.issue(key)
        self.gateway.issue("maria", "--person", "--role", "treasurer")
        self.document = home / "export.yaml"
        self.document.write_text(f"aegis: v1\nkind: Export\nsinks:\n{sinks}")
        self.folder = self.gateway.data / "export"

    def start(self, *arguments):
        self.gateway.start(True, "--export", self.document, *arguments, env=SECRETS)
        return self

    def stop(self, how=signal.SIGTERM):
        self.gateway.stop(how)

    def calls(self, count, amount=10):
        for number in range(count):
            answer = self.gateway.decide("finance-1", "finance-agent", "payments.transfer",
                                         {**PAYMENT, "amount": amount + number % 7}, request=LINES["payments.transfer"])[2]
            assert "decision" in answer, answer

    def some_of_everything(self):
        self.calls(1, amount=10)
        self.calls(1, amount=9000)
        self.calls(1, amount=60000)
        self.gateway.decide("finance-1", "finance-agent", "payments.transfer", {**PAYMENT, "currency": "USD"}, idempotency_key="call-7",
                            request=LINES["payments.transfer"])
        self.gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "sum up", "cost_usd": 9.9}, request=LINES["llm.complete"])
        self.gateway.decide("llm-1", "llm-agent", "llm.complete", {"prompt": "sum up", "cost_usd": 9.9}, request=LINES["llm.complete"])
        self.gateway.decide("support-1", "support-agent", "tickets.create", {"subject": "x", "body": "SSN 123-45-6789"}, request=LINES["tickets.create"])
        run("agents", "disable", "support-agent", "--tenant", "acme", "--reason", "a drill", "--data-dir", self.gateway.data)
        self.gateway.decide("support-1", "support-agent", "tickets.create", {"subject": "x", "body": "y"})
        self.gateway.decide(None, "nobody", "web.get", {})
        exchange(self.gateway.api, "POST", "/v1/decisions",
                 {"agent": {"id": "finance-agent"}, "tool": {"name": "payments.transfer"}, "parameters": PAYMENT,
                  "request": LINES["payments.transfer"]},
                 {"x-aegis-api-key": self.gateway.keys["finance-1"], "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
        wait(lambda: {"approval", "budget", "bundle", "config"} <= {record["kind"] for record in self.gateway.records()}, "all kinds")

    def hashes(self):
        return {record["hash"] for record in self.gateway.records()}

    def log(self):
        return (self.gateway.home / "aegis.log").read_text()


@pytest.fixture
def exporting(tmp_path):
    made = []

    def make(sinks):
        made.append(Exporting(tmp_path, sinks))
        return made[-1]

    yield make
    for each in made:
        each.stop()
        assert not any(secret in each.log() for secret in SECRETS.values())


@pytest.fixture
def receiver():
    made = []

    def make(kind, *arguments, **options):
        made.append(kind(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()
        assert not each.problems, each.problems


def sink(kind, receiver):
    """The YAML of a sink for one of the three HTTP receivers."""
    return {
        Splunk: f"  - {{name: soc, splunk: {{url: '{receiver.url}', token: {{env: SPLUNK_TOKEN}}, index: security}}}}\n",
        Elastic: f"  - {{name: soc, elasticsearch: {{url: '{receiver.url}', api_key: {{env: ELASTIC_KEY}}}}}}\n",
        Datadog: f"  - {{name: soc, datadog: {{url: '{receiver.url}', api_key: {{env: DATADOG_KEY}}, tags: {{env: test}}}}}}\n",
    }[kind]


HTTP = [Splunk, Elastic, Datadog]


@pytest.mark.parametrize("kind", HTTP)
def test_everything_arrives_and_is_sent_once(exporting, receiver, kind):
    there = receiver(kind)
    made = exporting(sink(kind, there)).start()
    made.some_of_everything()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:])
    assert len(there.ids()) == len(set(there.ids())) == len(made.hashes())
    # To a receiver on the same machine nothing is compressed.
    assert {headers.get("content-encoding") for _, headers, _ in there.requests} == {None}


@pytest.mark.parametrize("kind", HTTP)
def test_what_travels_over_a_network_is_compressed(exporting, receiver, tmp_path, kind):
    certificates(tmp_path)
    there = receiver(kind)
    there.secure(tmp_path)
    # The loopback under a name that does not say so.
    there.url = there.url.replace("localhost", "127.1")
    made = exporting(sink(kind, there).replace(f"'{there.url}'", f"'{there.url}', ca_file: {tmp_path / 'ca.pem'}")).start()
    made.some_of_everything()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:])
    assert {headers.get("content-encoding") for _, headers, _ in there.requests} == {"gzip"}


@pytest.mark.parametrize("kind", HTTP)
def test_records_that_somebody_damaged_stop_no_others(exporting, receiver, kind):
    there = receiver(kind)
    there.faults += [status(503)] * 1000
    made = exporting(sink(kind, there)).start()
    # Held by what the start wrote, the sink reads what follows only when that is taken.
    wait(lambda: there.requests, lambda: made.log()[-2000:])
    made.calls(8)
    records = made.gateway.records()
    segment = min((made.gateway.data / "audit").glob("*.jsonl"))
    lines = segment.read_bytes().split(b"\n")
    changes = [(b'"tool_name":"payments.', b'"tool_name":"paymentz.'), (b'"decision":', b'"decision";'), (b'"code":', b'"code";'), (b'"message":"', b'"message":"\xff')]
    damaged = [record for record in records if record["kind"] == "decision"][1:5]
    for record, (old, new) in zip(damaged, changes):
        place = next(number for number, line in enumerate(lines) if record["hash"].encode() in line and not line.startswith(b'{"commit"'))
        lines[place] = (lines[place].replace(old, new, 1))[:len(lines[place])]
    with segment.open("r+b") as file:
        file.write(b"\n".join(lines))
    there.faults.clear()
    expected = {record["hash"] for record in records} - {record["hash"] for record in damaged[1:]}
    wait(lambda: expected <= set(there.ids()), lambda: made.log()[-2000:])
    assert not {record["hash"] for record in damaged[1:]} & set(there.ids())
    assert "lines=3 sink=soc [SIEMExport] LINES OF THE TRAIL ARE NO RECORDS and are not sent" in made.log()
    assert "lines=1 sink=soc [SIEMExport] RECORDS WERE CHANGED AFTER THEY WERE WRITTEN and are sent as they stand" in made.log()


@pytest.mark.parametrize("kind, faults", [
    # A page of some proxy, half an answer, cut off, busy, slow. Datadog's 2xx is its word, whatever the body says.
    (Splunk, [status(500), status(200, b"<html>"), dropped]), (Splunk, [slow(1), status(429, retry_after="1"), status(200, b'{"code":8}')]),
    (Elastic, [status(200, b"{}"), status(429, retry_after="1"), slow(1)]), (Elastic, [status(502, b"\xff\xfe"), dropped, status(200, b'{"items":[{}]}')]),
    (Datadog, [status(500), status(408), dropped]), (Datadog, [slow(1), status(429, retry_after="1"), status(503)])])
def test_a_receiver_that_fails_in_every_way_gets_everything(exporting, receiver, kind, faults):
    there = receiver(kind)
    there.faults += faults
    made = exporting(sink(kind, there)).start()
    made.calls(20)
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-3000:], 60)
    assert "records did not arrive; they are sent again" in made.log()


@pytest.mark.parametrize("kind", HTTP)
def test_a_sink_that_is_down_loses_nothing_through_kills_and_restarts(exporting, receiver, kind):
    port = free_port()
    made = exporting(sink(kind, type("Nobody", (), {"url": f"http://127.0.0.1:{port}"}))).start()
    made.calls(30)
    made.stop(signal.SIGKILL)
    made.start()
    made.calls(30)
    made.stop()
    made.start()
    made.calls(10)
    there = receiver(kind, port)
    wait(lambda: len(set(there.ids())) > 20, lambda: made.log()[-2000:], 60)
    made.stop(signal.SIGKILL)  # perhaps between a delivery and its being noted
    made.start()
    made.calls(10)
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)
    assert set(there.ids()) == made.hashes()
    assert made.gateway.verify().returncode == 0


def test_splunk_counts_as_delivered_what_is_indexed(exporting, receiver):
    there = receiver(Splunk)
    # Splunk takes the events, crashes before it has indexed them, and forgets its channel.
    with there.lock:
        there.take, whole = (lambda request, body: (200, {"acks": {}}) if "/ack" in request.path else whole(request, body)), there.take
    made = exporting(f"  - {{name: soc, splunk: {{url: '{there.url}', token: {{env: SPLUNK_TOKEN}}, acknowledge_within: 1s}}}}\n").start()
    made.calls(5)
    wait(lambda: "has not indexed" in made.log(), made.log, 30)
    assert there.ids() == []
    with there.lock:
        there.waiting.clear()
        there.take = whole
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)
    assert len({headers["x-splunk-request-channel"] for _, headers, _ in there.requests}) == 1


def test_splunk_without_acknowledgement_is_told_apart_from_one_with(exporting, receiver):
    there = receiver(Splunk, acknowledges=False)
    made = exporting(sink(Splunk, there)).start()
    wait(lambda: "the token has no indexer acknowledgement" in made.log(), made.log)
    made.stop()
    made.document.write_text(made.document.read_text().replace("index: security", "index: security, acknowledge: false"))
    made.start()
    made.calls(3)
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)


def test_splunk_events_carry_time_source_and_record(exporting, receiver):
    there = receiver(Splunk)
    made = exporting(sink(Splunk, there)).start()
    made.some_of_everything()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:])
    records = {record["hash"]: record for record in made.gateway.records()}
    for event in there.events:
        record = records[event["fields"]["event_id"]]
        assert event["event"] == record and event["sourcetype"] == f"aegis:{record['kind']}" and event["index"] == "security"
        assert event["source"] == record["log"] and event["fields"]["tenant"] == record["tenant"]
        seconds = datetime.datetime.fromisoformat(record["time"][:26] + "+00:00").timestamp()
        assert abs(event["time"] - seconds) < 1e-5


def test_elasticsearch_refuses_some_and_is_busy_for_others(exporting, receiver):
    there = receiver(Elastic)
    there.poison = lambda document: document["aegis"].get("decision") == "sanitize"
    there.busy = lambda document: document["aegis"]["index"] % 3 == 0
    metrics = free_port()
    made = exporting(sink(Elastic, there)).start("--metrics", f"127.0.0.1:{metrics}")
    made.some_of_everything()
    refused = {record["hash"] for record in made.gateway.records() if record.get("decision") == "sanitize"}
    wait(lambda: made.hashes() - refused <= set(there.ids()), lambda: made.log()[-2000:], 60)
    dead = [json.loads(line) for line in wait(lambda: (made.folder / "soc.dead.jsonl").exists() and (made.folder / "soc.dead.jsonl").read_text(), "a dead letter").splitlines()]
    assert {letter["record"]["hash"] for letter in dead} == refused
    assert dead[0]["reason"] == "status 400, document_parsing_exception: failed to parse field [aegis.x]"
    wait(lambda: f'aegis_export_dead_letters_total{{sink="soc"}} {len(refused)}' in scrape(metrics), lambda: scrape(metrics))
    wait(lambda: 'aegis_export_lag_seconds{sink="soc"} 0' in scrape(metrics), lambda: scrape(metrics))
    assert there.copies == 0


def test_elasticsearch_documents_are_ecs(exporting, receiver):
    there = receiver(Elastic)
    made = exporting(sink(Elastic, there)).start()
    made.some_of_everything()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:])
    documents = list(there.documents.values())
    denied = next(each for each in documents if each["aegis"].get("decision") == "deny" and each["event"].get("code") == "amount_exceeded")
    assert denied["event"]["type"] == ["denied"] and denied["event"]["outcome"] == "failure" and denied["event"]["severity"] == 3
    assert denied["gen_ai"] == {"operation": {"name": "execute_tool"}, "agent": {"id": "finance-agent", "name": "finance-agent"},
                                "tool": {"name": "payments.transfer"}}
    assert denied["organization"] == {"id": "acme"} and denied["rule"]["ruleset"] == "finance-payments"
    assert denied["@timestamp"].endswith("Z") and isinstance(denied["event"]["duration"], int)
    kinds = {each["aegis"]["kind"]: each["event"] for each in documents}
    assert kinds["bundle"]["category"] == ["configuration"] and kinds["approval"]["category"] == ["iam"]
    assert any(each["event"]["kind"] == "alert" for each in documents if each["aegis"]["kind"] == "budget")
    # One field has one type in every document, or the first of its kind would shut out the others.
    types = {}
    for document in documents:
        for path, value in leaves(document):
            types.setdefault(path, set()).add(type(value))
    assert all(len(found) == 1 for found in types.values()), types
    assert "DE89370400440532013000" not in json.dumps(documents)


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{path}.{name}")
    elif isinstance(value, list):
        for element in value:
            yield from leaves(element, path + "[]")
    else:
        yield path, value


def test_datadog_is_spared_what_it_would_drop(exporting, receiver):
    there = receiver(Datadog)
    # Nobody is there until all of it waits.
    made = exporting(sink(Datadog, there).replace(there.url, f"http://127.0.0.1:{free_port()}")).start()
    made.some_of_everything()
    made.stop()
    # One request that is too large, and one with something wrong in it: both are halved until they fit.
    there.faults += [status(413), status(400, {"errors": []})]
    made.document.write_text("aegis: v1\nkind: Export\nsinks:\n" + sink(Datadog, there))
    made.start()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)
    log = next(each for each in there.logs if each["aegis"].get("reason") == "amount_exceeded")
    assert log["status"] == "warning" and log["ddtags"] == "env:test,tenant:acme,gateway:gw-1"
    assert log["timestamp"] == log["aegis"]["time"] and log["aegis"]["record"]["decision"] == "deny"


def test_every_field_that_the_reference_names_is_in_events(exporting, receiver):
    """docs/reference/siem.md: its mapping table, and the fields that its detections read."""
    splunk, elastic, datadog = receiver(Splunk), receiver(Elastic), receiver(Datadog)
    made = exporting("".join(sink(kind, there).replace("soc", name) for kind, there, name in
                             [(Splunk, splunk, "one"), (Elastic, elastic, "two"), (Datadog, datadog, "three")])).start()
    made.some_of_everything()
    for there in (splunk, elastic, datadog):
        wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)
    text = (ROOT / "docs/reference/siem.md").read_text()
    table = text[text.index("## Field mapping"):text.index("| record | ECS kind")]
    names = [[set(re.findall(r"`([^`]+)`", cell)) for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("| `")]
    blocks = dict(re.findall(r"### ([^\n]+)\n\n```\n(.*?)```", text, re.DOTALL))

    def paths(events):
        return {re.sub(r"\[\d*\]", "", path).lstrip(".") for event in events for path, _ in leaves(event)}
    # What these calls have none of: sessions, chains, others on whose behalf, a region.
    absent = {"aegis.call_chain", "aegis.session_id", "aegis.record.session_id", "labels.region", "user.id", "usr.id"}

    def check(wanted, there):
        wanted = {name.split("=")[0] for name in wanted if "…" not in name} - absent
        assert len(wanted) >= 8
        missing = {name for name in wanted if not any(path == name or path.startswith(name + ".") for path in there)}
        assert not missing, (missing, sorted(there))

    ecs = paths(elastic.documents.values())
    check({name for row in names for name in row[2]}, ecs)
    check(set(re.findall(r"\b(?:aegis|event|gen_ai|organization)(?:\.[a-z_]+)+|@timestamp", blocks["Elastic"].replace('"aegis.decision"', "").replace('"aegis.budget"', ""))), ecs)
    dog = paths(datadog.logs)
    check({name for row in names for name in row[3]} - {"tenant"}, dog)
    check({name for name in re.findall(r"@([a-z_]+(?:\.[a-z_]+)*)", blocks["Datadog"])} | {"aegis.agent_id", "evt.id", "evt.name"}, dog)
    records = paths(event["event"] for event in splunk.events) | {"_time", "event_id"}
    check(set(re.findall(r"\b(?:detail|decision_reason)\.[a-z_]+", blocks["Splunk SPL"]))
          | {"tenant", "agent_id", "agent_identity", "tool_name", "hash", "prev_hash", "log", "index", "decision", "_time"}, records)
    check({name for row in names for name in row[0]} - {"acting_for", "call_chain", "session_id", "region", "idempotency_key", ".message"} | {"decision_reason.message"}, records)


@pytest.mark.parametrize("kind", HTTP)
def test_a_receiver_is_believed_by_its_authority_and_by_no_other(exporting, receiver, kind, tmp_path):
    for home in (tmp_path / "own", tmp_path / "other"):
        home.mkdir()
        certificates(home)
    there = receiver(kind)
    there.secure(tmp_path / "own")

    def trusting(home):
        return "aegis: v1\nkind: Export\nsinks:\n" + sink(kind, there).replace(f"'{there.url}'", f"'{there.url}', ca_file: {tmp_path / home / 'ca.pem'}")
    made = exporting("  []\n")
    made.document.write_text(trusting("other"))
    made.start()
    made.calls(3)
    wait(lambda: "the receiver's certificate is not signed by an authority that is trusted here" in made.log(), lambda: made.log()[-2000:])
    made.stop()
    assert not there.requests
    made.document.write_text(trusting("own"))
    made.start()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)


def test_wrong_secrets_lose_nothing(exporting, receiver):
    there = receiver(Splunk)
    there.TOKEN = "another"
    made = exporting(sink(Splunk, there)).start()
    made.calls(3)
    wait(lambda: "code 4: Invalid token" in made.log(), made.log)
    del there.TOKEN
    made.stop()
    made.start()
    wait(lambda: made.hashes() <= set(there.ids()), lambda: made.log()[-2000:], 60)


# Files

def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{") and line.endswith("}")]


def test_a_file_has_what_the_trail_has(exporting, tmp_path):
    out = tmp_path / "out.jsonl"
    made = exporting("  - {name: lines, file: {path: out.jsonl}}\n").start()
    made.some_of_everything()
    wait(lambda: out.exists() and {each["hash"] for each in lines(out)} == made.hashes(), "all lines")
    assert [each["hash"] for each in lines(out)] == [record["hash"] for record in made.gateway.records()]
    # It may be rotated away at any time, and end in half a line after a crash.
    out.rename(tmp_path / "old.jsonl")
    made.calls(3)
    wait(lambda: out.exists() and len(lines(out)) == 3, "the new file")
    made.stop(signal.SIGKILL)
    with open(out, "a") as torn:
        torn.write('{"half')
    made.start()
    made.calls(2)
    wait(lambda: {each["hash"] for each in lines(tmp_path / "old.jsonl") + lines(out)} >= made.hashes(), "all lines again")


def test_filters_and_starting_now(exporting, tmp_path):
    made = exporting("  - {name: all, file: {path: all.jsonl}}\n").start()
    made.calls(4)
    made.stop()
    made.document.write_text(made.document.read_text() + "  - {name: new, start: now, file: {path: new.jsonl}}\n"
                             "  - {name: kinds, kinds: [approval], file: {path: kinds.jsonl}}\n"
                             "  - {name: tenants, tenants: [globex], file: {path: tenants.jsonl}}\n")
    before = made.hashes()
    made.start()
    made.calls(1, amount=9000)  # the very first call is after "now"
    new, kinds = tmp_path / "new.jsonl", tmp_path / "kinds.jsonl"
    called = lambda: {each["hash"] for each in made.gateway.records() if each["kind"] in ("decision", "approval")} - before
    # What the start itself records (the bundle that is active again) may stand before the sink's beginning or after it.
    wait(lambda: new.exists() and called() <= {each["hash"] for each in lines(new)} <= made.hashes() - before, lambda: made.log())
    wait(lambda: kinds.exists() and {each["kind"] for each in lines(kinds)} == {"approval"}, "approvals")
    assert not (tmp_path / "tenants.jsonl").exists()


def test_standard_output_takes_lines_too(exporting, tmp_path):
    made = exporting("  - {name: out, stdout: {format: ecs}}\n")
    made.gateway.output = open(tmp_path / "stdout", "ab")
    made.start()
    made.calls(3)
    # Lines are written in pieces: the last one may still be under way.
    found = lambda: [json.loads(line) for line in (tmp_path / "stdout").read_text().split("\n")[:-1]]
    wait(lambda: {each["event"]["id"] for each in found()} == made.hashes(), made.log)


def test_a_trail_that_was_exchanged_is_noticed(exporting, tmp_path):
    metrics = free_port()
    made = exporting("  - {name: lines, file: {path: out.jsonl}}\n").start()
    made.calls(3)
    wait(lambda: (tmp_path / "out.jsonl").exists() and len(lines(tmp_path / "out.jsonl")) == len(made.hashes()), "all lines")
    made.stop()
    key = (made.gateway.data / "audit/log.key").read_bytes()
    shutil.rmtree(made.gateway.data / "audit")
    made.start("--metrics", f"127.0.0.1:{metrics}")
    wait(lambda: "the trail is not the one of which records were sent" in made.log(), made.log)
    assert 'aegis_export_up{sink="lines"} 0' in scrape(metrics)
    made.calls(2)  # decisions go on
    assert key


# OCSF

def test_every_event_is_ocsf(exporting, tmp_path):
    out = tmp_path / "ocsf.jsonl"
    made = exporting("  - {name: lake, file: {path: ocsf.jsonl, format: ocsf}}\n").start()
    made.some_of_everything()
    wait(lambda: out.exists() and {each["metadata"]["uid"] for each in lines(out)} == made.hashes(), made.log)
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
    classes = {}
    for event in lines(out):
        profiles = event["metadata"].get("profiles", [])
        name = schema.lookup_class_name_from_uid(class_uid=event["class_uid"])
        validator = jsonschema.Draft202012Validator(schema.get_class_schema(class_name=name, profiles=profiles))
        problems = [f"{name}: {list(error.absolute_path)}: {error.message[:300]}" for error in validator.iter_errors(event)]
        assert problems == []
        classes.setdefault(name, []).append(event)
    assert {"api_activity", "entity_management", "detection_finding"} <= classes.keys()
    shadowed = [event for event in classes["api_activity"] if event["unmapped"]["aegis"]["decision"] == "allow"
                and event["unmapped"]["aegis"].get("would_decision") == "deny"]
    actions = {event["unmapped"]["aegis"]["decision"]: (event["action_id"], event["disposition_id"]) for event in classes["api_activity"]
               if event not in shadowed}
    assert actions == {"allow": (1, 1), "sanitize": (4, 11), "approval_needed": (2, 14), "deny": (2, 2)}
    assert [event["trace"]["uid"] for event in classes["api_activity"] if "trace" in event] == ["ab" * 16]
    assert {(event["action_id"], event["disposition_id"]) for event in shadowed} == {(3, 17)}


# Syslog

class Rsyslog:
    """A real rsyslogd that takes TLS connections on a free port, and writes what it takes to a file."""

    def __init__(self, home):
        self.home, self.port, self.out = home, free_port(), home / "taken.log"
        certificates(home)
        (home / "rsyslog.conf").write_text(f"""
            global(workDirectory="{home}" maxMessageSize="128k" defaultNetstreamDriver="ossl"
                   defaultNetstreamDriverCAFile="{home}/ca.pem" defaultNetstreamDriverCertFile="{home}/server.pem"
                   defaultNetstreamDriverKeyFile="{home}/server.key" parser.escapeControlCharactersOnReceive="off")
            module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
            template(name="raw" type="string" string="%rawmsg%\\n")
            ruleset(name="taken") {{ action(type="omfile" file="{self.out}" template="raw") }}
            input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="taken")
        """)

    def start(self):
        self.process = subprocess.Popen(
            ["rsyslogd", "-n", "-f", str(self.home / "rsyslog.conf"), "-i", str(self.home / "rsyslog.pid")],
            stdout=open(self.home / "rsyslog.log", "ab"), stderr=subprocess.STDOUT)
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    def messages(self):
        """Complete lines only: the last may still be written."""
        if not self.out.exists():
            return []
        return [SyslogMessage.parse(line) for line in self.out.read_text(encoding="utf-8", errors="replace").split("\n")[:-1] if line.startswith("<")]

    def ids(self):
        return [message.sd["aegis@32473"]["id"] for message in self.messages()]


@pytest.fixture
def rsyslog(tmp_path):
    home = tmp_path / "rsyslog"
    home.mkdir()
    daemon = Rsyslog(home).start()
    yield daemon
    daemon.stop()


def syslog_sink(rsyslog, host="localhost", authority=None):
    return (f"  - {{name: syslog, syslog: {{host: {host}, port: {rsyslog.port}, ca_file: {authority or rsyslog.home / 'ca.pem'}}}}}\n")


def test_a_real_rsyslog_has_every_record(exporting, rsyslog):
    made = exporting(syslog_sink(rsyslog)).start()
    made.some_of_everything()
    wait(lambda: made.hashes() <= set(rsyslog.ids()), lambda: made.log()[-2000:] + (rsyslog.home / "rsyslog.log").read_text())
    assert len(rsyslog.ids()) == len(made.hashes())
    records = {record["hash"]: record for record in made.gateway.records()}
    for message in rsyslog.messages():
        told = message.sd["aegis@32473"]
        record = records[told["id"]]
        assert message.appname == "aegis" and message.procid == "gw-1" and message.msgid == record["kind"]
        assert message.facility.name == "audit" and told["index"] == str(record["index"])
        assert json.loads(message.msg.lstrip("\ufeff")) == record


def test_a_real_rsyslog_that_is_killed_and_comes_back_has_every_record(exporting, rsyslog):
    made = exporting(syslog_sink(rsyslog)).start()
    made.calls(20)
    wait(lambda: len(rsyslog.ids()) > 5, made.log)
    rsyslog.stop(signal.SIGKILL)
    made.calls(20)
    made.stop(signal.SIGKILL)
    made.start()
    made.calls(20)
    rsyslog.start()
    made.calls(5)
    wait(lambda: made.hashes() <= set(rsyslog.ids()), lambda: made.log()[-2000:], 60)


def test_a_receiver_that_is_not_who_it_should_be_gets_nothing(exporting, rsyslog, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    certificates(other)
    made = exporting(syslog_sink(rsyslog, authority=other / "ca.pem")).start()
    made.calls(3)
    wait(lambda: "no connection: TLS: the receiver's certificate is not signed by an authority that is trusted here" in made.log(),
         made.log)
    assert rsyslog.messages() == []


# Documents

@pytest.mark.parametrize("sinks, message", [
    ("  - {name: a, file: {path: x}, stdout: {}}\n",
     "export.yaml:4:5: error: a sink has one of `splunk`, `elasticsearch`, `datadog`, `syslog`, `file`, `stdout`, and this has 2"),
    ("  - {name: a, splunk: {url: 'https://s', token: abc}}\n",
     "export.yaml:4:49: error: this is a string, and should be a mapping with the fields of a secret"),
    ("  - {name: a, splunk: {url: 'http://splunk.example:8088', token: {env: X}}}\n",
     "export.yaml:4:29: error: `http://splunk.example:8088` is not an address"),
    ("  - {name: a, elastic: {url: 'https://e'}}\n", "export.yaml:4:15: error: a sink has no field `elastic`"),
    ("  - {name: a, stdout: {}}\n  - {name: A, stdout: {}}\n", "export.yaml:5:12: error: the sink `A` stands here twice"),
    ("  - {name: a, datadog: {url: 'https://e', api_key: {env: NOT_THERE}}}\n",
     "export.yaml: the environment has no NOT_THERE for the API key of `a`"),
    ("  - {name: a, syslog: {host: localhost, ca_file: nowhere.pem}}\n", "nowhere.pem` holds no certificate or key that can be used"),
])
def test_a_mistake_in_the_document_stops_the_start(tmp_path, sinks, message):
    made = Exporting(tmp_path, sinks)
    with pytest.raises(AssertionError):
        made.start()
    assert message in made.log(), made.log()
    assert made.gateway.process.wait(20) != 0

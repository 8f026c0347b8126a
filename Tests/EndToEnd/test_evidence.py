"""Evidence packs of a real trail: built by `aegis`, read with ordinary tools, verified without Aegis, and tampered with."""
import base64
import concurrent.futures
import gzip
import hashlib
import importlib.util
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import types

import packs
import pytest
import tamperings
from conftest import FIRST_LIGHT, ROOT, Gateway, free_port, run
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey
from test_lifecycle import Tenant
from test_timestamps import start_authority
from test_witness import Witness
from trestle.oscal.assessment_results import AssessmentResults

PAYMENT = {"amount": 100, "currency": "EUR", "to": "DE89370400440532013000"}
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
TICKET = {"subject": "refund", "body": "My SSN is 536-22-1457, mail ann@example.com"}


def pay(gateway, amount):
    return gateway.decide("finance-1", "finance-agent", "payments.transfer", {**PAYMENT, "amount": amount}, request=WIRE)[2]


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """A gateway that has decided, held, rewritten and refused, and is stopped; another tenant writes to its journal, too."""
    gateway = Gateway(tmp_path_factory.mktemp("evidence"))
    for key_id in ("finance-1", "clinical-1", "support-1"):
        gateway.issue(key_id)
    gateway.issue("maria", "--person", "--role", "treasurer")
    run("keys", "issue", "stranger-1", "--tenant", "globex", "--data-dir", gateway.data)
    gateway.start()
    for amount in range(101, 112):
        answer = pay(gateway, amount)
        assert answer["decision"] == "allow" and answer["receipt"]["checkpoint_size"] > answer["receipt"]["index"]
    held = pay(gateway, 6000)["approval"]["approval_id"]
    run("approvals", "approve", held, "--url", f"http://127.0.0.1:{gateway.api}", env={"AEGIS_API_KEY": gateway.keys["maria"]})
    assert pay(gateway, 60000)["decision"] == "deny"
    assert pay(gateway, "6,000")["decision"] == "deny"
    rewritten = gateway.decide("support-1", "support-agent", "tickets.create", TICKET, request={
        "method": "POST", "host": "internal-api.company.local", "path": "/tickets"})[2]
    assert rewritten["decision"] == "sanitize"
    assert pay(gateway, 112)["decision"] == "allow"
    gateway.stop()
    return gateway


def build(gateway, out, *arguments):
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", gateway.data, "--trust", gateway.trust, "-o", out, "--json", *arguments)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def whole(trail):
    out = trail.home / "whole.tar.gz"
    build(trail, out, "--samples", 2)
    return out


@pytest.fixture(scope="module")
def middle(trail):
    """A period in the middle: records before and after it, and a head beyond it."""
    records = [record for record in trail.records() if record["log"] == "gw-1/acme"]
    out = trail.home / "middle.tar.gz"
    build(trail, out, "--from", records[4]["time"], "--to", records[9]["time"], "--controls", "SOC2,HIPAA:164.312(b)", "--samples", 2)
    return out


@pytest.fixture(scope="module")
def witnessed(trail, tmp_path_factory):
    """The same trail, and a witness that saw it a while longer; `week` is the whole data directory as it was before."""
    home = tmp_path_factory.mktemp("witnessed")
    witness = Witness(home / "witness", trail.data / "audit/log.vkey").start()
    gateway = copy(trail, home / "data")
    try:
        watched = ["--witness", witness.url, "--witness-key", home / "witness/witness.vkey", "--heartbeat", "off"]
        gateway.start(True, *watched)
        gateway.stop()
        week = copy(gateway, home / "week")
        time.sleep(1.1)  # cosignatures have whole seconds
        gateway.start(True, *watched)
        assert pay(gateway, 113)["decision"] == "allow"
        gateway.stop()
    finally:
        witness.stop()
    authority, url, _, server = start_authority(home / "tsa")
    run("audit", "timestamp", "--data-dir", gateway.data, "--authority", url, "--out", home / "stamps")
    server.shutdown()
    sight = gateway.data / "audit/cosigned-acme.note"
    pack = home / "witnessed.tar.gz"
    summary = build(gateway, pack, "--samples", 1, "--to", tlog_time(sight), "--timestamps", home / "stamps")
    assert summary["stamped"] is True
    assert summary["witnessed"] == {"name": "aegis-witness", "records": int(sight.read_text().split("\n")[1]), "time": tlog_time(sight)}
    return types.SimpleNamespace(gateway=gateway, week=week, key=home / "witness/witness.vkey", authority=authority / "ca.pem", pack=pack, home=home)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """Policies with a life: two versions that people approved, a rollback to the first, and an emergency; a decision by each."""
    home = tmp_path_factory.mktemp("reviewed")
    tenant = Tenant(home / "people")
    gateway = Gateway(home / "gateway")
    gateway.issue("finance-1")
    gateway.trust = tenant.trust

    def decided(version):
        shutil.copy(tenant.store / f"acme/bundle-{version}.tar.gz", gateway.bundle)
        gateway.start()
        assert pay(gateway, 100 + version)["policy_version"].startswith(f"acme/{version}@")
        gateway.stop()
    policies = home / "policies"
    shutil.copytree(FIRST_LIGHT, policies)
    for version in (1, 2):
        for path in sorted(policies.glob("*.yaml"))[:1]:
            path.write_text(path.read_text() + f"# {version}\n")
        tenant.policy("propose", policies, "--title", f"Payments {version}", who="maria")
        tenant.policy("review", "--comment", "“Why?”", who="lea")
        tenant.policy("approve", "--comment", "fine", who="lea")
        tenant.policy("publish", who="pia")
        decided(version)
    tenant.policy("rollback", "--to", "1", "--reason", "too much", who="pia")
    decided(3)
    pack = home / "reviewed.tar.gz"
    build(gateway, pack, "--samples", 1)
    return types.SimpleNamespace(tenant=tenant, gateway=gateway, pack=pack, home=home)


@pytest.fixture(scope="module")
def rotated(trail, tmp_path_factory):
    """The same trail after its log has got another key, and one more decision."""
    home = tmp_path_factory.mktemp("rotated")
    gateway = copy(trail, home / "data")
    shutil.copy(gateway.data / "audit/log.key", home / "old.key")
    shutil.copy(gateway.data / "audit/log.vkey", home / "old.vkey")
    shutil.copy(gateway.data / "audit/head-acme.note", home / "before.note")
    run("audit", "rotate-key", "--data-dir", gateway.data)
    gateway.start()
    assert pay(gateway, 115)["decision"] == "allow"
    gateway.stop()
    pack = home / "rotated.tar.gz"
    build(gateway, pack, "--samples", 2)
    return types.SimpleNamespace(gateway=gateway, pack=pack, home=home, old=packs.log_key(home / "old.key"), new=packs.log_key(gateway.data / "audit/log.key"))


@pytest.fixture(scope="module")
def removed(trail, tmp_path_factory):
    """The same trail after retention took its first record, the approvals and one decision, in two runs; and one more decision."""
    home = tmp_path_factory.mktemp("removed")
    gateway, rules = copy(trail, home / "data"), home / "rules.json"
    time.sleep(1.1)
    for classes in ({"classes": {"brief": "1s"}, "kinds": {"approval": "brief", "bundle": "brief"}},
                    {"classes": {"short": "1s"}, "policies": {"support-tickets": "short"}}):
        rules.write_text(json.dumps({"default": "forever", **classes}))
        run("audit", "retention", rules, "--data-dir", gateway.data)
    gateway.start(True, "--heartbeat", "off")
    assert pay(gateway, 118)["decision"] == "allow"
    gateway.stop()
    pack = home / "removed.tar.gz"
    summary = build(gateway, pack, "--samples", 2, "--with-inputs")
    assert summary["removed"] == {"approval (brief)": 2, "bundle (brief)": 1, "decision (short)": 1}
    return types.SimpleNamespace(gateway=gateway, pack=pack, home=home)


def copy(gateway, data):
    """Another gateway, on a copy of the data directory."""
    shutil.copytree(gateway.data, data)
    other = object.__new__(Gateway)
    other.__dict__.update({**gateway.__dict__, "data": data, "process": None, "api": free_port(), "grpc": free_port()})
    return other


def tlog_time(note):
    """When a witness signed: the eight bytes behind the key id of its line, the last one."""
    seconds = int.from_bytes(base64.b64decode(note.read_text().split()[-1])[4:12], "big")
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(seconds))


def with_python(pack, *arguments):
    """verify.py as an auditor has it, in an interpreter that sees nothing of ours."""
    script = pack.parent / "verify.py"
    if not script.exists():
        script.write_bytes(packs.Pack(pack).files["verify.py"])
    return subprocess.run([sys.executable, "-I", script, pack, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          cwd=pack.parent, env={"PATH": "/usr/bin:/bin"})


def with_aegis(pack, *arguments):
    return run("evidence", "verify", pack, *arguments, check=False)


def test_a_pack_is_verified_by_both_with_the_same_words(whole, middle):
    for pack in (whole, middle):
        python, aegis = with_python(pack), with_aegis(pack)
        assert (python.returncode, aegis.returncode) == (0, 0), python.stderr + aegis.stderr
        assert python.stdout == aegis.stdout
    assert re.search(r"whole: \d+ records of `gw-1/acme` from 1970\S+ to \S+, 16 of them decisions; \d+ checkpoints, 1 policy versions \(without a signed approval: 1\),",
                     with_python(whole).stdout)


def test_a_carrier_who_writes_another_report_under_a_key_of_his_own_is_told_by_the_pack_key(whole, trail, tmp_path):
    """Records stand under the log's key; the report, OSCAL and the control map under the pack's."""
    key, pack, kind = ed25519.Ed25519PrivateKey.generate(), packs.Pack(whole), serialization.Encoding
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pack.files["keys/evidence.pub.pem"] = key.public_key().public_bytes(kind.PEM, form)
    fingerprint = "sha256:" + hashlib.sha256(key.public_key().public_bytes(kind.DER, form)).hexdigest()
    pack.edit("keys/keys.json", lambda map: [each.update(fingerprint=fingerprint) for each in map["keys"] if each["use"] == "pack"])
    pack.files["assessment-results.json"] = pack.files["assessment-results.json"].replace(b"not-satisfied", b"satisfied")
    pack.seal(key)
    pack.write(tmp_path / "rewritten.tar.gz")
    log = ("--log-key", trail.data / "audit/log.vkey")
    for verify in (with_python, with_aegis):
        done = verify(tmp_path / "rewritten.tar.gz", *log)
        assert done.returncode == 0 and "note: report, OSCAL and controls rest on a pack key that you did not name\n" in done.stdout, done
        done = verify(tmp_path / "rewritten.tar.gz", *log, "--pack-key", trail.data / "keys/evidence.pub.pem")
        assert done.returncode == 1 and "[pack." in done.stderr, done
        done = verify(whole, *log, "--pack-key", trail.data / "keys/evidence.pub.pem")
        assert done.returncode == 0 and "that you did not name" not in done.stdout, done


def test_the_auditors_guide_changes_a_byte_and_sees_the_record_named(whole, tmp_path):
    """Its commands as they are written there."""
    guide = (ROOT / "docs/guides/auditor.md").read_text()
    block = [line[4:] for line in guide.split("Try it: ")[1].split("If the pack has")[0].splitlines() if line.startswith("    ")]
    commands, said = block[:-1], block[-1]
    shutil.copy(whole, tmp_path / "evidence-acme-2026-10-01-2027-01-01.tar.gz")
    (tmp_path / "verify.py").write_bytes(packs.Pack(whole).files["verify.py"])
    script = "set -euo pipefail\n" + "\n".join(commands).replace("python3", f"{shlex.quote(sys.executable)} -I")
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "broken: 2 faults" in done.stdout, done.stdout + done.stderr
    for told in (done.stderr, with_aegis(tmp_path / "changed.tar.gz").stderr):
        assert told.splitlines()[0] == re.sub(r"record \d+", "record 0", said), told


def test_a_period_that_is_not_over_is_packed_with_a_note(trail, whole, tmp_path):
    out, note = tmp_path / "early.tar.gz", "note: the period is not over: records that come after now are not in this pack\n"
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", trail.data, "--trust", trail.trust, "-o", out, "--samples", 1,
               "--to", "2098-12-31", "--json")
    assert done.stderr == note and json.loads(done.stdout)["period_over"] is False
    built = packs.Pack(out).json("manifest.json")["built_at"]
    told = f"built before the period was over ({built}): later records are not in it"
    python, aegis = with_python(out), with_aegis(out)
    assert (python.returncode, aegis.returncode) == (0, 0) and python.stdout == aegis.stdout, python.stderr + aegis.stderr
    assert aegis.stdout.startswith(f"note: {told}\n"), aegis.stdout
    report = json.loads(with_aegis(out, "--json").stdout)
    assert (report["whole"], report["period_over"], report["built_at"], report["notes"][0]) == (True, False, built, told)
    assert "The period was not over then" in packs.Pack(out).files["report.html"].decode()
    # What goes up to the moment in which it is made is complete by its own words.
    assert json.loads(with_aegis(whole, "--json").stdout)["period_over"] is True
    for verify in (with_python, with_aegis):
        assert "before the period was over" not in verify(whole).stdout
    assert build(trail, out, "--samples", 1)["period_over"] is True


def test_the_same_trail_gives_the_same_pack(trail, middle):
    again, records = trail.home / "again.tar.gz", packs.Pack(middle).json("manifest.json")["period"]
    build(trail, again, "--from", records["from"], "--to", records["to"], "--controls", "SOC2,HIPAA:164.312(b)", "--samples", 2)
    one, other = packs.Pack(middle), packs.Pack(again)
    assert list(one.files) == list(other.files)
    when = {"manifest.json", "VERIFY.md", "report.html", "assessment-results.json", packs.ATTESTATION}
    assert [name for name in one.files if name not in when and one.files[name] != other.files[name]] == []


def test_ordinary_tools_open_it(whole, tmp_path):
    listing = subprocess.run(["tar", "-tzf", whole], capture_output=True, text=True, check=True).stdout.splitlines()
    assert listing[0].endswith("/VERIFY.md") and len({name.split("/")[0] for name in listing}) == 1
    subprocess.run(["tar", "-xzf", whole, "-C", tmp_path], check=True)
    assert len(list(tmp_path.iterdir())) == 1


def test_the_period_is_complete_and_no_more_than_its_neighbours(trail, middle):
    pack, records = packs.Pack(middle), [record for record in trail.records() if record["log"] == "gw-1/acme"]
    carried = [json.loads(line)["index"] for line in pack.lines if b'"prev_hash"' in line]
    assert carried == list(range(3, 10))
    manifest = pack.json("manifest.json")
    decisions = sum(record["kind"] == "decision" for record in records[4:9])
    assert manifest["records"] == {"first": 3, "end": 10, "in_period": 5, "decisions": decisions}
    assert manifest["head"]["size"] == len(records) > 10


def test_one_tenants_pack_shows_nothing_of_another(trail, tmp_path):
    """The journal is shared: a tenant's own log, tree and checkpoints are what its pack is made of."""
    data = tmp_path / "data"
    shutil.copytree(trail.data, data)
    other = Gateway(tmp_path / "globex")
    other.data = data
    other.keys = {}
    run("keys", "issue", "spy-1", "--tenant", "globex", "--data-dir", data)
    other.build(1, tenant="globex")
    # `globex` becomes the tenant of the same gateway, and so of the same journal.
    other.start()
    other.stop()
    tenants = {json.loads(line)["tenant"] for file in sorted((data / "audit").glob("0*.jsonl")) for line in
               file.read_bytes().rstrip(b"\0").split(b"\n") if b'"prev_hash"' in line}
    assert tenants >= {"acme", "globex"}
    out = tmp_path / "acme.tar.gz"
    run("evidence", "build", "--tenant", "acme", "--data-dir", data, "--trust", trail.trust, "-o", out)
    for name, content in packs.Pack(out).files.items():
        for inner in packs.bundle_files(content).values() if name.endswith(".tar.gz") else [content]:
            assert b"globex" not in inner, name
    assert with_python(out).returncode == 0


def test_nothing_sensitive_is_in_clear(whole):
    for name, content in packs.Pack(whole).files.items():
        for secret in (b"536-22-1457", b"ann@example.com", PAYMENT["to"].encode()):
            assert secret not in content, name


@pytest.mark.parametrize("base, signatures", [("whole", 2), ("witnessed", 3), ("removed", 2)])
def test_openssl_and_coreutils_verify_what_the_guide_says(whole, witnessed, removed, tmp_path, base, signatures):
    pack = {"whole": whole, "witnessed": witnessed.pack, "removed": removed.pack}[base]
    subprocess.run(["tar", "-xzf", pack, "-C", tmp_path, "--strip-components=1"], check=True)
    guide = (tmp_path / "VERIFY.md").read_text()
    commands = [line[4:] for line in guide.split("## With openssl")[1].split("## What is in it")[0].splitlines() if line.startswith("    ")]
    name = next(path.name for path in (tmp_path / "keys").glob("*.pub.pem"))
    shutil.copy(witnessed.authority, tmp_path / "authority.pem")
    script = "set -euo pipefail\n" + "\n".join(commands).replace("NAME.pub.pem", name)
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Signature Verified Successfully") + done.stdout.count("Verified OK") == signatures
    assert len(re.findall(r"^\S+: OK$", done.stdout.replace("Verification: OK", ""), re.M)) == len(packs.Pack(pack).files) - 1
    assert ("Verification: OK" in done.stdout + done.stderr) == (base == "witnessed")
    lines = done.stdout.splitlines()
    assert lines[-2].split()[0] == lines[-1], "the record's hash, worked out by hand"


def test_the_attestation_is_one_for_a_third_partys_library(whole):
    pack = packs.Pack(whole)
    key = serialization.load_pem_public_key(pack.files["keys/evidence.pub.pem"])
    envelope = Envelope.from_dict(pack.json(packs.ATTESTATION))
    assert envelope.verify([SSlibKey.from_crypto(key, keyid="evidence")], 1)
    statement = json.loads(envelope.payload)
    assert {subject["name"] for subject in statement["subject"]} == set(pack.files) - {packs.ATTESTATION}


def test_the_assessment_results_are_oscal(whole, tmp_path):
    path = tmp_path / "assessment-results.json"
    path.write_bytes(packs.Pack(whole).files["assessment-results.json"])
    results = AssessmentResults.oscal_read(path)
    (result,) = results.results
    evidence = packs.Pack(whole).json("controls.json")["controls"]
    assert len(result.observations) == len(evidence)
    states = {control["id"]: finding.target.status for control, finding in zip(evidence, result.findings, strict=True)}
    assert states["SOC2:CC6.1"].state.value == "satisfied" and states["SOC2:CC6.1"].reason == "pass"
    # Nothing of the kind happened; and nobody had signed an approval of the only version.
    assert states["SOC2:CC7.4"].state.value == "not-satisfied" and states["SOC2:CC7.4"].reason == "other"
    assert states["SOC2:CC7.4"].remarks == "No record of the period shows it."
    assert states["SOC2:CC8.1"].state.value == "not-satisfied" and states["SOC2:CC8.1"].reason == "fail"
    assert "in force without a signed approval: acme/1@sha256:" in states["SOC2:CC8.1"].remarks
    for control in evidence:
        assert control["count"] > 0 or states[control["id"]].state.value == "not-satisfied", control["id"]


def test_the_control_map_counts_what_policies_and_records_say(trail, whole):
    controls = {control["id"]: control for control in packs.Pack(whole).json("controls.json")["controls"]}
    decisions = [record for record in trail.records() if record["log"] == "gw-1/acme" and record["kind"] == "decision"]
    assert controls["SOC2:CC6.1"]["count"] == len(decisions)
    assert controls["SOC2:CC6.1"]["policies"] == {decisions[0]["policy_version"]: ["finance-payments"]}
    assert controls["SOC2:C1.1"]["counts"] == {"sanitize": 1}
    # By its policy alone: decisions of `finance-payments` count for CC8.1, beside the bundle that became active.
    by_policy = [record for record in decisions if "finance-payments" in json.dumps(record["decision_reason"])]
    assert controls["SOC2:CC8.1"]["count"] == len(by_policy) + 1
    assert controls["SOC2:CC7.4"]["count"] == 0


def test_the_report_is_one_file_without_scripts(whole):
    report = packs.Pack(whole).files["report.html"].decode()
    assert "<svg" in report and "<script" not in report
    assert re.findall(r"(?:src|href)=", report) == []
    assert "url(" not in report and "@import" not in report


@pytest.fixture(scope="module")
def replayable(trail):
    out = trail.home / "replayable.tar.gz"
    build(trail, out, "--with-inputs", "--samples", 1)
    return out


def test_every_decision_comes_to_its_outcome_again(trail, whole, replayable):
    done = with_aegis(replayable, "--replay", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["replayed"] + sum(report["not_replayable"].values()) == report["decisions"] == 16
    assert report["replayed"] >= 14
    # Nothing is said to be missing that never was.
    assert set(report["not_replayable"]) <= {"no policy was asked", "a delegation: no policy is asked about one"}, report
    assert report["bound_by_parameters"] == 0
    # Without the inputs nothing can be evaluated again: whoever asks for it is told so, and the pack is whole all the same.
    done = with_aegis(whole, "--replay")
    assert done.returncode == 1 and "replayed: 0 decisions; not replayable: 16" in done.stdout
    assert re.fullmatch(r"manifest.json: error: no decision could be evaluated again: its input is not in the pack: \d+.* \[pack.replay\]\n"
                        r"fix: have the pack made with the inputs: aegis evidence build --with-inputs\n", done.stderr), done.stderr
    assert with_aegis(whole).returncode == 0
    assert not [name for name in packs.Pack(whole).files if name.startswith("inputs/")]
    assert with_python(replayable).returncode == 0


def test_a_record_and_its_input_stand_in_one_chunk(trail, tmp_path):
    """So many records that the log has two chunks, whose inputs stand before each of them."""
    gateway = copy(trail, tmp_path / "data")
    gateway.start(True, "--heartbeat", "off")
    for count in range(300):
        gateway.decide("finance-1", "finance-agent", "payments.transfer", {**PAYMENT, "amount": 1 + count, "memo": "as agreed " * 1600}, request=WIRE)
    gateway.stop()
    build(gateway, tmp_path / "long.tar.gz", "--with-inputs", "--samples", 1)
    files = packs.Pack(tmp_path / "long.tar.gz").files
    chunks = [name for name in files if name.startswith("log/0")]
    assert len(chunks) >= 2
    for name in chunks:
        kept = {json.loads(line)["decision_id"] for line in files[name.replace("log/", "inputs/")].splitlines()}
        records = [json.loads(line) for line in files[name].splitlines() if b'"prev_hash"' in line]
        wanted = {record["decision_id"] for record in records if record["kind"] == "decision" and "input_ref" in record}
        assert kept and kept <= wanted


def test_an_input_that_is_another_does_not_pass_for_the_recorded_one(trail, replayable, tmp_path):
    """By whoever seals packs: the record commits to its input."""
    pack = packs.Pack(replayable)
    name = next(name for name in pack.files if name.startswith("inputs/"))
    for number, (old, new) in enumerate((
            ('"amount":105', '"amount":106'), ('"spend":null', '"spend":{"code":"budget_exceeded","message":"no"}'),
            ('"id":"finance-agent"', '"id":"support-agent"'), ('"name":"payments.transfer"', '"name":"tickets.create"'), ('"chain":[]', '"chain":["boss"]'),
            ('"context":{}', '"context":{"purpose":"care"}'), ('"labels":[]', '"labels":["personal"]'), ('"now":', '"now":1'),
            ('"path":"/v1/transfers"', '"path":"/v1/refunds"'))):
        forged = pack.copy()
        forged.files[name] = pack.files[name].replace(old.encode(), new.encode(), 1)
        assert forged.files[name] != pack.files[name], (old, pack.files[name][:2000])
        forged.seal(packs.private_key(trail.data / "keys/evidence.pem"))
        done = with_aegis(forged.write(tmp_path / f"{number}.tar.gz"), "--replay")
        assert done.returncode == 1, (old, done.stdout)
        assert "its input does not open what the record commits to" in done.stderr and "[pack.replay]" in done.stderr, (old, done.stderr)


def test_an_erased_input_is_no_fault(trail, replayable, tmp_path):
    pack = packs.Pack(replayable)
    name = next(name for name in pack.files if name.startswith("inputs/"))
    first, *rest = pack.files[name].split(b"\n")
    pack.files[name] = b"\n".join([json.dumps({"decision_id": json.loads(first)["decision_id"], "erased": True}).encode(), *rest])
    pack.seal(packs.private_key(trail.data / "keys/evidence.pem"))
    done = with_aegis(pack.write(tmp_path / "erased.tar.gz"), "--replay")
    assert done.returncode == 0 and "its input was erased: 1" in done.stdout, done.stderr


def test_what_agents_write_cannot_write_the_report(trail, tmp_path):
    """Names in records are strangers' words."""
    report = packs.Pack(trail.home / "whole.tar.gz").files["report.html"].decode()
    assert "<b>finance-agent" not in report and "finance-agent" in report


def test_a_flipped_bit_is_found_and_the_record_named(whole, tmp_path):
    """The demonstration: an auditor with Python alone, and one flipped bit."""
    pack = packs.Pack(whole)
    line = bytearray(pack.lines[pack.place(7)])
    line[line.index(b'"decision":"') + 12] ^= 1
    lines = pack.lines
    lines[pack.place(7)] = bytes(line)
    pack.lines = lines
    flipped = pack.write(tmp_path / "flipped.tar.gz")
    for done in (with_python(flipped), with_aegis(flipped)):
        assert done.returncode == 1
        assert re.search(r"log/00000001.jsonl:\d+: error: record 7 of `gw-1/acme` was changed: it does not match its hash \[pack.record\]", done.stderr)
        assert "log/00000001.jsonl: error: the file is not the attested one [pack.file]" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["--from", "yesterday"], "--from `yesterday` is neither a date nor a time"),
    (["--from", "2026-12-31", "--to", "2026-10-01"], "the period is empty"),
    (["--from", "2098-01-01", "--to", "2098-12-31"], "the period has not begun: it begins at 2098-01-01T00:00:00.000000000Z, and it is 20"),
    (["--controls", "SOC3"], "no control is named `SOC3`"),
])
def test_what_cannot_be_meant_is_refused(trail, tmp_path, arguments, message):
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", trail.data, "--trust", trail.trust, "-o", tmp_path / "no.tar.gz",
               *arguments, check=False)
    assert done.returncode == 2 and message in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_vouched_for_makes_no_pack(trail, tmp_path):
    out = tmp_path / "no.tar.gz"
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", trail.data, "-o", out, check=False)
    assert done.returncode == 1 and "cannot be vouched for" in done.stderr and "--trust NAME.pub.pem" in done.stderr
    done = run("evidence", "build", "--tenant", "nobody", "--data-dir", trail.data, "--trust", trail.trust, "-o", out, check=False)
    assert done.returncode == 1 and "there is no record of `gw-1/nobody` in this journal" in done.stderr
    data = tmp_path / "data"
    shutil.copytree(trail.data, data)
    segment = data / "audit/00000001.jsonl"
    segment.write_bytes(segment.read_bytes().replace(b'"decision":"deny"', b'"decision":"allw"', 1))
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", data, "--trust", trail.trust, "-o", out, check=False)
    assert done.returncode == 1 and "was changed: it does not match its hash" in done.stderr
    assert not out.exists()


def test_keys_and_checkpoints_from_elsewhere_count(trail, whole, tmp_path):
    stranger = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "stranger.pub.pem").write_bytes(packs.pem(stranger))
    (tmp_path / "stranger.vkey").write_text(packs.vkey("gw-1", stranger) + "\n")
    good = ["--log-key", trail.data / "audit/log.vkey", "--pack-key", trail.data / "keys/evidence.pub.pem", "--policy-key", trail.trust,
            "--checkpoint", trail.data / "audit/head-acme.note"]
    for verify in (with_python, with_aegis):
        done = verify(whole, *good)
        assert done.returncode == 0 and done.stdout.count("(yours)") == 3, done.stderr
        for option, file, message in (("--log-key", "stranger.vkey", "no signature by a known key"),
                                      ("--pack-key", "stranger.pub.pem", "the attestation is not signed by a known pack key"),
                                      ("--policy-key", "stranger.pub.pem", "no known policy key signed it")):
            done = verify(whole, option, tmp_path / file)
            assert done.returncode == 1 and message in done.stderr, (verify, option, done.stderr)


def test_a_period_makes_a_pack_whatever_became_of_its_keys_since(reviewed, tmp_path):
    trust, pack = tmp_path / "trust-root.json", tmp_path / "pack.tar.gz"
    shutil.copy(reviewed.tenant.trust, trust)
    for person in ("pia", "lea"):
        run("keys", "trust", "revoke", trust, person, "--reason", "stolen", "--compromised", "--root", reviewed.tenant.private("root"))
    run("evidence", "build", "--tenant", "acme", "--data-dir", reviewed.gateway.data, "--trust", trust, "-o", pack, "--samples", 1)
    for verify in (with_python, with_aegis):
        done = verify(pack)
        assert done.returncode == 0, done.stderr
    revoked = {key["name"] for key in packs.Pack(pack).json("keys/keys.json")["keys"] if (key.get("validity") or {}).get("revoked")}
    assert revoked == {"pia", "lea"}


def test_approvals_that_people_signed_are_checked_by_both(reviewed, tmp_path):
    """Two approved versions, each with a comment besides, and a rollback, which carries the approvals of what it brings back."""
    for verify in (with_python, with_aegis):
        done = verify(reviewed.pack)
        assert done.returncode == 0, done.stderr
        assert ", 3 policy versions, " in done.stdout and re.search(r"^reviews key lea sha256:\w{64}$", done.stdout, re.M), done.stdout
    assert with_python(reviewed.pack).stdout == with_aegis(reviewed.pack).stdout
    report = packs.Pack(reviewed.pack).files["report.html"].decode()
    assert report.count('<b>lea</b> <span class="pill">approved</span> <span class="pill">signed</span>') == 3

    # An auditor who knows the approvers names their keys: whoever publishes cannot invent any.
    keys = reviewed.tenant.home / "keys"
    for verify in (with_python, with_aegis):
        done = verify(reviewed.pack, "--review-key", keys / "lea.pub.pem")
        assert done.returncode == 0 and re.search(r"^reviews key lea sha256:\w{64} \(yours\)$", done.stdout, re.M), done.stderr
        done = verify(reviewed.pack, "--review-key", keys / "maria.pub.pem")
        assert done.returncode == 1
        assert re.search(r"^policies/bundle-1.tar.gz/.manifest: error: the approval `\S+` is not signed as one by a known key \[pack.policy\]$",
                         done.stderr, re.M), done.stderr


def test_a_pack_across_a_rotation_needs_the_old_key_alone(rotated, tmp_path):
    """The log says itself who signs it next; and what the retired key signs afterwards counts for nothing."""
    (tmp_path / "new.vkey").write_text(packs.vkey("gw-1", rotated.new) + "\n")
    known = ["--log-key", rotated.home / "old.vkey", "--checkpoint", rotated.home / "before.note", "--checkpoint", rotated.gateway.data / "audit/head-acme.note"]
    for verify in (with_python, with_aegis):
        for arguments in ([], known):
            done = verify(rotated.pack, *arguments)
            assert done.returncode == 0, done.stderr
        # The new key alone has not signed what is older than it.
        done = verify(rotated.pack, "--log-key", tmp_path / "new.vkey")
        assert done.returncode == 1 and "the checkpoint behind record 0: no signature by a known key [pack.checkpoint]" in done.stderr, done.stderr
    keys = {key["fingerprint"]: key for key in packs.Pack(rotated.pack).json("keys/keys.json")["keys"]}
    active = next(record for record in rotated.gateway.records() if record["kind"] == "key" and record["tenant"] == "acme" and record["detail"]["event"] == "active")
    assert keys[packs.fingerprint(rotated.old)]["validity"] == {"until": active["time"]}
    assert keys[packs.fingerprint(rotated.new)]["validity"] == {"from": active["time"]}


def test_a_rotation_that_was_cut_off_is_followed_all_the_same(trail, tmp_path):
    """The new key was in its place, and died before it could say so in the trail; then the gateway went on, and another rotation came."""
    gateway = copy(trail, tmp_path / "data")
    shutil.copy(gateway.data / "audit/log.vkey", tmp_path / "old.vkey")
    run("audit", "rotate-key", "--data-dir", gateway.data)
    segment = sorted((gateway.data / "audit").glob("*.jsonl"))[-1]
    lines = segment.read_bytes().rstrip(b"\0").split(b"\n")
    # What stands from the first `active` on was never written.
    first = next(at for at, line in enumerate(lines) if b'"event":"active"' in line)
    segment.write_bytes(b"\n".join(lines[:first]) + b"\n")
    for head in (gateway.data / "audit").glob("head-*"):
        head.unlink()
    gateway.start()
    assert pay(gateway, 116)["decision"] == "allow"
    gateway.stop()
    run("audit", "rotate-key", "--data-dir", gateway.data)
    gateway.start()
    assert pay(gateway, 117)["decision"] == "allow"
    gateway.stop()
    assert run("audit", "verify", "--data-dir", gateway.data, "--key", tmp_path / "old.vkey").stdout.startswith("whole: ")
    build(gateway, tmp_path / "cut.tar.gz", "--samples", 1)
    for verify in (with_python, with_aegis):
        done = verify(tmp_path / "cut.tar.gz", "--log-key", tmp_path / "old.vkey")
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("what, since, by, message", [
    ("the retired key signs on", 1, "old", "the checkpoint behind record {n}: it is signed by a key that was not in use then"),
    ("the next key signs before its time", -2, "new", "the checkpoint behind record {n}: it is signed by a key that was not in use then"),
    ("the retired key signs the head", None, "old", "the head: it is signed by a key that was not in use then"),
])
def test_a_key_of_the_log_counts_while_it_was_in_use(rotated, trail, tmp_path, what, since, by, message):
    pack, key = packs.Pack(rotated.pack), getattr(rotated, by)
    records = [json.loads(line) for line in pack.lines if b'"prev_hash"' in line]
    active = next(record["index"] for record in records if record["kind"] == "key" and record["detail"]["event"] == "active")
    log, lines = pack.json("manifest.json")["log"], pack.lines

    def signed(note):
        return packs.signed_note(note.partition("\n\n")[0] + "\n", log, key)
    if since is not None:
        size = active + since
        at = next(at for at in pack.checkpoint_places() if int(json.loads(lines[at])["checkpoint"].split("\n")[1]) == size)
        lines[at] = json.dumps({"checkpoint": signed(json.loads(lines[at])["checkpoint"])}, ensure_ascii=False, separators=(",", ":")).encode()
        pack.lines = lines
        message = message.replace("{n}", str(size - 1))
    else:
        pack.files["log/head.note"] = signed(pack.files["log/head.note"].decode()).encode()
    pack.seal(packs.private_key(trail.data / "keys/evidence.pem"))
    path = pack.write(tmp_path / "forged.tar.gz")
    for verify in (with_python, with_aegis):
        done = verify(path)
        assert done.returncode == 1 and f"{message} [pack.checkpoint]" in done.stderr, (verify, done.stderr)


def test_a_period_that_lacks_records_makes_a_pack_that_says_so(removed):
    """What retention removed is told by both verifiers and the reports, in no count, and not looked for by re-execution."""
    told = "; 4 more removed by retention: approval (brief) 2, bundle (brief) 1, decision (short) 1; "
    for verify in (with_python, with_aegis):
        done = verify(removed.pack, "--log-key", removed.gateway.data / "audit/log.vkey", "--checkpoint", removed.gateway.data / "audit/head-acme.note")
        assert done.returncode == 0 and told in done.stdout, done.stdout + done.stderr
    assert with_python(removed.pack).stdout == with_aegis(removed.pack).stdout
    pack = packs.Pack(removed.pack)
    manifest = pack.json("manifest.json")
    lines = [line for line in pack.lines if b'"prev_hash"' in line]
    assert [packs.index_of(line) for line in lines] == list(range(len(lines)))
    gone = [packs.index_of(line) for line in lines if line.startswith(b'{"pruned"')]
    assert gone == [0, 17, 18, 21]
    assert manifest["schema"] == 2 and manifest["records"]["in_period"] == len(lines) - len(gone)
    words = [json.loads(pack.json(name)["record"]) for name in pack.files if name.startswith("removals/")]
    assert [(word["kind"], word["detail"]["indexes"], word["detail"]["kind"]) for word in words] == [
        ("retention", "17-18", "approval"), ("retention", "0-0", "bundle"), ("retention", "21-21", "decision")]
    assert all(word["detail"]["from"] <= word["detail"]["until"] < word["time"] for word in words)
    report = pack.files["report.html"].decode()
    assert "<h2>Removed by retention</h2><p>4 records" in report and "<td>approval (brief)</td><td class=\"n\">2</td>" in report
    (result,) = pack.json("assessment-results.json")["assessment-results"]["results"]
    assert {"name": "records-removed-by-retention", "ns": "https://aegis.example/ns/oscal", "value": "4"} in result["props"]
    assert "4 more were removed when their retention was over (approval (brief) 2, bundle (brief) 1, decision (short) 1)" in result["description"]
    done = with_aegis(removed.pack, "--replay", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["removed"] == manifest["records"]["removed"], done.stderr
    assert told["not_replayable"]["its record was removed by retention"] == 1
    assert told["replayed"] + sum(told["not_replayable"].values()) == told["decisions"] + 1


def test_a_part_of_a_trail_that_lacks_records_makes_a_pack(removed, tmp_path):
    """What says that records are gone stands behind the period; a period without any is as it always was."""
    times = {record["index"]: record["time"] for record in removed.gateway.records() if record["log"] == "gw-1/acme"}
    for number, (first, end, start, gone, told) in enumerate((
            (16, 20, 15, [17, 18], {"approval (brief)": 2}), (6, 9, 5, [], {}),
            # What is known to be of before the period shows that nothing of it stands there, as a record that is kept does.
            (19, 22, 18, [18, 21], {"decision (short)": 1}), (22, 25, 21, [21], {}), (1, 3, 0, [0], {}))):
        path = tmp_path / f"{number}.tar.gz"
        assert build(removed.gateway, path, "--samples", 1, "--from", times[first], "--to", times[end])["removed"] == told
        pack = packs.Pack(path)
        lines = [line for line in pack.lines if b'"prev_hash"' in line]
        assert [packs.index_of(line) for line in lines] == list(range(start, end + 1))
        assert [packs.index_of(line) for line in lines if line.startswith(b'{"pruned"')] == gone
        named = [json.loads(pack.json(name)["record"])["detail"]["indexes"] for name in pack.files if name.startswith("removals/")]
        assert named == [word for word, last in (("17-18", 18), ("0-0", 0), ("21-21", 21)) if last in gone]
        assert pack.json("manifest.json")["schema"] == (2 if gone else 1)
        assert ("<h2>Removed by retention</h2>" in pack.files["report.html"].decode()) == bool(told)
        for verify in (with_python, with_aegis):
            done = verify(path)
            assert done.returncode == 0 and ("removed by retention" in done.stdout) == bool(told), done.stderr


def test_a_pack_begins_at_a_removed_record_only_where_that_is_of_before_its_period(removed, tmp_path):
    times = {record["index"]: record["time"] for record in removed.gateway.records() if record["log"] == "gw-1/acme"}
    path = tmp_path / "forged.tar.gz"
    build(removed.gateway, path, "--samples", 1, "--from", times[19], "--to", times[22])
    pack = packs.Pack(path)
    pack.edit("manifest.json", lambda manifest: manifest["period"].update({"from": times[16]}))
    pack.seal(packs.private_key(removed.gateway.data / "keys/evidence.pem"))
    pack.write(path)
    for verify in (with_python, with_aegis):
        done = verify(path)
        assert done.returncode == 1
        assert "log: error: nothing shows that no record of the period stands before record 18 [pack.range]" in done.stderr, done.stderr


def test_what_says_that_records_are_gone_has_to_be_under_the_head(witnessed, tmp_path):
    """Where the witness has not seen it yet, the head is one that the witness has not signed."""
    gateway, rules, path = copy(witnessed.gateway, tmp_path / "data"), tmp_path / "rules.json", tmp_path / "pack.tar.gz"
    rules.write_text(json.dumps({"default": "forever", "classes": {"brief": "1s"}, "kinds": {"approval": "brief"}}))
    run("audit", "retention", rules, "--data-dir", gateway.data)
    times = {record["index"]: record["time"] for record in gateway.records() if record["log"] == "gw-1/acme"}
    assert build(gateway, path, "--samples", 1, "--to", times[20])["witnessed"] is None
    for verify in (with_python, with_aegis):
        assert verify(path).returncode == 0
        done = verify(path, "--witness-key", witnessed.key)
        assert done.returncode == 1 and "the witness `aegis-witness` has signed no checkpoint here [pack.witness]" in done.stderr
    # What lacks no record has the witness's head as before.
    assert build(gateway, path, "--samples", 1, "--to", times[16])["witnessed"]["name"] == "aegis-witness"
    assert with_python(path, "--witness-key", witnessed.key).returncode == 0


def test_a_word_of_an_older_program_is_taken_for_what_it_says(trail, whole, tmp_path):
    """Neither kind nor times, which is counted wherever it stands; by the log's own key."""
    pack, victim = packs.Pack(whole), tamperings.VICTIM
    pack.alter(victim, lambda record: record.update(kind="retention", detail={"class": "short", "event": "pruned", "indexes": "5-6", "records": "2"}), rehash=True)
    for index in (5, 6):
        tamperings.set_line(pack, index, packs.removed)
    pack.resign_log(packs.log_key(trail.data / "audit/log.key"))
    lines = [line for line in pack.lines if b'"prev_hash"' in line]
    path = [packs.b64(each) for each in tamperings.inclusion(victim, [packs.leaf_of(line) for line in lines])]
    tamperings.put_removal(pack, victim, json.loads(lines[victim]), path)
    tamperings.recount(pack, lambda manifest: (manifest["records"].update(removed={"unknown kind (short)": 2}), manifest.update(schema=2)))
    pack.seal(packs.private_key(trail.data / "keys/evidence.pem"))
    pack.write(tmp_path / "old.tar.gz")
    python, aegis = with_python(tmp_path / "old.tar.gz"), with_aegis(tmp_path / "old.tar.gz")
    assert (python.returncode, aegis.returncode) == (0, 0), python.stderr + aegis.stderr
    assert python.stdout == aegis.stdout and "; 2 more removed by retention: unknown kind (short) 2; " in python.stdout
    replay = with_aegis(tmp_path / "old.tar.gz", "--replay").stdout
    assert "a record of unknown kind was removed by retention: 2" in replay, replay


def test_a_record_that_is_gone_without_a_word_makes_no_pack(trail, tmp_path):
    gateway = copy(trail, tmp_path / "data")
    segment = gateway.data / "audit/00000001.jsonl"
    lines = segment.read_bytes().split(b"\n")
    at = next(at for at, line in enumerate(lines) if b'"index":8,' in line and b'"gw-1/acme"' in line and b'"prev_hash"' in line)
    lines[at] = packs.removed(lines[at])
    segment.write_bytes(b"\n".join(lines))
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", gateway.data, "--trust", gateway.trust, "-o", tmp_path / "no.tar.gz", check=False)
    assert done.returncode == 1 and not (tmp_path / "no.tar.gz").exists()
    assert done.stderr.startswith("error: record 8 of `gw-1/acme` was removed, and no retention record says so\n"), done.stderr


def test_a_clock_that_jumps_and_a_silence_are_told(trail, whole, tmp_path):
    """Records in order whose times are not: both verifiers say where a period may lack a part. The log is signed anew by its own key."""
    log = packs.log_key(trail.data / "audit/log.key")
    for name, times, notes in (
            ("back", {5: "2026-01-01T00:00:00.000000001Z"}, [r"record 5 is of 2026-01-01T00:00:00.000000001Z, and one before it of \S+: the clock was set back"]),
            ("ahead", {5: "2099-01-01T00:00:00.000000001Z"}, [
                r"nothing was recorded from \S+ to 2099-01-01T00:00:00.000000001Z, though a heartbeat was due every 60 s",
                r"record 6 is of \S+, and one before it of 2099-01-01T00:00:00.000000001Z: the clock was set back"])):
        pack = packs.Pack(whole)
        pack.alter(3, lambda record: record.update(kind="heartbeat", detail={"interval_s": "60"}))
        for index, time_of in times.items():
            pack.alter(index, lambda record: record.update(time=time_of), rehash=True)
        pack.alter(3, lambda record: None, rehash=True)
        pack.resign_log(log)
        pack.seal(packs.private_key(trail.data / "keys/evidence.pem"))
        path = pack.write(tmp_path / f"{name}.tar.gz")
        python, aegis = with_python(path), with_aegis(path, "--json")
        told = json.loads(aegis.stdout)["notes"]
        for note in notes:
            assert any(re.fullmatch(note, each) for each in told), told
        spec = importlib.util.spec_from_file_location("verify_notes", tmp_path / "verify.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.verify(path, {}, [], {}).remarks == told[:-1] and told[-1].endswith("rest on a pack key that you did not name")
        # Counts and samples of the pack are of other records now: that, and nothing else, is wrong with it.
        assert python.returncode == 1 and "[pack.record]" not in python.stderr and "[pack.checkpoint]" not in python.stderr, python.stderr


def test_a_witness_vouches_for_the_whole_log(witnessed, whole, tmp_path):
    """Whoever has every key of a data directory cannot cut it back unnoticed: the witness has another memory."""
    known = ["--log-key", witnessed.gateway.data / "audit/log.vkey", "--witness-key", witnessed.key]
    for verify in (with_python, with_aegis):
        done = verify(witnessed.pack, *known)
        assert done.returncode == 0, done.stderr
        assert re.search(r"^witness key witness-\w{8} sha256:\w{64} \(yours\)$", done.stdout, re.M), done.stdout
        assert re.search(r"; witness `aegis-witness` saw \d+ records at \S+Z$", done.stdout, re.M), done.stdout
        assert verify(witnessed.pack).returncode == 0
        # A pack that nobody witnessed
        done = verify(whole, *known)
        assert done.returncode == 1
        assert done.stderr == "log/head.note: error: the witness `aegis-witness` has signed no checkpoint here [pack.witness]\n"

    # Last week's directory, with last week's cosignature: by itself it is whole, and so is its pack.
    period = packs.Pack(witnessed.pack).json("manifest.json")["period"]
    back = tmp_path / "back.tar.gz"
    build(witnessed.week, back, "--samples", 1, "--to", period["to"])
    seen = tlog_time(witnessed.week.data / "audit/cosigned-acme.note")
    for verify in (with_python, with_aegis):
        assert verify(back).returncode == 0
        done = verify(back, *known)
        assert done.returncode == 1 and done.stderr == (
            f"log/head.note: error: the witness `aegis-witness` last saw `gw-1/acme` at {seen}: nothing shows that it was not cut back to then "
            "[pack.witness]\n"), done.stderr

    # The same, and business goes on without the witness: another history.
    gateway = copy(witnessed.week, tmp_path / "data")
    gateway.start(True, "--heartbeat", "off")
    assert pay(gateway, 114)["decision"] == "allow"
    gateway.stop()
    size = int((gateway.data / "audit/cosigned-acme.note").read_text().split("\n")[1])
    build(gateway, back, "--samples", 1, "--to", "2099-01-01")
    end = packs.Pack(back).json("manifest.json")["records"]["end"]
    for verify in (with_python, with_aegis):
        done = verify(back, *known)
        assert done.returncode == 1 and done.stderr == (
            f"log/head.note: error: the witness `aegis-witness` has seen {size} records of `gw-1/acme`, and the pack goes to {end} [pack.witness]\n"), done.stderr
        assert verify(back).returncode == 0

    # With the witness's newer memory left in place, no pack is made at all.
    for name in ("note", "vkey"):
        shutil.copy(witnessed.gateway.data / f"audit/cosigned-acme.{name}", witnessed.week.data / f"audit/cosigned-acme.{name}")
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", witnessed.week.data, "--trust", witnessed.week.trust, "-o", back, check=False)
    assert done.returncode == 1 and "error: cosigned-acme.note:2: `gw-1/acme` was cut: it once had " in done.stderr, done.stderr


OPTIONS = ("--log-key", "--witness-key", "--pack-key", "--policy-key", "--review-key", "--checkpoint")


def test_a_checkpoint_from_elsewhere_may_have_the_name_of_the_packs_own_head(middle, tmp_path):
    """An auditor keeps last year's `log/head.note`, and stands in its folder."""
    pack, text = packs.Pack(middle), None
    for line in pack.lines:
        text = text or json.loads(line).get("checkpoint")
    (tmp_path / "log").mkdir()
    (tmp_path / "log/head.note").write_text(text)
    shutil.copy(middle, tmp_path / "pack.tar.gz")
    for done in (with_python(tmp_path / "pack.tar.gz", "--checkpoint", "log/head.note"),
                 run("evidence", "verify", "pack.tar.gz", "--checkpoint", "log/head.note", check=False, cwd=tmp_path)):
        assert done.returncode == 0, done.stderr


def test_each_witness_that_is_named_has_to_have_seen_the_log_also_where_two_have_one_name(witnessed, tmp_path):
    other = tmp_path / "other.vkey"
    other.write_text(packs.vkey("aegis-witness", ed25519.Ed25519PrivateKey.generate(), 4) + "\n")
    for verify in (with_python, with_aegis):
        assert verify(witnessed.pack, "--witness-key", witnessed.key).returncode == 0
        done = verify(witnessed.pack, "--witness-key", witnessed.key, "--witness-key", other)
        assert (done.returncode, "the witness `aegis-witness` has signed no checkpoint here [pack.witness]" in done.stderr) == (1, True), done


@pytest.mark.parametrize("bomb, code, said", [
    ("policies", 1, "policies/bundle-1.tar.gz: error: the archive has more than 268435456 bytes when it is expanded [pack.policy]\n"),
    ("tail", 0, ""), ("header", 1, "error: the archive cannot be read: a header is too long [pack.archive]\n"),
])
def test_what_expands_without_end_takes_no_more_memory_than_a_policy_may(whole, tmp_path, bomb, code, said):
    pack, path = packs.Pack(whole), tmp_path / "bomb.tar.gz"
    megabyte, count = bytes(1 << 20), 700
    if bomb == "policies":
        name = "policies/bundle-1.tar.gz"
        pack.files[name] = gzip.compress(megabyte * count, 1)
        pack.edit("manifest.json", lambda manifest: manifest["policies"][0].update(digest="sha256:" + hashlib.sha256(pack.files[name]).hexdigest()))
        pack.write(path)
    else:
        plain = gzip.decompress(pathlib.Path(whole).read_bytes())
        if bomb == "header":
            entry = tarfile.TarInfo("x")
            entry.type, entry.size = tarfile.XHDTYPE, count << 20
            plain = entry.tobuf(tarfile.USTAR_FORMAT) + b""
        with gzip.open(path, "wb", 1) as file:
            file.write(plain)
            for _ in range(count):
                file.write(megabyte)
    script = tmp_path / "verify.py"
    script.write_bytes(packs.Pack(whole).files["verify.py"])
    done = subprocess.run(["bash", "-c", f"ulimit -v 700000; exec {sys.executable} -I {script} {path}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done
    assert said in done.stderr


@pytest.mark.parametrize("option", OPTIONS)
def test_verify_py_says_which_file_is_none_and_what_it_takes(trail, whole, tmp_path, option):
    """In one line, with the exit code of a misuse: the pack was not looked at."""
    vkeys, pem = trail.data / "audit/log.vkey", trail.data / "keys/evidence.pub.pem"
    takes = {"--checkpoint": "a checkpoint, a few lines of text", "--log-key": "vkeys, one a line: NAME+ID+KEY",
             "--witness-key": "vkeys, one a line: NAME+ID+KEY"}.get(option, "one public key as PEM: -----BEGIN PUBLIC KEY-----")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\0")
    (tmp_path / "empty").write_bytes(b"")
    cases = [(tmp_path / "missing", "cannot be read: No such file or directory"), (tmp_path, "cannot be read: Is a directory"),
             (tmp_path / "bytes", "is of another format"), (whole, "is of another format")]
    if option != "--checkpoint":
        cases += [(tmp_path / "empty", "is of another format"), (pem if takes.startswith("vkeys") else vkeys, "is of another format")]
    for file, fault in cases:
        done = with_python(whole, option, file)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: `{file}` {fault}; {option} takes {takes}\n")


def test_verify_py_ends_in_words_whatever_it_is_given(whole, tmp_path):
    script = tmp_path / "verify.py"
    script.write_bytes(packs.Pack(whole).files["verify.py"])
    for path, fault in ((tmp_path / "missing.tar.gz", "No such file or directory"), (tmp_path, "Is a directory")):
        done = subprocess.run([sys.executable, "-I", script, path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and re.fullmatch(rf"pack: error: the archive cannot be read: .*{fault}.* \[pack.archive\]\n", done.stderr), done.stderr
        assert done.stdout == "broken: 1 fault\n"


@pytest.mark.parametrize("where, code, said", [
    (">&-", 0, ""), ("| head -c 0", 0, ""), (">/dev/full", 2, "error: the result cannot be written: No space left on device\n")])
def test_verify_py_ends_with_the_packs_code_where_nobody_reads_on(whole, tmp_path, where, code, said):
    script = tmp_path / "verify.py"
    script.write_bytes(packs.Pack(whole).files["verify.py"])
    command = f"set -o pipefail; {shlex.join([sys.executable, '-I', str(script), str(whole)])} {where}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize("content", ["", "nonsense", "gw-1+00000000+AQ=="])
def test_a_file_that_holds_no_witness_key_is_refused(witnessed, tmp_path, content):
    """It must not mean that nobody needs to have signed."""
    (tmp_path / "witness.vkey").write_text(content)
    for verify in (with_python, with_aegis):
        done = verify(witnessed.pack, "--witness-key", tmp_path / "witness.vkey")
        assert done.returncode != 0 and "whole" not in done.stdout and "Traceback" not in done.stderr, done.stderr


def test_a_stamp_that_is_of_something_else_makes_no_pack(witnessed, tmp_path):
    shutil.copytree(witnessed.home / "stamps", tmp_path / "stamps")
    (answer,) = (tmp_path / "stamps").glob("acme-*.tsr")
    note = answer.with_suffix(".note")
    shutil.copy(witnessed.gateway.data / "audit/head-acme.note", note)
    done = run("evidence", "build", "--tenant", "acme", "--data-dir", witnessed.gateway.data, "--trust", witnessed.gateway.trust,
               "--timestamps", tmp_path / "stamps", "-o", tmp_path / "no.tar.gz", check=False)
    assert done.returncode == 1, done.stdout
    assert f"error: {note}: malformed note: the time stamp beside it is of something else" in done.stderr, done.stderr


def test_an_archive_that_is_none_is_refused(whole, tmp_path):
    data, script = whole.read_bytes(), packs.Pack(whole).files["verify.py"]
    (tmp_path / "verify.py").write_bytes(script)
    members = [found.start() for found in re.finditer(re.escape(b"\x1f\x8b\x08\0\0\0\0\0\0\xff"), data)]
    bad = {"cut": data[:len(data) // 2], "without-its-end": data[:members[-1]], "without-its-last-file": data[:members[-2]], "empty": b"",
           "text": b"hello", "longer": data + b"more"}
    bad |= {f"bit-{at}": data[:at] + bytes([data[at] ^ 4]) + data[at + 1:] for at in range(0, len(data), len(data) // 8)}
    for name, content in bad.items():
        path = tmp_path / f"{name}.tar.gz"
        path.write_bytes(content)
        for done in (with_python(path), with_aegis(path)):
            # One bit of a gzip header says nothing: what it holds is the same.
            if name.startswith("bit-") and done.returncode == 0:
                assert gzip.decompress(content) == gzip.decompress(data)
                continue
            assert done.returncode == 1 and "[pack." in done.stderr and "Traceback" not in done.stderr, (name, done.stderr)


def test_a_pack_holds_plain_files_of_one_folder(whole, tmp_path):
    def archive(change):
        path = tmp_path / "strange.tar.gz"
        with tarfile.open(whole) as source, tarfile.open(path, "w:gz") as target:
            for entry in source:
                target.addfile(entry, source.extractfile(entry))
            change(target)
        return path

    def add(name, kind=tarfile.REGTYPE):
        def change(target):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            target.addfile(entry)
        return change
    folder = packs.Pack(whole).folder
    for change in (add(f"{folder}/report.html"), add(f"{folder}/link", tarfile.SYMTYPE), add("elsewhere/file"), add("../escape"), add("file")):
        path = archive(change)
        for done in (with_python(path), with_aegis(path)):
            assert done.returncode == 1 and "[pack.archive]" in done.stderr, done.stderr
            assert not done.stderr.startswith(": "), "it says where"
    for done in (with_python(path), with_aegis(path)):
        assert done.stderr.startswith("file: error: ") and "a pack holds plain files of one folder, each of them once [pack.archive]" in done.stderr, done.stderr


def test_what_tar_makes_of_the_whole_folder_is_no_pack(whole, tmp_path):
    """It has entries for folders, and an order of its own."""
    subprocess.run(["tar", "-xzf", whole, "-C", tmp_path], check=True)
    folder, path = packs.Pack(whole).folder, tmp_path / "folder.tar.gz"
    subprocess.run(["tar", "-czf", path, "-C", tmp_path, f"{folder}/"], check=True)
    (tmp_path / "verify.py").write_bytes(packs.Pack(whole).files["verify.py"])
    for done, place in ((with_python(path), folder), (with_aegis(path), "pack")):
        assert done.returncode == 1 and done.stderr.startswith(f"{place}: error: the archive cannot be read: "), done.stderr


def test_what_is_almost_json_is_refused(whole, trail, tmp_path):
    key = packs.private_key(trail.data / "keys/evidence.pem")
    for number in (b"NaN", b"-Infinity", b"Infinity"):
        pack = packs.Pack(whole)
        pack.files["manifest.json"] = pack.files["manifest.json"].replace(b"{", b'{"more": ' + number + b",", 1)
        pack.seal(key)
        path = pack.write(tmp_path / "almost.tar.gz")
        for done in (with_python(path), with_aegis(path)):
            assert done.returncode == 1 and done.stderr.startswith("manifest.json: error: "), done.stderr
        assert f"`{number.decode()}` is no JSON [pack.file]" in with_python(path).stderr


# The table ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(trail, whole, middle, witnessed, reviewed, removed, tmp_path_factory):
    """Everything that a forger may have, and both verifiers."""
    keys = types.SimpleNamespace(
        pack=packs.private_key(trail.data / "keys/evidence.pem"), stranger=ed25519.Ed25519PrivateKey.generate(),
        log=packs.log_key(trail.data / "audit/log.key"), witness=packs.log_key(witnessed.home / "witness/witness.key"))
    spec = importlib.util.spec_from_file_location("verify_py", tmp_path_factory.mktemp("script") / "verify.py")
    pathlib.Path(spec.origin).write_bytes(packs.Pack(whole).files["verify.py"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    people = reviewed.tenant.home / "keys"
    keys.people = types.SimpleNamespace(**{name: packs.private_key(people / f"{name}.pem") for name in ("maria", "lea", "pia")})
    keys.packs = {"reviewed": packs.private_key(reviewed.gateway.data / "keys/evidence.pem"),
                  "removed": packs.private_key(removed.gateway.data / "keys/evidence.pem")}
    return types.SimpleNamespace(keys=keys, script=module, trail=trail, witness=witnessed.key, packs={
        "whole": packs.Pack(whole), "middle": packs.Pack(middle), "witnessed": packs.Pack(witnessed.pack),
        "reviewed": packs.Pack(reviewed.pack), "removed": packs.Pack(removed.pack)})


def tampered(bench, case, path):
    pack = bench.packs[case.base].copy()
    before = dict(pack.files)
    case.change(pack, bench.keys)
    if case.seal == "sealed" and packs.ATTESTATION in pack.files:
        pack.seal(bench.keys.packs.get(case.base, bench.keys.pack))
    if case.seal == "forged":
        pack.replace_key("pack", bench.keys.stranger)
        pack.seal(bench.keys.stranger)
    assert list(pack.files.items()) != list(before.items()), "nothing was changed"
    return pack.write(path)


def faults_of_both(bench, case, path):
    audit, keys = bench.trail.data / "audit", bench.trail.data / "keys"
    arguments, trusted, notes, witnesses = [], {"checkpoints": set(), "pack": set(), "policies": set()}, [], {}
    if "keys" in case.knows:
        arguments += ["--log-key", audit / "log.vkey", "--pack-key", keys / "evidence.pub.pem"]
        trusted["pack"], trusted["checkpoints"] = {packs.fingerprint(bench.keys.pack)}, {packs.fingerprint(bench.keys.log)}
    if "checkpoint" in case.knows:
        head = audit / "head-acme.note"
        arguments += ["--checkpoint", head]
        notes = [(str(head), head.read_text())]
    if "witness" in case.knows:
        arguments += ["--witness-key", bench.witness]
        witnesses = dict([bench.script.vkey(bench.witness.read_text().strip(), "witness")])
        trusted["witness"] = set(map(bench.script.fingerprint, witnesses.values()))
    aegis = with_aegis(path, *arguments)
    assert aegis.returncode == 1, f"aegis found nothing: {aegis.stdout}{aegis.stderr}"
    return {"verify.py": bench.script.verify(path, trusted, notes, witnesses).faults, "aegis": aegis.stderr.splitlines()}


def all_cases(pack):
    record = json.loads(pack.lines[pack.place(tamperings.VICTIM)])
    return [tamperings.field(name) for name in record if name not in ("index", "hash", "prev_hash")] + tamperings.TABLE


def test_every_tampering_is_found_and_located_by_both_verifiers(bench, tmp_path):
    cases = all_cases(bench.packs["whole"])
    assert len(cases) >= 100 and len({case.name for case in cases}) == len(cases)

    def judge(numbered):
        number, case = numbered
        path = tampered(bench, case, tmp_path / f"{number}.tar.gz")
        for verifier, faults in faults_of_both(bench, case, path).items():
            said = case.aegis if verifier == "aegis" and case.aegis is not None else case.message
            wanted = said.replace("{n}", str(tamperings.VICTIM))
            found = [fault for fault in faults if fault.startswith(case.place) and f"[pack.{case.code}]" in fault and wanted in fault]
            if not found:
                return f"{case.name}: {verifier} says {faults[:3]}, not {case.place} {wanted} [pack.{case.code}]"
        return None
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        missed = [fault for fault in pool.map(judge, enumerate(cases)) if fault]
    assert missed == [], "\n".join(missed)

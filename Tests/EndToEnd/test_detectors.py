"""The detectors on text that Faker makes and on ordinary prose and code: a short form of scripts/detector-report, with its floor."""
import importlib.machinery
import importlib.util
import json

import pytest

from conftest import AEGIS, ROOT, run

pytest.importorskip("faker")

# Faker writes British IBANs a digit short and JCB numbers that JCB does not have.
RECALL = {"iban": 0.88, "payment_card": 0.88}
PRECISION = {"phone": 0.95, "high_entropy_secret": 0.9}
COUNT = 60


def report():
    loader = importlib.machinery.SourceFileLoader("detector_report", str(ROOT / "scripts/detector-report"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("detector_report", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured():
    return report().measure(str(AEGIS), COUNT, 11)


def test_every_detector_finds_what_it_is_for(measured):
    rows = measured[0]
    low = {name: row["true"] / COUNT for name, row in rows.items() if row["true"] / COUNT < RECALL.get(name, 0.97)}
    assert not low, measured[2][:10]
    assert len(rows) >= 26 and all(row["true"] + row["missed"] == COUNT for row in rows.values())


def test_what_a_detector_finds_is_what_it_says(measured):
    rows = measured[0]
    low = {name: row["true"] / (row["true"] + row["false"]) for name, row in rows.items()
           if row["true"] / (row["true"] + row["false"]) < PRECISION.get(name, 0.98)}
    assert not low


def test_prose_and_code_are_left_alone(measured):
    noise = measured[1]
    size, counted = noise["prose"]
    assert size > 50_000 and sum(counted.values()) == 0, counted
    for kind in ("pages", "code"):
        size, counted = noise[kind]
        # Addresses, loopback and IBANs of examples are what they look like.
        others = sum(count for name, count in counted.items() if name not in ("ipv4", "email", "iban"))
        assert others <= max(8, size // 150_000), (kind, counted)


def test_the_command_shows_places_and_rewrites(tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("one\ncard 4111 1111 1111 1111, mail a@b.co\n")
    found = json.loads(run("detect", note, "--json").stdout)
    assert [(find["line"], find["column"], find["length"], find["detector"]) for find in found] == [
        (2, 6, 19, "payment_card"), (2, 32, 6, "email")]
    assert run("detect", note, "--redact", "--action", "keep_last_four", "--detectors", "payment_card").stdout == (
        "one\ncard **** **** **** 1111, mail a@b.co\n")
    value = tmp_path / "value.json"
    value.write_text('{"ssn": 123456789, "a/b": ["x@y.example"]}')
    assert json.loads(run("detect", value, "--json-value", "--json").stdout) == [
        {"path": "/a~1b/0", "detector": "email", "count": 1}, {"path": "/ssn", "detector": "us_ssn", "count": 1}]
    assert json.loads(run("detect", value, "--json-value", "--redact").stdout) == {
        "ssn": "[REDACTED:us_ssn]", "a/b": ["[REDACTED:email]"]}
    wrong = run("detect", note, "--detectors", "us_snn", check=False)
    assert wrong.returncode == 2 and "there is no detector `us_snn`" in wrong.stderr


def test_documents_add_detectors(tmp_path):
    (tmp_path / "p.yaml").write_text(
        "aegis: v1\nkind: Detector\nname: badge\npattern: 'B-([0-9]{8})'\naction: keep_last_four\n---\n"
        "aegis: v1\nkind: Agent\nname: a\nidentities: [{api_key: a-1}]\nscopes: ['*']\n")
    note = tmp_path / "note.txt"
    note.write_text("B-12345678")
    done = run("detect", note, "--policies", tmp_path / "p.yaml", "--json")
    assert [find["detector"] for find in json.loads(done.stdout)] == ["badge"]

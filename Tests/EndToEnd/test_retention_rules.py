"""Retention rules are read member by member: records that go by a misspelt one never come back."""
import json
import shutil
import time

import pytest

from conftest import FIRST_LIGHT, Gateway, run

WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}
KNOWN = "forever, hipaa, pci, soc2, sox"
KINDS = "decision, approval, token, bundle, policy_review, budget, config, key, retention, heartbeat"
WRONG = {
    "a member that is none": (
        {"default": "short", "classes": {"short": "1s"}, "tenant": {"default": "forever"}},
        ": unknown member `tenant`; known are default, classes, kinds, policies, tenants", "did you mean `tenants`?"),
    "a member like nothing": ({"default": "soc2", "x": 1}, ": unknown member `x`; known are default, classes, kinds, policies, tenants",
                              "remove it, or write what is meant"),
    "a kind that is none": ({"default": "soc2", "kinds": {"heartbeats": "pci"}}, ": `kinds.heartbeats`: there is no such kind of record",
                            f"did you mean `heartbeat`? there are {KINDS}"),
    "no default": ({"classes": {"short": "90d"}}, ": `default` is missing", "say what holds for all else, such as \"default\": \"forever\""),
    "a time that is a number": ({"default": "soc2", "classes": {"short": 90}}, ": `classes.short` is a number", "write a time such as \"90d\", or \"forever\""),
    "a time that is none": ({"default": "soc2", "classes": {"short": "90"}}, ": `classes.short`: `90` is no time", "write it as 90d, 7y or forever"),
    "a class that is an object": ({"default": "soc2", "tenants": {"acme": {"clases": {}}}}, ": `tenants.acme` is an object", "write the name of a class"),
    "a class that is none": ({"default": "soc2", "policies": {"payments": "hippa"}}, ": `policies.payments`: `hippa` is no retention class",
                             f"did you mean `hipaa`? there are {KNOWN}"),
    "a default that is none": ({"default": "nonsense"}, ": `default`: `nonsense` is no retention class", f"there are {KNOWN}"),
    "a default that is null": ({"default": None}, ": `default` is null", "write the name of a class"),
    "tenants that are a list": ({"default": "soc2", "tenants": ["acme"]}, ": `tenants` is a list", "write an object of names and classes"),
    "a tenant that cannot be": ({"default": "soc2", "tenants": {"../x": "pci"}}, ": `tenants.../x`: no tenant can have this name", "correct it, or remove it"),
    "no object": (["soc2"], ": the whole is a list", "write an object such as {\"default\": \"soc2\", \"tenants\": {\"acme\": \"hipaa\"}}"),
}


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("rules"))
    gateway.issue("finance-1")
    gateway.start(True, "--heartbeat", "off")
    gateway.decide("finance-1", "finance-agent", "payments.transfer", {"amount": 12, "currency": "EUR", "to": "DE89370400440532013000"}, request=WIRE)
    gateway.stop()
    return gateway


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_rule_is_refused_by_its_name_and_nothing_goes(trail, tmp_path, name):
    rules, (content, told, fix) = tmp_path / "rules.json", WRONG[name]
    rules.write_text(json.dumps(content))
    data = tmp_path / "data"
    shutil.copytree(trail.data, data)
    before = trail.records()
    for command in (("audit", "retention", rules, "--data-dir", data), ("audit", "archive", rules, tmp_path / "store", "--data-dir", data),
                    ("serve", "--policies", FIRST_LIGHT, "--data-dir", data, "--retention", rules)):
        done = run(*command, check=False)
        assert (done.returncode, done.stdout) == (2, ""), (command, done)
        assert done.stderr == f"error: {rules}{told}\nfix: {fix}\n", (command, done.stderr)
    left = [json.loads(line) for line in run("audit", "tail", "-n", "1000000", "--json", "--data-dir", data).stdout.splitlines()]
    assert left == before


@pytest.mark.parametrize("text, place", [("", "1:1"), ('{"default": "soc2",\n}', "2:"), ('{"default": "soc2", "default": "pci"}', "1:"), ("[" * 100_000, "1:")])
def test_what_is_no_json_is_refused_with_its_place(trail, tmp_path, text, place):
    rules = tmp_path / "rules.json"
    rules.write_text(text)
    done = run("audit", "retention", rules, "--dry-run", "--data-dir", trail.data, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {rules}:{place}"), done.stderr


def test_every_member_that_there_is_is_taken(trail, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({
        "default": "forever", "classes": {"now": "1s", "long": "forever"}, "kinds": {"heartbeat": "long", "decision": "now"},
        "policies": {"finance-payments": "long"}, "tenants": {"acme": "long", "globex": "hipaa"}}))
    time.sleep(1.1)
    done = run("audit", "retention", rules, "--dry-run", "--data-dir", trail.data)
    assert done.stdout.startswith("would remove 1 records "), done.stdout

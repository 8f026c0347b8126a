"""A bundle that is not proven never serves, and never replaces one that is."""
import json
import shutil
import tarfile

import pytest

from conftest import exchange, run

CALL = ("finance-1", "finance-agent", "payments.transfer", {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"})
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}


def rewrite(bundle, change):
    """Repacks the bundle with `change(name, bytes) -> bytes or None`, signature left as it was."""
    import io
    out = bundle.with_suffix(".rewritten")
    with tarfile.open(bundle) as source, tarfile.open(out, "w:gz") as target:
        for member in source.getmembers():
            data = change(member.name, source.extractfile(member).read())
            if data is not None:
                member.size = len(data)
                target.addfile(member, io.BytesIO(data))
    out.replace(bundle)


def unsigned(gateway):
    rewrite(gateway.bundle, lambda name, data: None if name.endswith(".signatures.json") else data)


def altered(gateway):
    rewrite(gateway.bundle, lambda name, data: data.replace(b"5000", b"9999") if name.endswith("data.json") or name.endswith(".rego") else data)


def wrong_tenant(gateway):
    gateway.build(2, tenant="globex")


def other_key(gateway):
    run("keys", "generate", "stranger", "--out", gateway.home / "other")
    gateway.build(2, key=gateway.home / "other/stranger.pem")


def older(gateway):
    gateway.build(1)


def rubbish(gateway):
    gateway.bundle.write_bytes(b"this is no archive")


SPOILS = [unsigned, altered, wrong_tenant, other_key, rubbish]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_bad_bundle_at_start_means_deny_and_not_ready(own, spoil):
    spoil(own)
    own.start(False, "--tenant", "acme")
    assert exchange(own.api, "GET", "/readyz")[0] == 503
    status, _, answer = own.decide(*CALL, request=WIRE)
    assert (answer.get("decision_reason") or answer)["code"] == "bundle_unavailable", answer
    assert "allow" not in json.dumps(answer.get("decision", ""))


@pytest.mark.parametrize("spoil", SPOILS + [older])
def test_a_bad_bundle_at_reload_leaves_the_old_one_serving_and_says_so(own, spoil):
    own.build(2)
    own.start(True, "--tenant", "acme")
    before = own.decide(*CALL, request=WIRE)[2]
    assert before["decision"] == "allow" and before["policy_version"].startswith("acme/2@")
    spoil(own)
    own.wait(lambda: "rejected" in json.dumps(exchange(own.api, "GET", "/v1/status")[2]))
    after = own.decide(*CALL, request=WIRE)[2]
    assert after["decision"] == "allow" and after["policy_version"] == before["policy_version"]


def test_a_good_new_version_takes_over_without_a_restart(own):
    own.start(True, "--tenant", "acme")
    own.build(2)
    own.wait(lambda: own.decide(*CALL, request=WIRE)[2]["policy_version"].startswith("acme/2@"))


def test_an_invalid_policy_never_becomes_a_bundle(own, tmp_path):
    bad = tmp_path / "bad"
    shutil.copytree(own.policies, bad)
    (bad / "more.yaml").write_text("aegis: v1\nkind: Policy\nname: x\nagents: [finance-agent]\ntools: [payments.transfer]\n"
                                   "rules: [{name: r, effect: deny, when: [params.amnt > 5]}]\n")
    out = tmp_path / "out.tar.gz"
    done = run("policy", "build", bad, "-o", out, "--key", own.signing, "--tenant", "acme", "--version", "1", check=False)
    assert done.returncode == 3 and not out.exists()
    assert "more.yaml:6:" in done.stderr and "amount" in done.stderr

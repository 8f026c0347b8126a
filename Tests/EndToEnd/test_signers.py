"""Keys that are in no file: a SoftHSM token behind deploy/signers/pkcs11-signer, and signers that misbehave."""
import json
import os
import shlex
import shutil
import subprocess

import pytest

from conftest import ROOT, run
from test_lifecycle import STORY, Tenant

SIGNER = ROOT / "deploy/signers/pkcs11-signer"
MODULE = next((path for path in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                                 "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so") if os.path.exists(path)), None)


@pytest.fixture()
def token(tmp_path, monkeypatch):
    if MODULE is None or shutil.which("pkcs11-tool") is None:
        pytest.skip("SoftHSM and pkcs11-tool are not installed: scripts/bootstrap does")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    (tmp_path / "pin").write_text("1234\n")
    for name, value in {"SOFTHSM2_CONF": tmp_path / "softhsm2.conf", "PKCS11_MODULE": MODULE, "PKCS11_TOKEN": "aegis",
                        "PKCS11_PIN_FILE": tmp_path / "pin"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("PKCS11_PIN", raising=False)
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "aegis", "--so-pin", "5678", "--pin", "1234"],
                   check=True, capture_output=True)

    def generate(kind, identity):
        subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "aegis", "--login", "--pin", "1234", "--keypairgen",
                        "--key-type", kind, "--id", identity, "--label", f"key-{identity}"], check=True, capture_output=True)
    return generate


def public(signer, path):
    done = subprocess.run(shlex.split(signer), input='{"operation":"public_key"}', capture_output=True, text=True, check=True)
    path.write_text(json.loads(done.stdout)["public_key"])
    return path


def test_approvals_bundles_and_trust_roots_are_signed_in_a_token(tmp_path, token):
    tenant = Tenant(tmp_path)
    signers = {}
    for name, kind, identity, roles in [("lea-hsm", "EC:prime256v1", "01", ["approver"]), ("zoe-hsm", "rsa:2048", "02", ["publisher"])]:
        token(kind, identity)
        signers[name] = f"{SIGNER} {name} {identity}"
        tenant.add(public(signers[name], tmp_path / f"{name}.pub.pem"), name[:3], roles)
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", who="maria")
    tenant.policy("approve", signer=signers["lea-hsm"])
    tenant.policy("publish", signer=signers["zoe-hsm"])
    assert tenant.policy("verify-history", "--store", f"file://{tenant.store}").returncode == 0
    archive = tenant.store / "acme/bundle-1.tar.gz"
    assert "signed by       zoe-hsm" in run("policy", "verify", archive, "--trust", tenant.trust).stdout

    # A publisher without a key file pushes, renews and goes back, too.
    token("EC:prime256v1", "04")
    ops = f"{SIGNER} ops-hsm 04"
    trusted = public(ops, tmp_path / "ops-hsm.pub.pem")
    store = ("--store", f"file://{tmp_path}/pushed")
    for version in (1, 2):
        bundle = tmp_path / f"pushed-{version}.tar.gz"
        run("policy", "build", STORY / "policies", "-o", bundle, "--signer", ops, "--tenant", "acme", "--version", version)
        run("bundles", "push", bundle, *store, "--signer", ops)
    renewed = json.loads(run("bundles", "renew", *store, "--tenant", "acme", "--signer", ops, "--json").stdout)
    assert (renewed["latest"], renewed["signed_by"]) == (2, "ops-hsm")
    back = json.loads(run("bundles", "rollback", *store, "--tenant", "acme", "--to", "1", "--reason", "2 denies payroll", "--without-history", "--signer", ops, "--json").stdout)
    assert (back["latest"], back["rolled_back_from"], back["reason"]) == (1, 2, "2 denies payroll")
    listed = json.loads(run("bundles", "list", *store, "--tenant", "acme", "--trust", trusted, "--json").stdout)
    assert listed["latest"] == 1

    token("EC:prime256v1", "03")
    root = f"{SIGNER} root-hsm 03"
    trust = tmp_path / "hsm-root.json"
    run("keys", "trust", "init", trust, "--root-signer", root)
    run("keys", "trust", "quorum", trust, "--need", "approver=1", "--root-signer", root)
    assert "signed by root-hsm" in run("keys", "trust", "show", trust).stdout


@pytest.mark.parametrize("script, message", [
    ("exit 3", "the signer `sh` ended with 3"),
    ("echo hello", "the signer `sh` did not answer with a JSON object"),
    ("echo '{}'", "the signer did not answer with `name` and `public_key`"),
    ("cat >/dev/null; head -c 2000000 /dev/zero", "the signer `sh` was stopped"),
    ("""printf '{"name":"x y","public_key":"none"}'""", "`x y` cannot name a key"),
])
def test_a_signer_that_misbehaves_signs_nothing(tmp_path, script, message):
    tenant = Tenant(tmp_path)
    (tmp_path / "signer").write_text(script)
    done = tenant.policy("propose", STORY / "policies", "--title", "Refunds", signer=f"sh {tmp_path / 'signer'}", check=False)
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert not (tmp_path / "history").exists()


def test_a_signer_with_another_private_key_signs_nothing(tmp_path):
    tenant = Tenant(tmp_path)
    tenant.key("other", "ES256")
    script = tmp_path / "signer"
    script.write_text(f"""
        import base64, json, subprocess, sys
        request = json.load(sys.stdin)
        if request["operation"] == "public_key":
            print(json.dumps({{"name": "maria", "public_key": open("{tmp_path}/keys/maria.pub.pem").read()}}))
        else:
            text = request["message"]
            message = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "{tmp_path}/keys/other.pem"], input=message,
                                 capture_output=True, check=True).stdout
            print(json.dumps({{"signature": base64.urlsafe_b64encode(der).rstrip(b"=").decode()}}))
    """.replace("\n        ", "\n"))
    wrong = tenant.policy("propose", STORY / "policies", "--title", "Refunds", signer=f"python3 {script}", check=False)
    assert wrong.returncode == 4
    assert "the signature is not by the key `maria` over what was to be signed [lifecycle.signing-failed]" in wrong.stderr
    # With the right one, DER is as good as r and s.
    script.write_text(script.read_text().replace("other.pem", "maria.pem"))
    tenant.policy("propose", STORY / "policies", "--title", "Refunds", signer=f"python3 {script}")

"""People by their identity provider: groups become roles, in one tenant or several, and nothing else does."""
import json
import time

import jwt
import pytest
from conftest import run
from cryptography.hazmat.primitives.asymmetric import ec
from tenants import Tenants

ISSUER = "https://login.acme.example"
IDENTITY = """
aegis: v1
kind: Identity
providers:
  - jwt:
      issuer: https://login.acme.example
      audience: aegis
      tenant: acme
      jwks_file: keys.json
      people:
        audience: aegis-console
        name: email
        groups: groups
        grants:
          - {group: soc, role: auditor}
          - {group: soc, role: auditor, tenant: globex}
          - {group: oncall, role: operator}
          - {group: treasury, role: treasurer}
  - api_key: true
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    home = tmp_path_factory.mktemp("people")
    tenants = Tenants(home)
    tenants.signing = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(tenants.signing.public_key()))
    (home / "keys.json").write_text(json.dumps({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "ES256"}]}))
    (home / "identity.yaml").write_text(IDENTITY)
    yield tenants.start("--identity", home / "identity.yaml")
    tenants.stop()


def bearer(api, groups, key=None, **claims):
    now = int(time.time())
    token = jwt.encode({"iss": ISSUER, "aud": "aegis-console", "sub": "u-7", "email": "lea@acme.example", "iat": now, "exp": now + 300,
                        "groups": groups, **claims}, key or api.signing, "ES256", {"kid": "k1"})
    return {"authorization": f"Bearer {token}"}


def test_groups_give_what_they_were_granted_and_where(api):
    me = api.ask("GET", "/v1/me", headers=bearer(api, ["soc", "football"]))[2]
    assert me["name"] == "lea@acme.example" and me["identity"] == f"jwt:{ISSUER} u-7"
    assert {entry["tenant"]: entry["roles"] for entry in me["tenants"]} == {"acme": ["auditor"], "globex": ["auditor"]}
    assert api.ask("GET", "/v1/tenants/globex/audit/records", headers=bearer(api, ["soc"]))[0] == 200
    assert api.ask("GET", "/v1/tenants/globex/audit/records", headers=bearer(api, ["oncall"]))[0] == 404
    assert api.ask("PUT", "/v1/tenants/acme/agents/shop/switch", body={"state": "enabled"}, headers=bearer(api, ["soc"]))[0] == 403
    assert api.ask("PUT", "/v1/tenants/acme/agents/shop/switch", body={"state": "enabled"}, headers=bearer(api, ["oncall"]))[0] == 200


@pytest.mark.parametrize("change", [
    {"groups": ["football"]}, {"groups": []}, {"groups": "soc"}, {"exp": 1}, {"iss": "https://evil.example"}, {"aud": "somebody-else"},
    {"email_verified": False}, {"email": None}, {"aud": ["aegis", "aegis-console"]}, {"key": "stranger"},
])
def test_anything_else_is_nobody(api, change):
    change = dict(change)
    key = ec.generate_private_key(ec.SECP256R1()) if change.pop("key", None) else None
    groups = change.pop("groups", ["soc", "oncall"])
    status, _, body = api.ask("GET", "/v1/tenants/acme", headers=bearer(api, groups, key, **change))
    assert (status, body["code"]) == (401, "unauthenticated"), body


def test_an_agents_token_of_the_same_issuer_administers_nothing(api):
    assert api.ask("GET", "/v1/me", headers=bearer(api, ["oncall"], aud="aegis"))[0] == 403


def test_a_persons_token_decides_approvals_and_calls_no_tools(api):
    held = api.decide("acme", "pay", {"amount": 60}, session_id="oidc")["approval"]["approval_id"]
    assert api.ask("POST", f"/v1/approvals/{held}/approve", body={}, headers=bearer(api, ["oncall"]))[2]["code"] == "approver_not_entitled"
    done = api.ask("POST", f"/v1/approvals/{held}/approve", body={}, headers=bearer(api, ["treasury"]))[2]
    assert done["status"] == "approved" and done["votes"][0]["approver"] == "lea@acme.example"
    assert api.ask("POST", "/v1/decisions", body={"tool": {"name": "web.read"}}, headers=bearer(api, ["treasury"]))[0] == 401


def test_what_a_person_did_is_on_record_with_their_identity(api):
    body = {"key_id": "by-lea", "kind": "agent"}
    assert api.ask("POST", "/v1/tenants/acme/keys", body=body, headers=bearer(api, ["oncall"]))[0] == 201
    record = [line for line in api.records("acme") if line["kind"] == "key"][-1]
    assert record["detail"]["by"] == "acme/lea@acme.example" and record["detail"]["via"] == f"api jwt:{ISSUER} u-7"
    assert run("audit", "verify", "--data-dir", api.data).returncode == 0

"""Who calls, proven: mTLS through a real Envoy, JWT with keys from a file and a URL, call chains, the kill switch."""
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import threading
import time

import jwt
import pytest
from conftest import ENVOY, Gateway, TENANT, exchange, free_port, run
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://idp.acme.example"
POLICIES = """
aegis: v1
kind: Agent
name: planner
identities: [{jwt: {issuer: "https://idp.acme.example", subject: planner}}]
scopes: ["*"]
---
aegis: v1
kind: Agent
name: finance
identities: [{spiffe: "spiffe://acme.example/ns/fin/sa/agent"}, {api_key: finance-1}]
scopes: ["*"]
accepts_from: [planner]
---
aegis: v1
kind: Tool
name: ledger.read
match: [{http: {method: GET, host: ledger.acme.example, path: /entries}}]
---
aegis: v1
kind: Policy
name: reading
agents: ["*"]
tools: [ledger.read]
effect: allow
"""


class Issuer:
    """Signs tokens, and publishes its key on loopback."""

    def __init__(self):
        self.rotate("k1")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rotate(self, name):
        self.name, self.key = name, ec.generate_private_key(ec.SECP256R1())

    def jwks(self):
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.name, "use": "sig", "alg": "ES256"}]}

    def handler(issuer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(issuer.jwks()).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        return Handler

    def token(self, subject="planner", **claims):
        now = int(time.time())
        return jwt.encode({"iss": ISSUER, "aud": "aegis", "sub": subject, "iat": now, "exp": now + 300, **claims},
                          self.key, "ES256", {"kid": self.name})


@pytest.fixture(scope="module", params=["jwks_url", "jwks_file"])
def served(request, tmp_path_factory):
    home = tmp_path_factory.mktemp("identity")
    (home / "policies").mkdir()
    (home / "policies/all.yaml").write_text(POLICIES)
    issuer = Issuer()
    (home / "keys.json").write_text(json.dumps(issuer.jwks()))
    source = {"jwks_url": f"http://127.0.0.1:{issuer.server.server_address[1]}/jwks", "jwks_file": "keys.json"}[request.param]
    (home / "identity.yaml").write_text(
        "aegis: v1\nkind: Identity\nproviders:\n  - mtls: {trust_domain: acme.example, tenant: acme}\n"
        f"  - jwt: {{issuer: '{ISSUER}', audience: aegis, tenant: acme, {request.param}: '{source}'}}\n  - api_key: true\n")
    gateway = Gateway(home, home / "policies")
    gateway.issue("finance-1")
    gateway.start(True, "--identity", home / "identity.yaml")
    gateway.issuer = issuer
    yield gateway
    gateway.stop()
    issuer.server.shutdown()


def last_decision(gateway):
    return [record for record in gateway.records() if record["kind"] == "decision"][-1]


def ask(gateway, bearer=None, path="/v1/decisions", **body):
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    body = body if path != "/v1/decisions" else {"tool": {"name": "ledger.read"}, "parameters": {}, **body}
    return exchange(gateway.api, "POST", path, body, headers)


def test_a_token_of_the_issuer_proves_its_subject(served):
    served.wait(lambda: ask(served, served.issuer.token())[0] == 200)
    status, _, decision = ask(served, served.issuer.token())
    assert (status, decision["decision"], decision["agent_id"]) == (200, "allow", "planner")
    assert last_decision(served)["agent_identity"] == f"jwt:{ISSUER} planner"


@pytest.mark.parametrize("claims, why", [
    ({"aud": "other"}, "the token is not meant for `aegis`"),
    ({"exp": 1_000_000_000, "iat": 999_999_000}, "the token expired"),
    ({"sub": ""}, "the token names no subject"),
])
def test_a_token_that_does_not_hold_is_a_401_that_says_why(served, claims, why):
    status, _, problem = ask(served, served.issuer.token(**claims))
    assert status == 401 and why in problem["detail"], problem


def test_a_forged_token_and_one_of_another_issuer_prove_nobody(served):
    forged = Issuer()
    try:
        assert ask(served, forged.token())[0] == 401
        assert ask(served, served.issuer.token(iss="https://other.example"))[0] == 401
    finally:
        forged.server.shutdown()


def test_a_subject_that_no_agent_has_is_nobody(served):
    status, _, problem = ask(served, served.issuer.token("stranger"))
    assert (status, problem["code"]) == (401, "unauthenticated_agent")


def test_a_chain_is_minted_carried_and_recorded(served):
    status, _, minted = ask(served, served.issuer.token(), "/v1/delegations", to="finance", session_id="s-1")
    assert (status, minted["decision"]) == (200, "allow"), minted
    claims = jwt.decode(minted["delegation"], options={"verify_signature": False})
    assert claims["sub"] == "planner" and claims["act"] == {"sub": "planner"} and claims["may_act"] == {"sub": "finance"}
    status, _, decision = served.decide(
        "finance-1", "finance", "ledger.read", {}, delegation=minted["delegation"], session_id="s-1")
    assert decision["decision"] == "allow", decision
    assert last_decision(served)["call_chain"] == ["planner"]
    _, _, elsewhere = served.decide("finance-1", "finance", "ledger.read", {}, delegation=minted["delegation"])
    assert elsewhere["decision_reason"]["code"] == "chain_invalid"


def test_the_kill_switch_works_within_a_second_and_is_recorded(served):
    assert served.decide("finance-1", "finance", "ledger.read", {})[2]["decision"] == "allow"
    run("agents", "disable", "finance", "--tenant", TENANT, "--data-dir", served.data, "--reason", "drill")
    served.wait(lambda: served.decide("finance-1", "finance", "ledger.read", {})[2]["decision"] == "deny")
    denied = served.decide("finance-1", "finance", "ledger.read", {})[2]
    assert denied["decision_reason"]["code"] == "agent_disabled"
    assert denied["decision_reason"]["message"] == "the agent `finance` is switched off: drill"
    listed = json.loads(run("agents", "list", "--tenant", TENANT, "--data-dir", served.data, "--json").stdout)
    assert {row["name"]: row["state"] for row in listed} == {"planner": "enabled", "finance": "disabled"}
    on, off = ({row["name"]: row for row in listed}[name] for name in ("planner", "finance"))
    assert (on["since"], on["by"], on["origin"], on["reason"]) == (None, None, None, None)
    assert (off["origin"], off["reason"]) == ("here", "drill") and off["by"] and off["since"].endswith("Z")
    run("agents", "enable", "finance", "--tenant", TENANT, "--data-dir", served.data)
    served.wait(lambda: served.decide("finance-1", "finance", "ledger.read", {})[2]["decision"] == "allow")
    # A switch is recorded after it has taken effect.
    served.wait(lambda: len([record for record in served.records() if record["kind"] == "config"]) == 2)
    events = [json.loads(json.dumps(record["detail"])) for record in served.records() if record["kind"] == "config"]
    assert [event["event"] for event in events] == ["agent_disabled", "agent_enabled"]
    assert events[0]["reason"] == "drill"


def test_a_switch_that_would_stop_nobody_fails(served, tmp_path):
    def disable(agent, *arguments, data=served.data, code=1):
        done = run("agents", "disable", agent, "--data-dir", data, *arguments, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stderr or done.stdout
    assert f"no gateway keeps its state in `{tmp_path}`; nothing was switched" in disable("finance", data=tmp_path)
    assert not list(tmp_path.iterdir()), "a wrong folder stays as it was"
    misspelt = disable("finanze", "--tenant", TENANT)
    assert "there is no agent `finanze` in the active policies of `acme`; nothing was switched" in misspelt
    assert "did you mean `finance`?" in misspelt
    assert "no policies were ever active here for the tenant `globex`" in disable("finance", "--tenant", "globex")
    # Without a tenant the agent is found where it is.
    done = json.loads(disable("finance", "--json", "--reason", "drill", code=0))
    assert (done["agent"], done["tenant"], done["state"], done["changed"]) == ("finance", TENANT, "disabled", True)
    served.wait(lambda: served.decide("finance-1", "finance", "ledger.read", {})[2]["decision"] == "deny")
    assert served.decide("finance-1", "finance", "ledger.read", {})[2]["decision_reason"]["code"] == "agent_disabled"
    run("agents", "enable", "finance", "--data-dir", served.data)
    served.wait(lambda: served.decide("finance-1", "finance", "ledger.read", {})[2]["decision"] == "allow")


def test_a_rotated_api_key_holds_for_the_overlap_only(served):
    def status(key):
        body = {"tool": {"name": "ledger.read"}, "parameters": {}}
        return exchange(served.api, "POST", "/v1/decisions", body, {"x-aegis-api-key": key})[0]
    def rotate(*arguments):
        done = run("keys", "rotate", "finance-1", "--data-dir", served.data, "--json", *arguments)
        served.keys["finance-1"] = json.loads(done.stdout)["api_key"]
        return served.keys["finance-1"]
    old = served.keys["finance-1"]
    assert status(old) == 200
    new = rotate("--overlap", "1h")
    served.wait(lambda: status(new) == 200)
    assert status(old) == 200, "both hold"
    last = rotate("--immediately")
    served.wait(lambda: status(last) == 200)
    assert (status(old), status(new)) == (401, 401)
    def events():
        return [record["detail"]["event"] for record in served.records() if record["kind"] == "key"]
    served.wait(lambda: events()[-2:] == ["api_key_rotated"] * 2)
    assert not any(key in json.dumps(served.records()) for key in (old, new, last))
    both = run("keys", "rotate", "finance-1", "--overlap", "1h", "--immediately", "--data-dir", served.data, check=False)
    assert both.returncode == 2, both.stderr


def test_a_rotated_key_file_is_taken_up(served):
    if "jwks_file" not in (served.home / "identity.yaml").read_text():
        pytest.skip("a URL is asked again after thirty seconds at the earliest; IssuerKeysTests turn the clock")
    served.issuer.rotate("k2")
    assert ask(served, served.issuer.token())[0] == 401
    (served.home / "keys.json").write_text(json.dumps(served.issuer.jwks()))
    served.wait(lambda: ask(served, served.issuer.token())[0] == 200)


def certificate(home, name, san, ca=None):
    """A key and a certificate for `san`, signed by `ca` or by itself."""
    key, cert, request = home / f"{name}.key", home / f"{name}.crt", home / f"{name}.csr"
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    if ca is None:
        openssl("req", "-x509", "-new", "-key", key, "-subj", f"/CN={name}", "-days", 2, "-out", cert)
    else:
        extensions = home / f"{name}.ext"
        extensions.write_text(f"subjectAltName={san}\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n")
        openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", home / f"{ca}.crt", "-CAkey", home / f"{ca}.key", "-CAcreateserial",
                "-days", 2, "-extfile", extensions, "-out", cert)
    return key, cert


class Tool(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_GET(self):
        Tool.seen.append(dict(self.headers))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.send_header("x-aegis-decision-id", "what the tool says")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def mtls(served, tmp_path_factory):
    """Envoy that demands client certificates of a CA, in front of a tool."""
    home = tmp_path_factory.mktemp("mtls")
    certificate(home, "ca", None)
    certificate(home, "server", "DNS:localhost", "ca")
    certificate(home, "finance", "URI:spiffe://acme.example/ns/fin/sa/agent", "ca")
    certificate(home, "stranger", "URI:spiffe://acme.example/ns/fin/sa/other", "ca")
    certificate(home, "foreign", "URI:spiffe://evil.example/ns/fin/sa/agent", "ca")
    tool = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tool)
    threading.Thread(target=tool.serve_forever, daemon=True).start()
    port = free_port()
    def cluster(name, port, more=""):
        return f"""
    - name: {name}
      type: STATIC{more}
      load_assignment: {{cluster_name: {name}, endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address:
        {{address: 127.0.0.1, port_value: {port}}}}}}}}}]}}]}}"""
    http2 = """
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: {http2_protocol_options: {}}"""
    (home / "envoy.yaml").write_text(f"""
static_resources:
  listeners:
    - name: agents
      address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
      filter_chains:
        - transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              require_client_certificate: true
              common_tls_context:
                tls_certificates: [{{certificate_chain: {{filename: {home}/server.crt}}, private_key: {{filename: {home}/server.key}}}}]
                validation_context: {{trusted_ca: {{filename: {home}/ca.crt}}}}
          filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: agents
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      transport_api_version: V3
                      grpc_service: {{envoy_grpc: {{cluster_name: aegis}}, timeout: 20s}}
                  - name: envoy.filters.http.router
                    typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
                route_config:
                  virtual_hosts: [{{name: all, domains: ["*"], routes: [{{match: {{prefix: "/"}}, route: {{cluster: tool}}}}]}}]
  clusters:{cluster("aegis", served.grpc, http2)}{cluster("tool", tool.server_address[1])}
""")
    log = open(home / "envoy.log", "wb")
    envoy = subprocess.Popen([str(ENVOY), "-c", str(home / "envoy.yaml"), "--concurrency", "1", "--base-id", str(port)],
                             stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 20
        while True:
            assert envoy.poll() is None and time.monotonic() < deadline, (home / "envoy.log").read_text()[-2000:]
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield home, port
    finally:
        envoy.terminate()
        envoy.wait(20)
        tool.shutdown()


def test_a_token_that_proved_the_caller_is_not_handed_to_the_tool(served, mtls):
    served.wait(lambda: ask(served, served.issuer.token())[0] == 200)
    for bearer, arrives in ((served.issuer.token(), False), ("for-the-tool", True)):
        Tool.seen.clear()
        name = "foreign" if not arrives else "finance"
        assert fetch(mtls, name, {"authorization": f"Bearer {bearer}"}) == (200, b"ok")
        assert ("authorization" in {key.lower() for key in Tool.seen[0]}) == arrives


#: The headers of the last answer.
answered = {}


def fetch(mtls, name, headers=None):
    home, port = mtls
    context = ssl.create_default_context(cafile=home / "ca.crt")
    context.load_cert_chain(home / f"{name}.crt", home / f"{name}.key")
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=20)
    try:
        connection.request("GET", "/entries", headers={"host": "ledger.acme.example", **(headers or {})})
        response = connection.getresponse()
        answered.clear()
        for header, value in response.getheaders():
            answered.setdefault(header.lower(), []).append(value)
        return response.status, response.read()
    finally:
        connection.close()


def test_a_client_certificate_proves_its_agent_through_envoy(served, mtls):
    assert fetch(mtls, "finance") == (200, b"ok")
    record = last_decision(served)
    # The agent learns which decision it was, for its report of usage; the tool cannot say another.
    assert answered["x-aegis-decision-id"] == [record["decision_id"]]
    assert record["agent_identity"] == "mtls:spiffe://acme.example/ns/fin/sa/agent"
    assert record["agent_id"] == "finance"


@pytest.mark.parametrize("name", ["stranger", "foreign"])
def test_another_certificate_of_the_same_authority_is_nobody(served, mtls, name):
    forged = {"x-forwarded-client-cert": "URI=spiffe://acme.example/ns/fin/sa/agent"}
    before = len(Tool.seen)
    assert fetch(mtls, name, forged)[0] == 401
    assert len(Tool.seen) == before


def refused(home):
    """What `aegis serve` says to an identity configuration that it does not take."""
    done = run("serve", "--policies", home / "policies", "--data-dir", home / "data", "--listen", f"127.0.0.1:{free_port()}",
               "--grpc", "off", "--identity", home / "identity.yaml", check=False)
    assert done.returncode == 2 and done.stdout == ""
    return done.stderr


@pytest.fixture
def configured(tmp_path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/all.yaml").write_text(POLICIES)
    (tmp_path / "identity.yaml").write_text(
        "aegis: v1\nkind: Identity\nproviders:\n"
        f"  - jwt: {{issuer: '{ISSUER}', audience: aegis, tenant: acme, jwks_file: keys.json}}\n")
    return tmp_path


@pytest.mark.parametrize("keys, why", [
    ('{"keys": []}', "the key set holds no key that can be used"),
    ("[]", "the key set is not a JSON object with unique names"),
])
def test_a_key_set_that_is_none_is_named_with_the_file_that_names_it(configured, keys, why):
    (configured / "keys.json").write_text(keys)
    said = refused(configured)
    assert f"error: {configured}/identity.yaml: `jwks_file` of `{ISSUER}`: `{configured}/keys.json`: {why}\nfix: " in said, said
    assert "Error:" not in said


def test_a_key_set_that_is_not_there_is_named_too(configured):
    said = refused(configured)
    assert (f"error: {configured}/identity.yaml: `jwks_file` of `{ISSUER}`: the key set `{configured}/keys.json` cannot be read: "
            "there is no such file\nfix: correct `jwks_file`") in said, said


def test_what_is_wrong_in_an_identity_configuration_is_told_once_with_its_place(configured):
    file = configured / "identity.yaml"
    file.write_text(file.read_text().replace("audience: aegis, ", ""))
    said = refused(configured)
    assert f"{file}:4:10: error: a token issuer needs the field `audience` [policy.missing-field]\n" in said, said
    assert "Error:" not in said
    file.unlink()
    assert f"error: the identity configuration `{file}` cannot be read: there is no such file\n" in refused(configured)

"""What an attacker would send, as raw bytes through the Envoy that we ship: none of it reaches a tool."""
import concurrent.futures
import http.client
import json

import pytest

from conftest import Gateway
from envoy import Envoy

TRANSFER = b'{"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"}'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    home = tmp_path_factory.mktemp("hostile")
    gateway = Gateway(home)
    for key in ("finance-1", "clinical-1", "research-1"):
        gateway.issue(key)
    gateway.start()
    envoy = Envoy(home, gateway.grpc).start()
    yield gateway, envoy
    envoy.stop()
    gateway.stop()


def send(served, key, method, host, path, body=b"", headers=""):
    gateway, envoy = served
    envoy.tool.seen.clear()
    length = f"content-length: {len(body)}\r\n" if body else ""
    status, answer = envoy.raw(
        f"{method} {path} HTTP/1.1\r\nhost: {host}\r\nx-aegis-api-key: {gateway.keys[key]}\r\nx-aegis-purpose: care\r\n{length}{headers}", body)
    return status, answer, envoy.tool.seen


def denied(served, codes, *call, **more):
    """Not let through: refused by Envoy itself (400 or 404), or denied by Aegis with one of the codes."""
    status, answer, seen = send(served, *call, **more)
    assert seen == [], f"reached the tool: {seen}"
    if status in (400, 404) and b"decision_reason" not in answer:
        return
    assert status in (400, 403, 413, 503), answer
    reason = json.loads(answer.split(b"\r\n\r\n", 1)[1])["decision_reason"]["code"]
    assert reason in codes, answer


def test_the_innocent_twins_pass(served):
    assert send(served, "clinical-1", "GET", "ehr.acme.example", "/ehr/1")[0] == 200
    assert send(served, "research-1", "GET", "www.acme.example", "/")[0] == 200
    assert send(served, "research-1", "GET", "www.acme.example.:80", "/")[0] == 200
    for kind in ("application/json", "Application/JSON", "application/vnd.api+json"):
        assert send(served, "finance-1", "POST", "payments.acme.example", "/v1/transfers", TRANSFER, f"content-type: {kind}\r\n")[0] == 200


@pytest.mark.parametrize("path", [
    "/ehr/../admin", "/ehr/%2e%2e/admin", "/ehr/%2E./admin", "/ehr/..%2fadmin", "/ehr/%252e%252e/admin", "/ehr/..;/admin", "/ehr/1;x=1",
    "/ehr/;/admin", "/ehr/1%3b", "/ehr\\..\\admin", "/ehr/%5c..%5cadmin", "/ehr/1%00", "/EHR/1", "/Ehr/1", "/ehr/1/2", "/ehr/1?export=true",
    "/ehr/1?export=false&export=true", "/ehr/1?export=false;export=true", "/ehr/1?x=%00", "/ehr/1?export=TRUE", "//admin", "/%zz", "admin",
    "http://evil.com/ehr/1", "http://ehr.acme.example@evil.com/ehr/1", "*"])
def test_paths(served, path):
    denied(served, ["parameter_invalid", "endpoint_not_allowed", "policy_deny", "unknown_tool", "scope_exceeded", "egress_not_allowed"],
           "clinical-1", "GET", "ehr.acme.example", path)


def test_an_override_of_the_method_in_a_header_is_no_other_method(served):
    status, _, seen = send(served, "clinical-1", "GET", "ehr.acme.example", "/ehr/1", headers="x-http-method-override: DELETE\r\n")
    assert status == 200 and seen[0][0] == "GET"
    denied(served, ["parameter_invalid", "unknown_tool", "endpoint_not_allowed"], "clinical-1", "get", "ehr.acme.example", "/ehr/1")
    denied(served, ["unknown_tool"], "clinical-1", "DELETE", "ehr.acme.example", "/ehr/1")


@pytest.mark.parametrize("host", [
    "internal-api.company.local.evil.com", "evil-internal-api.company.local", "acme.example", "evilacme.example", "www.acme.example.evil.com",
    "www.acme.example@evil.com", "evil.com@www.acme.example", "www.acme.example:80@evil.com", "xn--cme-7cd.example", "www.\xe0cme.example",
    "www.acme.example%00.evil.com", "www.acme.example,evil.com", "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376",
    "169.254.43518", "127.1", "[::1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]:80", "metadata.google.internal", "metadata", "localhost",
    "www.acme.example:x", "www..acme.example", ""])
def test_hosts(served, host):
    denied(served, ["egress_not_allowed", "parameter_invalid"], "research-1", "GET", host, "/")


def test_two_hosts_are_refused(served):
    denied(served, ["parameter_invalid"], "research-1", "GET", "www.acme.example", "/", headers="host: evil.com\r\n")


@pytest.mark.parametrize("kind", [
    "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", "text/json", "application/json, text/plain",
    "multipart/form-data, a/b+json", "application/json; charset=utf-16", "application/json; charset =utf-16", None])
def test_content_types(served, kind):
    denied(served, ["parameter_invalid"], "finance-1", "POST", "payments.acme.example", "/v1/transfers", TRANSFER,
           headers=f"content-type: {kind}\r\n" if kind else "")


def test_two_content_types_are_refused(served):
    denied(served, ["parameter_invalid"], "finance-1", "POST", "payments.acme.example", "/v1/transfers", TRANSFER,
           headers="content-type: application/json\r\ncontent-type: text/plain\r\n")


@pytest.mark.parametrize("body", [
    b'{"amount": 1, "amount": 9000, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": 1, "\\u0061mount": 9000, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": 1e400, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": -0, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": "6,000", "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": NaN, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": 9007199254740993, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000", "memo": "\\ud800"}',
    b'{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000", "memo": "\\u0000"}',
    b'\xef\xbb\xbf{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000"}',
    b'{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000", "memo": "\xff"}',
    b'{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000"} {}',
    b'[{"amount": 1}]', b'{"amount": 1, "currency": "EUR"}',
    b'{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000", "memo": ' + b"[" * 5000 + b"]" * 5000 + b"}"])
def test_bodies(served, body):
    denied(served, ["parameter_invalid", "request_too_large"], "finance-1", "POST", "payments.acme.example", "/v1/transfers", body,
           headers="content-type: application/json\r\n")


def test_a_body_that_envoy_cuts_off_is_refused(served):
    body = TRANSFER[:-1] + b', "memo": "' + b"x" * 1_100_000 + b'"}'
    denied(served, ["request_too_large"], "finance-1", "POST", "payments.acme.example", "/v1/transfers", body,
           headers="content-type: application/json\r\n")


@pytest.mark.parametrize("head", [
    "transfer-encoding: chunked\r\ncontent-length: 4\r\n", "content-length: 4\r\ncontent-length: 65\r\n", "x_aegis_api_key: aegis_maria_x\r\n"])
def test_smuggling(served, head):
    gateway, envoy = served
    envoy.tool.seen.clear()
    status, _ = envoy.raw(f"POST /v1/transfers HTTP/1.1\r\nhost: payments.acme.example\r\nx-aegis-api-key: {gateway.keys['finance-1']}\r\n"
                          f"content-type: application/json\r\n{head}", TRANSFER)
    assert status in (400, 403) and envoy.tool.seen == []


def test_everything_that_reached_aegis_is_on_record(served):
    gateway, _ = served
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr
    assert gateway.status("/readyz") == 200


def test_a_flood_of_strangers_is_denied_and_counted_not_written_down(tmp_path):
    gateway = Gateway(tmp_path)
    gateway.start(True, "--heartbeat", "1h")
    body = json.dumps({"agent": {"id": "a"}, "tool": {"name": "b"}, "session_id": "s" * 512, "idempotency_key": "k" * 512})

    def flood(_):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.api, timeout=30)
        for _ in range(80):
            connection.request("POST", "/v1/decisions", body, {"content-type": "application/json"})
            response = connection.getresponse()
            assert response.status == 401 and json.load(response)["code"] == "unauthenticated_agent"
        connection.close()
    try:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(flood, range(16)))
    finally:
        gateway.stop()
    records = [record for record in gateway.records() if record["tenant"] == "_unknown"]
    denials = [record for record in records if record["kind"] == "decision"]
    assert 1000 <= len(denials) < 1280 and not any("session_id" in record or "idempotency_key" in record for record in denials)
    # The last heartbeat comes as the gateway ends.
    assert [record["detail"]["unrecorded_denials"] for record in records if record["kind"] == "heartbeat"] == [str(1280 - len(denials))]
    assert gateway.verify().returncode == 0

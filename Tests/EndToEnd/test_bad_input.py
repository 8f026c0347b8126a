"""Bad input of every kind is a deny or a 4xx with its own reason, is recorded, and leaves the server alive."""
import json

import pytest

from conftest import exchange

TRANSFER = {"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"}
WIRE = {"method": "POST", "host": "payments.acme.example", "path": "/v1/transfers"}


def body(parameters='{"amount": 10, "currency": "EUR", "to": "DE89370400440532013000"}', agent="finance-agent",
         tool="payments.transfer"):
    return (f'{{"agent": {{"id": "{agent}"}}, "tool": {{"name": "{tool}"}}, "parameters": {parameters}, '
            f'"request": {json.dumps(WIRE)}}}').encode()


CASES = {
    "no JSON at all": (b"hello", 400, "request_invalid"),
    "an empty body": (b"", 400, "request_invalid"),
    "a JSON array": (b"[]", 400, "request_invalid"),
    "a truncated object": (body()[:-3], 400, "request_invalid"),
    "invalid UTF-8": (body('{"amount": "\xff"}').replace(b"\xc3\xbf", b"\xff"), 400, "request_invalid"),
    "a duplicate key": (body('{"amount": 1, "amount": 9000, "currency": "EUR", "to": "DE89370400440532013000"}'), 400, "request_invalid"),
    "NaN for a number": (body('{"amount": NaN, "currency": "EUR"}'), 400, "request_invalid"),
    "Infinity for a number": (body('{"amount": Infinity, "currency": "EUR"}'), 400, "request_invalid"),
    "two megabytes": (body('{"memo": "' + "x" * 2_000_000 + '"}'), 413, "request_too_large"),
    "200 levels of nesting": (body('{"memo": ' + "[" * 200 + "]" * 200 + "}"), 413, "request_too_large"),
    "a number with more digits than can be kept": (body('{"amount": 1.00000000000000000000001}'), 400, None),
    "a number as a string": (body('{"amount": "6,000", "currency": "EUR", "to": "DE89370400440532013000"}'), 200, "parameter_invalid"),
    "a missing parameter": (body('{"currency": "EUR"}'), 200, "parameter_invalid"),
    "an unknown parameter": (body('{"amount": 1, "currency": "EUR", "to": "DE89370400440532013000", "x": 1}'), 200, "parameter_invalid"),
    "an amount in an object": (body('{"amount": {"value": 6000}, "currency": "EUR", "to": "DE89370400440532013000"}'), 200, "parameter_invalid"),
    "a negative amount": (body('{"amount": -5, "currency": "EUR", "to": "DE89370400440532013000"}'), 200, "parameter_invalid"),
    "an unknown tool": (body(tool="payments.burn"), 200, "unknown_tool"),
    "another agent's name": (body(agent="llm-agent"), 401, "unauthenticated_agent"),
    "an unknown agent": (body(agent="nobody"), 401, "unauthenticated_agent"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_with_its_reason_and_recorded(gateway, name):
    def decisions():
        return [record for record in gateway.records() if record["kind"] == "decision"]

    data, status, code = CASES[name]
    before = len(decisions())
    got, headers, answer = exchange(gateway.api, "POST", "/v1/decisions", data, {"x-aegis-api-key": gateway.keys["finance-1"]})
    assert got == status, answer
    reason = answer["decision_reason"]["code"] if "decision_reason" in answer else answer.get("code")
    assert code is None or reason == code, answer
    assert answer.get("decision", "deny") == "deny"
    if got != 200:
        assert headers["content-type"] == "application/problem+json"
    records = decisions()
    assert len(records) == before + 1
    assert records[-1]["decision"] == "deny" and records[-1]["decision_reason"]["code"] == reason
    assert gateway.decide("finance-1", "finance-agent", "payments.transfer", TRANSFER, request=WIRE)[2]["decision"] == "allow"


@pytest.mark.parametrize("key", [None, "", "aegis_", "aegis_finance-1_", "aegis_finance-1_" + "A" * 43, "x" * 9000, "aegis_maria_zzz"])
def test_without_a_valid_key_the_caller_is_nobody(gateway, key):
    headers = {} if key is None else {"x-aegis-api-key": key}
    status, _, answer = exchange(gateway.api, "POST", "/v1/decisions", body(), headers)
    assert status in (401, 431), answer
    if status == 401:
        assert answer["code"] == "unauthenticated_agent"


def test_a_persons_key_does_not_decide_calls(gateway):
    status, _, answer = exchange(gateway.api, "POST", "/v1/decisions", body(), {"x-aegis-api-key": gateway.keys["maria"]})
    assert status == 401 and answer["code"] == "unauthenticated_agent", answer


def test_the_trail_is_whole_after_all_of_this(gateway):
    done = gateway.verify()
    assert done.returncode == 0, done.stdout + done.stderr

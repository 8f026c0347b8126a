"""The client against the real `aegis serve`: decisions, guards, decorators, on both paths."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import datetime as dt
import functools
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pydantic
import pytest

import aegis

BOTH = pytest.mark.parametrize("path", ["sync", "async"])


def run(client, path, tool, function, *args, **kwargs):
    """Calls `function` guarded as `tool`, as a plain function or as a coroutine."""
    if path == "sync":
        return client.guarded(tool)(function)(*args, **kwargs)

    @functools.wraps(function)
    async def coroutine(*args, **kwargs):
        return function(*args, **kwargs)

    async def main():
        async with client:
            return await client.guarded(tool)(coroutine)(*args, **kwargs)

    return asyncio.run(main())


@BOTH
def test_an_allowed_call_runs(client, body, path):
    assert run(client, path, "pay", body, amount=20) == "paid 20"
    assert body.entered == [{"amount": 20}]


@BOTH
@pytest.mark.parametrize(
    ("amount", "kind", "code"),
    [
        (60000, aegis.Denied, "amount_exceeded"),
        ("6,000", aegis.ParameterInvalid, "parameter_invalid"),
        (None, aegis.ParameterInvalid, "parameter_invalid"),
        ({"value": 1}, aegis.ParameterInvalid, "parameter_invalid"),
        (True, aegis.ParameterInvalid, "parameter_invalid"),
    ],
    ids=str,
)
def test_a_denied_call_does_not_enter_the_body(client, body, path, amount, kind, code):
    with pytest.raises(kind) as caught:
        run(client, path, "pay", body, amount=amount)
    assert body.entered == []
    assert caught.value.reason_code == code
    assert caught.value.decision_id in str(caught.value)
    assert caught.value.policy_version in str(caught.value)


@BOTH
def test_what_has_no_json_form_does_not_enter_the_body(client, body, path):
    for value in (object(), float("nan"), 2**70, np.float64("inf")):
        with pytest.raises(aegis.EncodingError, match=r"`pay` was not run: `\$\.amount`"):
            run(client, path, "pay", body, amount=value)
    assert body.entered == []


@BOTH
def test_the_tool_runs_with_sanitized_parameters(client, body, path):
    run(client, path, "pay", body, amount=20, note="ssn 536-22-1457")
    assert body.entered == [{"amount": 20, "note": "ssn [REDACTED:us_ssn]"}]


@BOTH
def test_values_that_were_not_rewritten_stay_python_values(client, body, path):
    class Line(pydantic.BaseModel):
        text: str
        due: dt.date

    line = Line(text="ssn 536-22-1457", due=dt.date(2026, 1, 5))
    run(client, path, "anything", body, line=line, total=Decimal("9.90"), n=np.int64(3))
    [entered] = body.entered
    assert entered["line"] == Line(text="ssn [REDACTED:us_ssn]", due=dt.date(2026, 1, 5))
    assert entered["total"] == Decimal("9.90")
    assert isinstance(entered["total"], Decimal)
    assert isinstance(entered["n"], np.int64)


@BOTH
def test_what_cannot_be_rewritten_does_not_enter_the_body(client, body, path):
    class Word(str):
        __slots__ = ()

    with pytest.raises(aegis.RewriteError, match=r"`anything` was not run: policy rewrote `\$\.a`, and a Word cannot take"):
        run(client, path, "anything", body, a=Word("536-22-1457"))
    assert body.entered == []


@BOTH
def test_approval_pending_then_approved_then_the_same_call_runs_once(server, client, body, path, large):
    with pytest.raises(aegis.ApprovalPending) as caught:
        run(client, path, "pay", body, amount=large)
    assert "waits for approval" in caught.value.for_model
    assert body.entered == []
    server.approve(caught.value.approval.approval_id, "maria", "treasurer")
    with pytest.raises(aegis.ApprovalPending):
        run(client, path, "pay", body, amount=large, note="other parameters")
    run(client, path, "pay", body, amount=large)
    assert body.entered == [{"amount": large}]
    with pytest.raises(aegis.ApprovalPending):
        run(client, path, "pay", body, amount=large)
    assert body.entered == [{"amount": large}]


@BOTH
def test_approval_refused(server, client, body, path, large):
    with pytest.raises(aegis.ApprovalPending) as caught:
        run(client, path, "pay", body, amount=large)
    server.deny(caught.value.approval.approval_id, "maria", "treasurer")
    with pytest.raises(aegis.ApprovalRefused) as refused:
        run(client, path, "pay", body, amount=large)
    assert "do not ask again" in refused.value.for_model
    assert body.entered == []


def test_a_guard_waits_for_people(server, client, large):
    def approve():
        decision = client.decide("pay", {"amount": large})
        server.approve(decision.approval.approval_id, "maria", "treasurer")

    server.person("maria", "treasurer")
    thread = threading.Thread(target=approve)
    thread.start()
    with client.guard("pay", {"amount": large}, approval_timeout=20) as call:
        assert call.decision.permits
    thread.join()


@BOTH
def test_a_replayed_token_does_not_enter_the_body(server, client, body, path, large):
    decision = client.decide("pay", {"amount": large})
    server.approve(decision.approval.approval_id, "maria", "treasurer")
    token = client.approval(decision.approval.approval_id).override_token
    assert token not in repr(client.approval(decision.approval.approval_id))

    def enter(**options):
        if path == "sync":
            with client.guard("pay", **options) as call:
                body(**call.parameters)
            return

        async def main():
            async with client, client.guard("pay", **options) as call:
                body(**call.parameters)

        asyncio.run(main())

    with pytest.raises(aegis.TokenRejected) as other:
        enter(parameters={"amount": large, "note": "changed"}, override_token=token)
    assert other.value.reason_code == "token_invalid"
    enter(parameters={"amount": large}, override_token=token)
    with pytest.raises(aegis.TokenRejected) as again:
        enter(parameters={"amount": large}, override_token=token)
    assert again.value.reason_code == "token_used"
    assert len(body.entered) == 1


@BOTH
def test_a_revoked_or_foreign_key(server, body, path):
    for key, agent in (("aegis_nobodys", "finance-agent"), (server.key("planner-1"), "finance-agent")):
        client = aegis.Aegis(server.url, key, agent)
        with pytest.raises(aegis.Unauthenticated, match="unauthenticated_agent"):
            run(client, path, "pay", body, amount=1)
    assert body.entered == []


@BOTH
def test_budget_and_rate(client, body, path):
    with pytest.raises(aegis.BudgetExceeded, match="budget_exceeded"):
        run(client, path, "model", body, cost=11)
    with contextlib.suppress(aegis.RateExceeded):
        run(client, path, "knock", body)
    entered = list(body.entered)
    with pytest.raises(aegis.RateExceeded) as caught:
        run(client, path, "knock", body)
    assert caught.value.retry_after > 0
    assert f"Wait {caught.value.retry_after:g} seconds" in caught.value.for_model
    assert body.entered == entered


@BOTH
def test_a_tool_that_raises_raises(client, path):
    def broken(amount):
        raise KeyError(amount)

    with pytest.raises(KeyError):
        run(client, path, "pay", broken, 20)


def test_parameters_come_from_the_real_signature(client):
    seen = []

    @client.guarded("anything", ignore=["database"])
    def tool(a, /, b, *rest, c=3, database=None, **more):
        seen.append((a, b, rest, c, database, more))

    tool(1, 2, 8, 9, database="handle", d=4)
    tool("536-22-1457", 2, "536-22-1457", e="536-22-1457")
    redacted = "[REDACTED:us_ssn]"
    assert seen == [(1, 2, (8, 9), 3, "handle", {"d": 4}), (redacted, 2, (redacted,), 3, None, {"e": redacted})]
    with pytest.raises(TypeError, match="missing a required argument: 'b'"):
        tool(1)
    with pytest.raises(TypeError, match="`a` is given twice"):
        tool(1, 2, a=3)
    assert tool.__name__ == "tool"


def test_a_default_is_seen_by_policy(client):
    seen = []

    @client.guarded("pay")
    def tool(amount=60000):
        seen.append(amount)

    with pytest.raises(aegis.Denied, match="amount_exceeded"):
        tool()
    tool(5)
    assert seen == [5]


def test_methods_leave_self_out(client):
    class Bank:
        @client.guarded("pay")
        def pay(self, amount):
            return self, amount

        @classmethod
        @client.guarded("pay")
        def open(cls, amount):
            return cls, amount

    bank = Bank()
    assert bank.pay(5) == (bank, 5)
    assert Bank.open(5) == (Bank, 5)


def test_the_name_of_the_function_is_the_name_of_the_tool(client):
    @client.guarded
    def pay(amount):
        return amount

    assert pay(5) == 5
    with pytest.raises(aegis.ConfigurationError, match="below @classmethod"):
        client.guarded("pay")(classmethod(pay))


def test_generators_are_not_entered_on_deny(client):
    entered = []

    @client.guarded("pay")
    def numbers(amount):
        entered.append(amount)
        yield amount

    @client.guarded("pay")
    async def anumbers(amount):
        entered.append(amount)
        yield amount

    async def collect(amount):
        return [item async for item in anumbers(amount)]

    with pytest.raises(aegis.Denied):
        list(numbers(60000))
    with pytest.raises(aegis.Denied):
        asyncio.run(collect(60000))
    assert entered == []
    assert list(numbers(5)) == asyncio.run(collect(5)) == [5]


def test_threads_and_tasks_share_a_client(client, body):
    pay = client.guarded("pay")(body)

    def attempt(amount):
        try:
            return pay(amount=amount)
        except aegis.Denied:
            return None

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, [5, 60000] * 20))
    assert results == ["paid 5", None] * 20

    async def entered(**parameters):
        return body(**parameters)

    async def main():
        async with client:
            apay = client.guarded("pay")(entered)
            return await asyncio.gather(*(apay(amount=a) for a in [5, 60000] * 20), return_exceptions=True)

    found = asyncio.run(main())
    assert found[0::2] == ["paid 5"] * 20
    assert all(isinstance(item, aegis.Denied) for item in found[1::2])
    assert all(item["amount"] == 5 for item in body.entered)


def _decide_in_child(client, queue):
    queue.put([client.decide("pay", {"amount": 5}).outcome for _ in range(20)])


def test_a_forked_process_does_not_share_connections(client):
    client.decide("pay", {"amount": 5})
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    child = fork.Process(target=_decide_in_child, args=(client, queue))
    child.start()
    assert [client.decide("pay", {"amount": 60000}).outcome for _ in range(20)] == ["deny"] * 20
    assert queue.get(timeout=20) == ["allow"] * 20
    child.join(20)


def test_session_purpose_and_trace_travel_with_the_task(server, client):
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with aegis.session("s-17"), aegis.context(purpose="care"), aegis.trace(parent):
        here = client.decide("pay", {"amount": 5})
        with ThreadPoolExecutor(1) as pool:
            bare = pool.submit(client.decide, "pay", {"amount": 6}).result()
            copied = pool.submit(contextvars.copy_context().run, client.decide, "pay", {"amount": 7}).result()
        sent = aegis.outgoing()
    with aegis.incoming({"X-Aegis-Session": "s-18", "Traceparent": "garbage"}):
        elsewhere = client.decide("pay", {"amount": 8})
    assert sent == {"x-aegis-session": "s-17", "traceparent": parent}
    assert (here.trace_id, copied.trace_id, bare.trace_id) == (parent[3:35], parent[3:35], None)
    sessions = {record["decision_id"]: record.get("session_id") for record in server.records() if record.get("decision_id")}
    assert [sessions[d.decision_id] for d in (here, copied, bare, elsewhere)] == ["s-17", "s-17", None, "s-18"]
    with pytest.raises(ValueError, match="no W3C traceparent"), aegis.trace("x"):
        pass


def test_aegis_down_and_back(tmp_path, body):
    from conftest import POLICIES, binary

    with aegis.testing.AegisServer(POLICIES, binary=binary(), keys=["finance-1"]) as server:
        client = server.client("finance-agent", "finance-1", timeout=10)
        pay = client.guarded("pay")(body)
        pay(amount=5)
        server.pause()
        with pytest.raises(aegis.Unavailable):
            pay(amount=5)
        assert len(body.entered) == 1
        server.resume()
        pay(amount=5)
        assert len(body.entered) == 2
